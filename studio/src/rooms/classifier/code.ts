/** The training of this room, as a command and as TypeScript. */
import type { ClassifierOptions } from 'lexigrad';
import { flag, literal, quoted, shellWord } from '../../text-models/code.js';

interface Source {
  readonly file: string;
  readonly textColumn: string;
  readonly labelColumn: string;
}

export function asCommand({ file, textColumn, labelColumn }: Source, options: ClassifierOptions): string {
  const { subwords, hidden, optimizer, classWeights } = options;
  const flags = [
    flag('text-column', textColumn || undefined),
    flag('label-column', labelColumn || undefined),
    flag('epochs', options.epochs),
    flag('learning-rate', optimizer?.learningRate),
    flag('dimension', options.dimension),
    flag('word-ngrams', options.wordNgrams),
    subwords === undefined ? undefined : flag('subwords', subwords === null ? 'none' : subwords.join(',')),
    flag('hidden', hidden?.join(',')),
    flag('pooling', options.pooling),
    flag('dropout', options.dropout),
    flag('word-dropout', options.wordDropout),
    flag('batch-size', options.batchSize),
    flag('hold-out', options.holdOut),
    flag('patience', options.patience),
    flag('class-weights', classWeights as string | undefined),
    flag('seed', options.seed),
  ].filter((part) => part !== undefined);
  return ['npx lexigrad train', shellWord(file), ...flags].join(' ');
}

export function asTypeScript({ file, textColumn, labelColumn }: Source, options: ClassifierOptions): string {
  const columns = { ...(textColumn && { textColumn }), ...(labelColumn && { labelColumn }) };
  const reading = Object.keys(columns).length === 0 ? '' : `, ${literal(columns)}`;
  const training = Object.keys(options).length === 0 ? '' : `, ${literal(options)}`;
  const name = file.replace(/\.[^.]*$/, '');
  return `import { TextClassifier } from 'lexigrad';
import { readExamples } from 'lexigrad/files/node';

const examples = await readExamples(${quoted(file)}${reading});
const classifier = await TextClassifier.train(examples${training});
console.log(classifier.record.results);
await classifier.save(${quoted(`${name}.lexigrad`)});
`;
}
