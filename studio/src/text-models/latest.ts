/** Questions that follow each other faster than they are answered: of those that wait, only the latest is asked. */
import { type Signal, signal, untracked } from '@preact/signals';
import { messageOf } from '../components/index.js';
import { WorkerEndedError } from '../worker/index.js';

export interface Latest<Answer> {
  /** The answer to the latest question that was answered; the one before stays until then. */
  readonly answer: Signal<Answer | undefined>;
  readonly failure: Signal<string | undefined>;
  /** Asks, now or when the present question is answered. */
  readonly ask: (question: () => Promise<Answer>) => void;
  readonly forget: () => void;
}

export function latest<Answer>(): Latest<Answer> {
  const answer = signal<Answer | undefined>(undefined);
  const failure = signal<string | undefined>(undefined);
  let waiting: (() => Promise<Answer>) | undefined;
  let busy = false;
  let generation = 0;
  const work = async () => {
    busy = true;
    while (waiting !== undefined) {
      const question = waiting;
      const asked = generation;
      waiting = undefined;
      try {
        const found = await question();
        if (asked !== generation) continue;
        answer.value = found;
        failure.value = undefined;
      } catch (error) {
        if (!(error instanceof WorkerEndedError)) failure.value = messageOf(error);
      }
    }
    busy = false;
  };
  return {
    answer,
    failure,
    ask: (question) => {
      waiting = question;
      // Those who ask from an effect follow the signals of the question, not those of the worker.
      if (!busy) untracked(() => void work());
    },
    forget: () => {
      generation++;
      waiting = undefined;
      answer.value = failure.value = undefined;
    },
  };
}
