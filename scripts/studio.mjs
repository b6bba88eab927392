/** `npm run studio`: the studio from its sources, for those who work on it. Arguments go to Vite (`-- --port 8000`). */
import { join } from 'node:path';
import { buildKernels, checkNode, install, installStudio, root, run } from './setup.mjs';

checkNode();
install();
installStudio();
buildKernels();
run(process.execPath, ['node_modules/vite/bin/vite.js', ...process.argv.slice(2)], {
  cwd: join(root, 'studio'),
});
