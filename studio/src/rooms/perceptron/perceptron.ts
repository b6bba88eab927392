/** The perceptron of this room: every step of its learning, by the library's own learning rule. */
import { computed } from '@preact/signals';
import { type ConvergenceReport, Perceptron, type PerceptronExample, type PerceptronStep } from 'lexigrad';
import { MOST_PERCEPTRON_STEPS, state } from './state.js';

export interface Course {
  /** All steps, until none of a pass was a mistake; at most MOST_PERCEPTRON_STEPS. */
  readonly steps: readonly PerceptronStep[];
  /** Whether that happened, and whether it ever can. */
  readonly report: ConvergenceReport | undefined;
  /** Why nothing can be learnt from these points. */
  readonly problem?: string;
}

const examples = computed<readonly PerceptronExample[]>(() =>
  state.points.value.map(([x1, x2, one]) => ({ features: [x1, x2], label: Number(one) })),
);

export const course = computed<Course>(() => {
  const [w1, w2, b] = state.from.value;
  const count = Math.max(1, examples.value.length);
  const options = {
    learningRate: state.rate.value,
    epochs: Math.max(1, Math.floor(MOST_PERCEPTRON_STEPS / count)),
    start: { weights: [w1, w2], bias: b },
  };
  try {
    const steps = [...Perceptron.steps(examples.value, options)];
    return { steps, report: Perceptron.train(examples.value, options).report };
  } catch (error) {
    return { steps: [], report: undefined, problem: error instanceof Error ? error.message : String(error) };
  }
});

/** How many steps were made; never more than there are. */
export const stepsMade = computed(() => Math.min(state.t.value, course.value.steps.length));

/** The step that was made last; undefined at the start. */
export const lastStep = computed<PerceptronStep | undefined>(() => course.value.steps[stepsMade.value - 1]);

/** The perceptron as it is now, and as it was before the last step. */
export const present = computed(() => after(stepsMade.value));
export const previous = computed(() => after(stepsMade.value - 1));

function after(steps: number): Perceptron {
  const step = course.value.steps[steps - 1];
  const [w1, w2, b] = state.from.value;
  return new Perceptron(step ?? { weights: [w1, w2], bias: b });
}

/** Makes a step; false when there are no more. */
export function advance(): boolean {
  const next = stepsMade.value + 1;
  if (next > course.value.steps.length) return false;
  state.t.value = next;
  return next < course.value.steps.length;
}

/** Goes on from weights given by hand. */
export function startFrom(weights: readonly [number, number, number]): void {
  state.from.value = weights;
  state.t.value = 0;
}
