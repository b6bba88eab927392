/** `npm test`: sets up what is missing, then runs every test. Arguments go to Vitest. */
import { buildKernels, buildLibrary, checkNode, install, run } from './setup.mjs';

checkNode();
install();
buildKernels();
buildLibrary();
run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]);
