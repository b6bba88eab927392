/** How much of the differences each principal component holds. */
import { useMemo } from 'preact/hooks';
import { Chart, Figure, Panel } from '../../components/index.js';
import { shares } from './projections.js';
import { state } from './state.js';
import { t } from './text.js';

const MOST_BARS = 24;

export function VariancePanel() {
  const all = shares.value;
  const { component, share, variances, variancesLabel } = t();
  const axes = state.dimensions.value === '3' ? 3 : 2;
  const draw = useMemo(
    () =>
      (plot: typeof import('@observablehq/plot')): import('@observablehq/plot').PlotOptions => ({
        marginLeft: 40,
        marginBottom: 38,
        x: { label: component, tickFormat: (i: number) => (i % 4 === 1 ? String(i) : '') },
        y: { label: share, grid: true, percent: true, ticks: 4 },
        marks: [
          plot.barY(
            (all ?? []).slice(0, MOST_BARS).map((value, i) => ({ i: i + 1, value })),
            {
              ...{ x: 'i', y: 'value', insetLeft: 0.5, insetRight: 0.5 },
              fill: ({ i }: { readonly i: number }) =>
                i <= axes ? 'var(--category-1)' : 'var(--line-strong)',
            },
          ),
          plot.ruleY([0], { stroke: 'var(--line-strong)' }),
        ],
      }),
    [all, axes, component, share],
  );
  if (state.method.value !== 'pca' || all === undefined) return null;
  return (
    <Panel>
      <Figure title={variances} fileName="lexigrad-variances">
        <Chart label={variancesLabel} height={165} draw={draw} />
      </Figure>
    </Panel>
  );
}
