/** The vectors as points: principal components as soon as anything changes, UMAP when it is asked for. */
import { computed, effect, signal, untracked } from '@preact/signals';
import { messageOf } from '../../components/index.js';
import { currentRoom } from '../../state/address.js';
import { latest } from '../../text-models/latest.js';
import type { Job } from '../../worker/index.js';
import { chooseRows } from './rows.js';
import { facts, holder, state } from './state.js';
import type { Principal, Projection, UmapInput, UmapProgress, VectorFacts } from './tasks.js';

/** Whether the browser shows this page. */
const visible = signal(!document.hidden);
document.addEventListener('visibilitychange', () => {
  visible.value = !document.hidden;
});

/** Of which vectors something is: what belongs to a file that was open before is not shown. */
interface Belongs {
  readonly of: VectorFacts;
}

/** A projection and the rows of the table that its points are. */
export interface Cloud extends Projection {
  readonly rows: Int32Array;
}

const principal = latest<Cloud & Principal & Belongs>();
export const principalFailure = principal.failure;
const principalCloud = computed(() =>
  principal.answer.value?.of === facts.value ? principal.answer.value : undefined,
);
export const shares = computed(() => principalCloud.value?.shares);

export interface UmapRun extends Belongs {
  readonly input: UmapInput;
  readonly status: 'running' | 'paused' | 'done';
  readonly progress: UmapProgress | undefined;
  readonly cloud: Cloud | undefined;
}

const lastUmap = signal<UmapRun | undefined>(undefined);
export const umapRun = computed(() => (lastUmap.value?.of === facts.value ? lastUmap.value : undefined));
export const umapFailure = signal<string | undefined>(undefined);
let umapJob: Job<Projection> | undefined;

export const umapInput = computed<UmapInput>(() => ({
  rows: { most: state.sample.value, choosing: state.choosing.value },
  dimensions: state.dimensions.value === '3' ? 3 : 2,
  neighbors: state.neighbors.value,
  minDistance: state.minDistance.value,
  epochs: state.epochs.value,
  seed: state.seed.value,
}));

/** Whether UMAP was laid out with other settings than those that stand now. */
export const umapIsStale = computed(
  () =>
    umapRun.value !== undefined && JSON.stringify(umapRun.value.input) !== JSON.stringify(umapInput.value),
);

/** What is drawn. */
export const cloud = computed<Cloud | undefined>(() => {
  if (state.method.value === 'umap') return umapRun.value?.cloud;
  const found = principalCloud.value;
  if (found === undefined || state.dimensions.value === '3') return found;
  return { ...found, dimensions: 2, points: flat(found.points) };
});

/** The first two of three coordinates. */
function flat(points: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: (points.length / 3) * 2 }, (_, i) => points[3 * (i >> 1) + (i & 1)]!);
}

effect(() => {
  const found = facts.value;
  if (found === undefined || state.method.value !== 'pca') return;
  const input = { rows: { most: state.most.value, choosing: state.choosing.value }, unit: state.unit.value };
  untracked(() =>
    principal.ask(async () => ({
      ...(await holder.ask('pca', input)),
      rows: chooseRows(found.words.length, input.rows),
      of: found,
    })),
  );
});

/** Lays out anew, with the settings as they are. */
export async function runUmap(): Promise<void> {
  const found = facts.peek();
  if (found === undefined) return;
  stopUmap();
  umapFailure.value = undefined;
  const input = umapInput.peek();
  const rows = chooseRows(found.words.length, input.rows);
  let job: Job<Projection> | undefined;
  const mine = () => umapJob !== undefined && umapJob === job;
  const update = (change: Partial<UmapRun>) => {
    if (lastUmap.value !== undefined && mine()) lastUmap.value = { ...lastUmap.value, ...change };
  };
  lastUmap.value = { of: found, input, status: 'running', progress: undefined, cloud: undefined };
  try {
    const result = await holder.ask(
      'umap',
      input,
      (progress) => {
        update(progress.stage === 'layout' ? { progress, cloud: { ...progress, rows } } : { progress });
      },
      (begun) => {
        umapJob = job = begun;
      },
    );
    update({ status: 'done', cloud: { ...result, rows } });
  } catch (error) {
    if (mine() || job === undefined) {
      // First, or the effect below would begin again at once, and for ever.
      umapFailure.value = messageOf(error);
      lastUmap.value = undefined;
    }
  }
}

export function pauseUmap(paused: boolean): void {
  const run = umapRun.peek();
  if (run === undefined || run.status === 'done') return;
  umapJob?.tell(paused ? 'pause' : 'resume');
  lastUmap.value = { ...run, status: paused ? 'paused' : 'running' };
}

/** Ends it; what is laid out so far stays. */
export function stopUmap(): void {
  umapJob?.cancel();
}

effect(() => {
  // Whoever chooses UMAP wants to see it; settings that change later wait for the button.
  if (facts.value === undefined || state.method.value !== 'umap') return;
  if (umapRun.value === undefined && umapFailure.value === undefined) untracked(() => void runUmap());
});

/** It waits while nobody can see it, and goes on by itself. */
let waits = false;
effect(() => {
  const seen = currentRoom.value === 'embeddings' && visible.value;
  untracked(() => {
    if (!seen && umapRun.value?.status === 'running') {
      waits = true;
      pauseUmap(true);
    } else if (seen && waits) {
      waits = false;
      pauseUmap(false);
    }
  });
});
