/** Training runs side by side, while they go on or afterwards, and what a search of settings has found. */
import { Empty, Panel } from '../../components/index.js';
import { ComparisonPanel } from './ComparisonPanel.js';
import { CurveSettings } from './CurveSettings.js';
import { CurvesPanel } from './CurvesPanel.js';
import { FilesPanel } from './FilesPanel.js';
import { SearchPanel } from './SearchPanel.js';
import { drawn, hasFiles, runCount, search } from './state.js';
import { t } from './text.js';
import './room.css';

export default function Runs() {
  return (
    <div class="beside runs">
      <div class="stack">
        <FilesPanel />
        {runCount.value > 0 && <CurveSettings />}
      </div>
      <div class="stack">
        {!hasFiles.value && (
          <Panel title={t().curves}>
            <Empty>
              <span>{t().empty}</span>
              <span>{t().emptyServe}</span>
            </Empty>
          </Panel>
        )}
        {drawn.value.length > 0 && <CurvesPanel />}
        {drawn.value.length > 0 && <ComparisonPanel />}
        {search.value !== undefined && <SearchPanel search={search.value} />}
      </div>
    </div>
  );
}
