/** A language model: text, training, and what it expects, writes, and is surprised by, beside counted n-grams. */
import './room.css';
import { useEffect } from 'preact/hooks';
import { WorkerState } from '../../worker/index.js';
import { CodePanel } from './CodePanel.js';
import { ExpectPanel } from './ExpectPanel.js';
import { GeneratePanel } from './GeneratePanel.js';
import { ModelPanel } from './ModelPanel.js';
import { asker, openFirst, trainer } from './model.js';
import { SettingsPanel } from './SettingsPanel.js';
import { SurprisalPanel } from './SurprisalPanel.js';
import { TextPanel } from './TextPanel.js';
import { TrainingPanel } from './TrainingPanel.js';

export default function LanguageModelRoom() {
  useEffect(openFirst, []);
  return (
    <div class="beside language-model">
      <div class="stack">
        <TextPanel />
        <SettingsPanel />
      </div>
      <div class="stack">
        <WorkerState client={trainer} onRestart={openFirst} />
        <WorkerState client={asker} />
        <TrainingPanel />
        <ModelPanel />
        <ExpectPanel />
        <GeneratePanel />
        <SurprisalPanel />
        <CodePanel />
      </div>
    </div>
  );
}
