import { TextClassifier, type WordVectors } from 'lexigrad';
import { readLabelledTexts } from '../../text-models/labelled.js';
import { serve, Transfer } from '../../worker/serve.js';
import { principalComponents, takeRows } from './pca.js';
import { chooseRows, type RowChoice } from './rows.js';
import type { EmbeddingTasks } from './tasks.js';
import { layOut } from './umap.js';
import { factsOf, openVectors } from './vectors.js';

/** So long the example trains: enough for its labels to part, a few seconds in any browser. */
const EXAMPLE_EPOCHS = 12;

let open: WordVectors | undefined;

serve<EmbeddingTasks>({
  load: async ({ name, bytes }) => {
    const found = await openVectors(name, bytes);
    open = found.vectors;
    return factsOf(found);
  },

  example: async (bytes, { progress }) => {
    const { examples } = await readLabelledTexts(bytes, 'messages.csv');
    const model = await TextClassifier.train(examples, {
      epochs: EXAMPLE_EPOCHS,
      dimension: 32,
      onEvent: (event) => {
        if (event.kind === 'step') progress({ done: event.step, total: event.totalSteps });
      },
    });
    const file = model.toBytes() as Uint8Array<ArrayBuffer>;
    return new Transfer(file, [file.buffer]);
  },

  pca: async ({ rows, unit }, { breathe }) => {
    const result = await principalComponents(matrixOf(rows, unit), breathe);
    return new Transfer(result, [result.points.buffer]);
  },

  umap: async (input, { progress, signal, breathe, onTell }) => {
    const gate = new Gate(signal);
    onTell((order) => gate.set(order === 'pause'));
    const result = await layOut(matrixOf(input.rows, true), input, {
      progress,
      signal,
      breathe: async () => {
        await breathe();
        await gate.passed();
      },
    });
    return new Transfer(result, [result.points.buffer]);
  },

  neighbors: ({ word, count }) => theVectors().neighbors(word, count),
  analogy: ({ words: [a, b, c], count }) => theVectors().analogy(a, b, c, count),
});

function theVectors(): WordVectors {
  if (open === undefined) throw new Error('there are no vectors yet: open a file');
  return open;
}

function matrixOf(choice: RowChoice, unit: boolean) {
  const { vectors, dimension, size } = theVectors();
  return takeRows(vectors, dimension, chooseRows(size, choice), unit);
}

/** Work waits here while it is paused, without keeping the processor busy. */
class Gate {
  private paused = false;
  private open: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => this.set(false));
  }

  set(paused: boolean): void {
    this.paused = paused;
    if (!paused) this.open?.();
  }

  async passed(): Promise<void> {
    if (this.paused) {
      await new Promise<void>((resolve) => {
        this.open = resolve;
      });
    }
  }
}
