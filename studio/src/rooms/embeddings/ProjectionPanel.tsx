/** How the vectors become points. */
import {
  Button,
  Message,
  NumberField,
  Panel,
  Progress,
  Segments,
  Select,
  Toggle,
} from '../../components/index.js';
import { count } from '../../text/format.js';
import { coloring, colorings } from './colors.js';
import { pauseUmap, runUmap, stopUmap, umapFailure, umapIsStale, umapRun } from './projections.js';
import { facts, state } from './state.js';
import { t } from './text.js';

export function ProjectionPanel() {
  const byUmap = state.method.value === 'umap';
  const size = facts.value!.words.length;
  return (
    <Panel title={t().map}>
      <div class="row">
        <Segments
          label={t().method}
          signal={state.method}
          options={[
            ['pca', 'PCA'],
            ['umap', 'UMAP'],
          ]}
        />
        <Segments
          label={t().dimensions}
          signal={state.dimensions}
          options={[
            ['2', t().twoD],
            ['3', t().threeD],
          ]}
        />
      </div>
      {colorings.value.length > 1 && (
        <Select
          label={t().color}
          value={coloring.value}
          onChange={(value) => {
            state.color.value = value;
          }}
          options={colorings.value.map((name) => [name, t()[`color_${name}`]] as const)}
        />
      )}
      <Toggle label={t().names} signal={state.names} />
      {byUmap ? (
        <NumberField
          label={t().points}
          signal={state.sample}
          min={100}
          max={20_000}
          logarithmic
          hint={size > state.sample.value ? t().shown(count(state.sample.value), count(size)) : undefined}
        />
      ) : (
        <NumberField label={t().points} signal={state.most} min={100} max={1e6} logarithmic />
      )}
      {size > (byUmap ? state.sample.value : state.most.value) && (
        <Segments
          label={t().choosing}
          signal={state.choosing}
          options={[
            ['first', t().first],
            ['even', t().even],
          ]}
        />
      )}
      {byUmap ? <UmapSettings /> : <Toggle label={t().unit} signal={state.unit} />}
    </Panel>
  );
}

function UmapSettings() {
  return (
    <>
      <NumberField label={t().neighbors} signal={state.neighbors} min={2} max={100} step={1} />
      <NumberField label={t().minDistance} signal={state.minDistance} min={0} max={0.99} />
      <NumberField label={t().epochs} signal={state.epochs} min={10} max={2000} step={10} />
      <NumberField label={t().seed} signal={state.seed} min={0} max={1e6} step={1} plain />
      <UmapControls />
      {umapFailure.value !== undefined && <Message kind="error">{umapFailure.value}</Message>}
      {umapIsStale.value && <Message>{t().stale}</Message>}
    </>
  );
}

function UmapControls() {
  const run = umapRun.value;
  const goesOn = run !== undefined && run.status !== 'done';
  return (
    <>
      <div class="row">
        {goesOn ? (
          <>
            <Button kind="primary" onClick={() => pauseUmap(run.status === 'running')}>
              {run.status === 'paused' ? t().resume : t().pause}
            </Button>
            <Button onClick={stopUmap}>{t().stop}</Button>
          </>
        ) : (
          <Button kind="primary" onClick={runUmap}>
            {run === undefined ? t().layOut : t().again}
          </Button>
        )}
      </div>
      {goesOn && run.progress !== undefined && (
        <Progress value={run.progress.done / run.progress.total}>
          {run.progress.stage === 'neighbors'
            ? t().finding(count(run.progress.done), count(run.progress.total))
            : t().layingOut(run.progress.done, run.progress.total)}
        </Progress>
      )}
      <p class="muted small">{t().hiddenPause}</p>
    </>
  );
}
