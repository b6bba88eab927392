/** Word vectors as a map, and what is near what. */
import { AnalogyPanel } from './AnalogyPanel.js';
import { MapPanel } from './MapPanel.js';
import { ProjectionPanel } from './ProjectionPanel.js';
import { SourcePanel } from './SourcePanel.js';
import { facts } from './state.js';
import { VariancePanel } from './VariancePanel.js';
import { WordPanel } from './WordPanel.js';
import './room.css';

export default function Embeddings() {
  return (
    <div class="beside embeddings">
      <div class="stack">
        <SourcePanel />
        {facts.value !== undefined && <ProjectionPanel />}
        {facts.value !== undefined && <VariancePanel />}
      </div>
      <div class="stack">
        <MapPanel />
        {facts.value !== undefined && (
          <div class="columns">
            <WordPanel />
            <AnalogyPanel />
          </div>
        )}
      </div>
    </div>
  );
}
