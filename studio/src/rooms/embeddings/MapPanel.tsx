/** The map with its title, its legend, and what is shown of how much. */
import { Empty, Figure, Message, Panel } from '../../components/index.js';
import { count, percent } from '../../text/format.js';
import { DrawingTime, Legend, PointMap } from './Map.js';
import { cloud, principalFailure, shares } from './projections.js';
import { facts, state } from './state.js';
import { t } from './text.js';

export function MapPanel() {
  const found = facts.value;
  if (found === undefined) {
    return (
      <Panel title={t().map}>
        <Empty>{t().empty}</Empty>
      </Panel>
    );
  }
  const shown = cloud.value;
  const method = state.method.value === 'umap' ? 'UMAP' : 'PCA';
  const dimensions = shown?.dimensions === 2 ? t().twoD : t().threeD;
  const points = shown?.rows.length ?? 0;
  return (
    <Panel>
      {principalFailure.value !== undefined && <Message kind="error">{principalFailure.value}</Message>}
      <Figure
        title={t().mapTitle(method)}
        fileName={`lexigrad-${state.method.value}`}
        caption={
          shown === undefined ? (
            t().computing
          ) : (
            <>
              {howMany(points, found.words.length)} <Variance />
              {shown.dimensions === 3 ? t().howTo3 : t().howTo2} {t().howZoom}
              <DrawingTime />
            </>
          )
        }
      >
        <PointMap label={t().mapLabel(count(points), method, dimensions)} />
      </Figure>
      <Legend />
    </Panel>
  );
}

function howMany(points: number, words: number): string {
  if (points === words) return t().allShown(count(words));
  const how = state.choosing.value === 'even' ? t().pickEven : t().pickFirst;
  return t().sampled(count(points), count(words), how);
}

function Variance() {
  const all = shares.value;
  if (state.method.value !== 'pca' || all === undefined) return null;
  const axes = all.slice(0, state.dimensions.value === '3' ? 3 : 2);
  const total = axes.reduce((sum, share) => sum + share, 0);
  return <>{t().variance(axes.map((share) => percent(share)).join(' + '), percent(total))} </>;
}
