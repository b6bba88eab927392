/** fasttext.wasm.js as a command: train FILE MODEL OPTIONS, or test FILE MODEL, which prints the accuracy. */
import { test, train } from './fasttext-wasm.mjs';

const [stage, file, model, options] = process.argv.slice(2);
if (stage === 'train') await train(file, model, JSON.parse(options));
else console.log(await test(file, model));
process.exit(0);
