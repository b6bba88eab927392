/** Model files from inside, one or two of them. */
import { Empty, Panel } from '../../components/index.js';
import { ComparisonPanel } from './ComparisonPanel.js';
import { DescriptionPanel } from './DescriptionPanel.js';
import { FilePanel } from './FilePanel.js';
import { GraphPanel } from './GraphPanel.js';
import { comparison, modelA, modelB } from './state.js';
import { TensorsPanel } from './TensorsPanel.js';
import { t } from './text.js';
import './room.css';

export default function Models() {
  const model = modelA.value;
  return (
    <div class="beside models">
      <div class="stack">
        <FilePanel slot="a" />
        {(model !== undefined || modelB.value !== undefined) && <FilePanel slot="b" />}
      </div>
      <div class="stack">
        {model === undefined ? (
          <Panel title={t().tensors}>
            <Empty>{t().empty}</Empty>
          </Panel>
        ) : (
          <>
            {comparison.value !== undefined && modelB.value !== undefined && (
              <ComparisonPanel a={model} b={modelB.value} tensors={comparison.value} />
            )}
            <TensorsPanel model={model} />
            <DescriptionPanel model={model} />
            <GraphPanel model={model} />
          </>
        )}
      </div>
    </div>
  );
}
