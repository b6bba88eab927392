/**
 * `npm run docs`: the API reference, by TypeDoc, in dist-docs/. A link that leads nowhere is an error. TypeDoc needs the
 * JavaScript interface of an older TypeScript than the one that compiles the library; both are in tools/.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installIn, root, run } from './setup.mjs';

installIn(join(root, 'tools'), 'Installing the tools that describe the package …');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.values(exports)
  .filter((target) => typeof target !== 'string')
  .map((target) => target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
run(process.execPath, [
  join(root, 'tools/node_modules/typedoc/bin/typedoc'),
  ...['--tsconfig', 'tsconfig.build.json', '--out', 'dist-docs', '--readme', 'none', '--name', 'Lexigrad'],
  ...['--validation.invalidLink', '--validation.notExported', 'false', '--treatValidationWarningsAsErrors'],
  // The types are checked by the compiler of the library.
  '--skipErrorChecking',
  ...['--excludePrivate', '--excludeInternal', '--hideGenerator', '--disableSources'],
  ...entries,
]);
