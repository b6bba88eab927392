/** Language models of every architecture, with weights that are neither small nor trained. */
import type { Engine } from '../../../src/engine/engine.js';
import { LanguageModel } from '../../../src/models/language-model/language-model.js';
import { checkConfig } from '../../../src/models/language-model/options.js';
import { Vocabulary } from '../../../src/text/index.js';

const PLAIN = {
  ...{ tokenizer: { kind: 'whitespace' }, context: 'running', order: 4, dimension: 10, hidden: [14] },
  ...{ activation: 'tanh', tied: false, directConnections: false, dropout: 0.5 },
};
const DEEP = {
  ...{ tied: true, farWords: 6, decays: [0.6, 0.9], hidden: [20], activation: 'gelu', blocks: 1 },
  ...{ normalization: 'before', dimension: 12 },
};

export const architectures: Readonly<Record<string, object>> = {
  textbook: PLAIN,
  'tied, two hidden layers': { ...PLAIN, tied: true, hidden: [14, 9], activation: 'relu' },
  'presets base and best': { ...PLAIN, ...DEEP },
  'layer norm after, two blocks': { ...PLAIN, ...DEEP, normalization: 'after', blocks: 2, hidden: [20, 15] },
  'fixed decay': { ...PLAIN, farWords: 5, decays: [0.7], learnedKernels: false, order: 2 },
  'direct connections': { ...PLAIN, ...DEEP, tied: false, directConnections: true },
  'no hidden layer': { ...PLAIN, tied: true, hidden: [], directConnections: true, blocks: 1 },
  'sentence contexts': { ...PLAIN, context: 'sentence' },
  'adaptive softmax': { ...PLAIN, output: 'adaptive', cutoffs: [40] },
};

/** Words are called w0, w1, …; the first two are special. */
export function untrained(config: object, size: number, engine: Engine): LanguageModel {
  const tokens = ['<unk>', '</s>', ...Array.from({ length: size - 2 }, (_, i) => `w${i + 2}`)];
  const vocabulary = Vocabulary.fromJSON({
    ...{ tokens, counts: tokens.map(() => 1), specialCount: 2, unknownToken: '<unk>' },
  });
  const lm = new LanguageModel({ config: checkConfig(config), vocabulary, seed: 3, engine });
  lm.network.parameters.forEach((node, p) => {
    const values = Float32Array.from(
      lm.workspace.view(node),
      (value, i) => value + 0.2 * Math.sin(7.3 * i + p),
    );
    lm.workspace.write(node, values);
  });
  return lm;
}
