/** What is set: data, layers, and how the network learns. */
import { signal } from '@preact/signals';
import {
  Button,
  FileDrop,
  type GivenFile,
  Message,
  NumberField,
  Panel,
  Select,
  Toggle,
} from '../../components/index.js';
import { activations } from '../../text/activations.js';
import { readTable } from './csv.js';
import { featureTitles } from './names.js';
import {
  featureNames,
  generatedSets,
  type HiddenLayer,
  layerActivations,
  MOST_HIDDEN_LAYERS,
  MOST_POINTS,
  MOST_UNITS,
  optimizers,
  penalties,
} from './settings.js';
import { schema, state } from './state.js';
import { t } from './text.js';
import { anew, change, features, points, redraw } from './training.js';

/** What was found in the table that was pasted last. */
const tableNote = signal<string | undefined>(undefined);

export function DataPanel() {
  const generated = state.data.value !== 'own';
  return (
    <Panel title={t().data}>
      <Select
        label={t().set}
        value={state.data.value}
        onChange={chooseData}
        options={[...generatedSets.map((name) => [name, t()[name]] as const), ['own', t().own] as const]}
      />
      {generated && (
        <>
          <NumberField label={t().count} {...rounded('n')} min={10} max={MOST_POINTS} step={10} />
          <NumberField label={t().noise} {...anew(state.noise)} min={0} max={1} step={0.01} />
        </>
      )}
      <NumberField label={t().testShare} {...anew(state.test)} min={0} max={0.9} step={0.05} />
      <NumberField label={t().draw} {...rounded('draw')} min={1} max={9999} step={1} />
      <FileDrop label={t().paste} accept=".csv,.tsv,.txt" largestMegabytes={5} onFile={takeTable} />
      {tableNote.value !== undefined && state.data.value === 'own' && <Message>{tableNote.value}</Message>}
      <p class="muted small">{t().pasteHint}</p>
    </Panel>
  );
}

/** Own points begin with those that are there, to be changed. */
function chooseData(name: typeof state.data.value): void {
  const present = points.peek();
  change(() => {
    if (name === 'own' && state.points.value.length === 0) {
      state.points.value = present;
      state.scale.value = schema.scale.initial;
    }
    state.data.value = name;
    state.at.value = 0;
  });
}

function takeTable({ bytes }: GivenFile): void {
  const table = readTable(new TextDecoder().decode(bytes));
  tableNote.value = table.note;
  change(() => {
    state.data.value = 'own';
    state.points.value = table.points;
    state.scale.value = table.scale;
    state.at.value = 0;
  });
}

/** Of a slider over whole numbers. */
function rounded(name: 'n' | 'draw' | 'seed' | 'batch') {
  const { value, onChange } = anew(state[name]);
  return { value, onChange: (next: number) => onChange(Math.round(next)) };
}

export function NetworkPanel() {
  const layers = state.layers.value;
  const setLayers = (next: readonly HiddenLayer[]) =>
    change(() => {
      state.layers.value = next;
      state.weights.value = schema.weights.initial;
    });
  return (
    <Panel title={t().network}>
      <fieldset class="play-features">
        <legend class="field-label">{t().features}</legend>
        {featureNames.map((name) => (
          <Toggle
            key={name}
            label={featureTitles[name]}
            value={features.value.includes(name)}
            disabled={features.value.length === 1 && features.value[0] === name}
            onChange={(wanted) =>
              change(() => {
                state.features.value = featureNames.filter((other) =>
                  other === name ? wanted : features.value.includes(other),
                );
                state.weights.value = schema.weights.initial;
              })
            }
          />
        ))}
      </fieldset>
      {layers.length === 0 && <p class="muted small">{t().noLayers}</p>}
      {layers.map((layer, i) => (
        <LayerRow
          key={i}
          number={i + 1}
          layer={layer}
          onChange={(next) => setLayers(layers.with(i, next))}
          onRemove={() => setLayers(layers.toSpliced(i, 1))}
        />
      ))}
      <div class="row">
        <Button
          disabled={layers.length >= MOST_HIDDEN_LAYERS}
          onClick={() => setLayers([...layers, layers.at(-1) ?? [4, 'tanh']])}
        >
          {t().addLayer}
        </Button>
      </div>
      <Weights />
    </Panel>
  );
}

/** Where training starts: weights of a seed, or given ones. */
function Weights() {
  return (
    <>
      <NumberField label={t().seed} {...rounded('seed')} min={1} max={9999} step={1} />
      <div class="row">
        <Button onClick={redraw}>{t().redraw}</Button>
        {state.weights.value.length > 0 && (
          <Button
            onClick={() =>
              change(() => {
                state.weights.value = schema.weights.initial;
              })
            }
          >
            {t().seeded}
          </Button>
        )}
      </div>
      {state.weights.value.length > 0 && <p class="muted small">{t().startsFrom}</p>}
    </>
  );
}

function LayerRow(props: {
  readonly number: number;
  readonly layer: HiddenLayer;
  readonly onChange: (layer: HiddenLayer) => void;
  readonly onRemove: () => void;
}) {
  const { number, layer, onChange, onRemove } = props;
  const [units, activation] = layer;
  const count = (by: number) => onChange([Math.min(MOST_UNITS, Math.max(1, units + by)), activation]);
  return (
    <fieldset class="play-layer">
      <legend class="field-label">{t().layer(number)}</legend>
      <div class="play-count">
        <Button aria-label={`${t().unitsOf(number)}: −1`} disabled={units <= 1} onClick={() => count(-1)}>
          −
        </Button>
        <span class="numbers" title={t().unitsOf(number)}>
          {units}
        </span>
        <Button
          aria-label={`${t().unitsOf(number)}: +1`}
          disabled={units >= MOST_UNITS}
          onClick={() => count(1)}
        >
          +
        </Button>
      </div>
      <select
        class="select"
        aria-label={t().activationOf(number)}
        value={activation}
        onChange={({ currentTarget }) => onChange([units, currentTarget.value as HiddenLayer[1]])}
      >
        {layerActivations.map((name) => (
          <option key={name} value={name}>
            {activations[name].name}
          </option>
        ))}
      </select>
      <Button kind="quiet" aria-label={t().removeLayer(number)} onClick={onRemove}>
        ✕
      </Button>
    </fieldset>
  );
}

export function LearningPanel() {
  const penaltyTitles = { none: t().noPenalty, l1: t().l1, l2: t().l2, decay: t().decay };
  return (
    <Panel title={t().learning}>
      <Select
        label={t().optimizer}
        {...anew(state.optimizer)}
        options={optimizers.map((name) => [name, t()[name]] as const)}
      />
      <NumberField label={t().rate} {...anew(state.eta)} min={1e-5} max={100} logarithmic />
      <NumberField label={t().batch} {...rounded('batch')} min={1} max={128} step={1} />
      <NumberField label={t().dropout} {...anew(state.dropout)} min={0} max={0.8} step={0.05} />
      <Select
        label={t().penalty}
        {...anew(state.penalty)}
        options={penalties.map((name) => [name, penaltyTitles[name]] as const)}
      />
      {state.penalty.value !== 'none' && (
        <NumberField label={t().strength} {...anew(state.strength)} min={1e-5} max={1} logarithmic />
      )}
      <p class="muted small">{t().anewHint}</p>
    </Panel>
  );
}
