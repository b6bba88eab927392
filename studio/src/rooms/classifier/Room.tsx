/** A text classifier: data, training, the model, how good it is, and why it says what it says. */
import './room.css';
import { useEffect } from 'preact/hooks';
import { WorkerState } from '../../worker/index.js';
import { CodePanel } from './CodePanel.js';
import { DataPanel } from './DataPanel.js';
import { ModelPanel } from './ModelPanel.js';
import { asker, openFirst, trainer } from './model.js';
import { ReportPanel } from './ReportPanel.js';
import { SettingsPanel } from './SettingsPanel.js';
import { TrainingPanel } from './TrainingPanel.js';
import { TryPanel } from './TryPanel.js';

export default function Classifier() {
  useEffect(() => void openFirst(), []);
  return (
    <div class="beside classifier">
      <div class="stack">
        <DataPanel />
        <SettingsPanel />
      </div>
      <div class="stack">
        <WorkerState client={trainer} onRestart={() => openFirst()} />
        <WorkerState client={asker} />
        <TrainingPanel />
        <ModelPanel />
        <TryPanel />
        <ReportPanel />
        <CodePanel />
      </div>
    </div>
  );
}
