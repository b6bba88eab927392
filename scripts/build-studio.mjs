/** studio/ → dist/studio/: the page that `lexigrad studio` serves, and that any other web server can hold. */
import { join } from 'node:path';
import { buildKernels, installStudio, root, run } from './setup.mjs';

installStudio();
buildKernels();
run(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], {
  cwd: join(root, 'studio'),
});
