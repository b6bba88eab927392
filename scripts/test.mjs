/** `npm test`: sets up what is missing, then runs every test. Arguments go to Vitest. */
import { buildKernels, buildLibrary, buildStudio, checkNode, install, installStudio, run } from './setup.mjs';

checkNode();
install();
installStudio();
buildKernels();
buildLibrary();
buildStudio();
run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  // The tests of the studio look at the page as it was just built.
  env: { ...process.env, LEXIGRAD_STUDIO_BUILT: '1' },
});
