/** The training of this room, as commands and as TypeScript. */
import type { LanguageModelOptions } from 'lexigrad';
import { flag, literal, quoted, shellWord } from '../../text-models/code.js';
import { HELD_OUT_EVERY } from './tasks.js';

/** @param pretrained the file whose embeddings E starts from */
export function asCommands(
  file: string,
  options: LanguageModelOptions,
  pretrained: string | undefined,
): string {
  const { hidden, tokenizer, optimizer } = options;
  const flags = [
    flag('order', options.order),
    flag('dimension', options.dimension),
    hidden === undefined ? undefined : flag('hidden', hidden.length === 0 ? 'none' : hidden.join(',')),
    flag('activation', options.activation),
    flag('epochs', options.epochs),
    flag('learning-rate', optimizer?.learningRate),
    flag('dropout', options.dropout),
    flag('batch-size', options.batchSize),
    flag('patience', options.patience),
    flag('tokenizer', tokenizer?.kind),
    flag('min-count', options.minimumCount),
    flag('embeddings', pretrained),
    options.tied === false ? '--no-tied' : undefined,
    options.freezeEmbeddings ? '--freeze-embeddings' : undefined,
    flag('seed', options.seed),
  ].filter((part) => part !== undefined);
  const name = shellWord(file);
  return `grep -v '^[[:space:]]*$' ${name} | awk 'NR % ${HELD_OUT_EVERY}' > train.txt
grep -v '^[[:space:]]*$' ${name} | awk 'NR % ${HELD_OUT_EVERY} == 0' > valid.txt
npx lexigrad train train.txt --task lm --validation valid.txt ${flags.join(' ')}
`;
}

export function asTypeScript(
  file: string,
  options: LanguageModelOptions,
  pretrained: string | undefined,
): string {
  const vectors =
    pretrained === undefined
      ? ''
      : `const vectors = (await LanguageModel.load(${quoted(pretrained)})).wordVectors();\n`;
  const all = literal(options).replace(/ }$/, pretrained === undefined ? ' }' : ', pretrained: vectors }');
  return `import { LanguageModel, NgramLanguageModel } from 'lexigrad';
import { readFile } from 'node:fs/promises';

const lines = (await readFile(${quoted(file)}, 'utf8')).split('\\n').filter((line) => line.trim() !== '');
const isHeldOut = (_: string, i: number) => i % ${HELD_OUT_EVERY} === ${HELD_OUT_EVERY - 1};
const train = lines.filter((line, i) => !isHeldOut(line, i));
const heldOut = lines.filter(isHeldOut);

${vectors}const lm = await LanguageModel.train(train, ${all}, heldOut);
const counts = await NgramLanguageModel.train(train, { order: lm.config.order, like: lm });
console.log((await lm.perplexity(heldOut)).perplexity, (await counts.perplexity(heldOut)).perplexity);
await lm.save('model.lexigrad');
`;
}
