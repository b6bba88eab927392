/** Runs a TypeScript example against the built library: `node scripts/run-example.mjs examples/start.ts …`. */
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { root, run } from './setup.mjs';

const [example, ...args] = process.argv.slice(2);
// Within the package's own folder, so that `import 'lexigrad'` finds the package itself.
const outfile = join(root, '.cache', `${basename(example, '.ts')}.mjs`);
await build({
  entryPoints: [example],
  outfile,
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
  tsconfigRaw: '{}',
});
run(process.execPath, [outfile, ...args]);
