/** `npm start`: sets up what is missing, then runs examples/start.ts against the built library. */
import { buildKernels, buildLibrary, checkNode, install, run } from './setup.mjs';

checkNode();
install();
buildKernels();
buildLibrary();
run(process.execPath, ['scripts/run-example.mjs', 'examples/start.ts']);
