/** The run that the page shows: begun when settings change, steered by the buttons, seen frame by frame. */
import { batch, computed, effect, type Signal, signal, untracked } from '@preact/signals';
import { messageOf } from '../../components/index.js';
import { opened } from '../../state/address.js';
import { type Job, WorkerClient, WorkerEndedError } from '../../worker/index.js';
import { generate } from './data.js';
import { weightCount } from './network.js';
import type { Frame, SessionSettings } from './session.js';
import type { FeatureName, Point } from './settings.js';
import { schema, state } from './state.js';
import type { PlaygroundTasks, Progress, Telling } from './tasks.js';

export const client = new WorkerClient<PlaygroundTasks>(
  () =>
    new Worker(new URL('./playground.worker.ts', import.meta.url), { type: 'module', name: 'playground' }),
);

/** The last frame of the present run, or of the one before as long as that has none. */
export const frame = signal<Frame | undefined>(undefined);
export const playing = signal(false);
export const status = signal<Omit<Progress, 'frame'>>({
  stopped: false,
  catchingUp: false,
  diverged: false,
  stepsPerSecond: 0,
});
export const failure = signal<string | undefined>(undefined);

export const points = computed<readonly Point[]>(() => {
  const { data, n, noise, draw } = state;
  return data.value === 'own' ? state.points.value : generate(data.value, n.value, noise.value, draw.value);
});

/** Each feature once, and at least one. */
export const features = computed<readonly FeatureName[]>(() => {
  const chosen = [...new Set(state.features.value)];
  return chosen.length === 0 ? schema.features.initial : chosen;
});

/** Units of each layer, features and output included. */
export const widths = computed(() => [
  features.value.length,
  ...state.layers.value.map(([units]) => units),
  1,
]);

export const settings = computed<SessionSettings>(() => {
  const shape = { features: features.value, layers: state.layers.value, seed: state.seed.value };
  const { weights } = state;
  return {
    shape,
    regularization: {
      dropout: state.dropout.value,
      penalty: state.penalty.value,
      strength: state.strength.value,
    },
    optimizer: state.optimizer.value,
    learningRate: state.eta.value,
    batchSize: state.batch.value,
    points: points.value,
    testShare: state.test.value,
    splitSeed: state.draw.value,
    weights: weights.value.length === weightCount(shape) ? weights.value : [],
  };
});

/** Whether there is anything to train on. */
export const hasPoints = computed(() => points.value.length > 0);

/** The run of the present settings. */
let job: Job<undefined> | undefined;
/** Of the network that the frame shows. */
let drawnShape = '';

function shapeOf({ shape: { features: names, layers } }: SessionSettings): string {
  return JSON.stringify([names, layers]);
}

/** Keeps a run going for whatever is set, until the function that it returns is called. */
export function follow(): () => void {
  const stopRuns = effect(() => {
    // An address that is opened names the steps too.
    opened.value;
    const chosen = settings.value;
    untracked(() => begin(chosen));
  });
  const stopViews = effect(() => {
    const view = { side: state.side.value, at: state.at.value };
    tell({ view });
  });
  const stopSpeed = effect(() => tell({ speed: state.speed.value }));
  return () => {
    for (const stop of [stopRuns, stopViews, stopSpeed]) stop();
    const now = frame.peek();
    // Whoever comes back finds the step that was reached.
    if (now !== undefined && !status.peek().catchingUp) state.k.value = now.step;
    playing.value = false;
    job?.cancel();
    job = undefined;
  };
}

function begin(chosen: SessionSettings): void {
  job?.cancel();
  job = undefined;
  failure.value = undefined;
  if (drawnShape !== shapeOf(chosen)) frame.value = undefined;
  if (chosen.points.length === 0) {
    frame.value = undefined;
    playing.value = false;
    return;
  }
  const control = {
    playing: playing.peek(),
    speed: state.speed.peek(),
    target: state.k.peek(),
    view: { side: state.side.peek(), at: state.at.peek() },
  };
  const own: Job<undefined> = client.run(
    'train',
    { settings: chosen, control },
    { onProgress: (progress) => own === job && show(progress) },
  );
  job = own;
  drawnShape = shapeOf(chosen);
  own.result.catch((error) => {
    if (own !== job) return;
    job = undefined;
    playing.value = false;
    if (!(error instanceof WorkerEndedError)) failure.value = messageOf(error);
  });
}

/** While it plays, the address is brought up to date this often; writing it costs the browser more than a frame. */
const WRITE_EVERY_MS = 1000;
let written = 0;

function show({ frame: next, ...rest }: Progress): void {
  const began = performance.now();
  batch(() => {
    frame.value = next;
    status.value = rest;
    if (rest.stopped) playing.value = false;
    if (!rest.catchingUp && (!playing.peek() || began - written > WRITE_EVERY_MS)) {
      written = began;
      state.k.value = next.step;
    }
  });
  requestAnimationFrame(() => tell({ drawn: performance.now() - began }));
}

function tell(telling: Telling): void {
  job?.tell(telling);
}

export function toggle(): void {
  playing.value = !playing.peek();
  if (job === undefined) begin(settings.peek());
  else tell({ playing: playing.peek() });
}

/** Makes so many steps and stops. */
export function advance(steps: number): void {
  playing.value = false;
  tell({ playing: false, target: (frame.peek()?.step ?? 0) + steps });
}

/** Back to the first weights. */
export function reset(): void {
  batch(() => {
    playing.value = false;
    state.k.value = 0;
  });
  begin(settings.peek());
}

/** After the worker has ended by itself. */
export function restart(): void {
  begin(settings.peek());
}

/** A signal for a field whose change begins the training anew. */
export function anew<T>(of: Signal<T>): { readonly value: T; readonly onChange: (value: T) => void } {
  const set = (value: T) =>
    change(() => {
      of.value = value;
    });
  return { value: of.value, onChange: set };
}

/** Changes settings: the steps that were made with the old ones count no more. */
export function change(how: () => void): void {
  batch(() => {
    how();
    state.k.value = 0;
  });
}

/** Puts another number in the place of a weight or bias; training goes on from there. */
export function setWeight(place: number, value: number): void {
  const weights = frame.peek()?.weights;
  if (weights === undefined || !weights.every(Number.isFinite)) return;
  const rounded = Array.from(weights, (weight) => Number(weight.toPrecision(5)));
  change(() => {
    state.weights.value = rounded.toSpliced(place, 1, value);
  });
}

/** Draws other first weights. */
export function redraw(): void {
  change(() => {
    state.weights.value = schema.weights.initial;
    state.seed.value = (state.seed.value % 9999) + 1;
  });
}
