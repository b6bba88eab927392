import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installed, install, isBuilt, manifest, root, runIn, WHY_SKIPPED } from './installed.js';

const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
  typeof target === 'string' ? [] : [{ path: path.slice(1), ...target }],
);

/** Runtimes beside this one; tools/runtimes/package.json brings them. */
const runtimes = ['node20', 'node22', 'node24', 'node26', 'deno', 'bun'].map((name) => {
  const folder = join(root, 'tools/runtimes/node_modules');
  const program = name.startsWith('node') ? join(folder, name, 'bin/node') : join(folder, '.bin', name);
  return { name, program, args: name === 'deno' ? ['run', '--allow-all', '--no-prompt'] : [] };
});

/** gzipped bytes of what a browser gets that imports this. */
async function bundleSize(folder: string, contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', write: false, logLevel: 'error' },
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

describe.skipIf(!isBuilt)(`the packed package${WHY_SKIPPED}`, () => {
  let app: Installed;
  beforeAll(() => {
    app = install();
    copyFileSync(join(import.meta.dirname, 'smoke.mjs'), join(app.folder, 'smoke.mjs'));
  }, 120_000);
  afterAll(() => app.remove(), 60_000);

  const inPackage = (path: string) => join(app.folder, 'node_modules/lexigrad', path);

  it('brings few packages and little data', () => {
    expect(app.packages).toEqual(['node_modules/commander', 'node_modules/lexigrad']);
    expect(app.pack.unpackedSize).toBeLessThan(11_000_000);
    expect(app.pack.size).toBeLessThan(3_500_000);
  });

  it('holds what is built, and no sources, tests or scripts', () => {
    const folders = new Set(app.pack.files.map(({ path }) => path.split('/')[0]));
    expect([...folders].sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'README.zh-CN.md', 'dist', 'package.json'].sort(),
    );
    expect(app.pack.files.filter(({ path }) => /\.test\.|\.tsbuildinfo$/.test(path))).toEqual([]);
  });

  it('runs nothing when it is installed', () => {
    const { scripts } = JSON.parse(readFileSync(inPackage('package.json'), 'utf8'));
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(scripts).not.toHaveProperty(name);
  });

  it('names the terms of the code that it carries', () => {
    const terms = readFileSync(inPackage('dist/THIRD-PARTY.txt'), 'utf8');
    for (const name of ['hono', 'valibot', 'csv-parse', 'pbf'])
      expect(terms).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });

  it('has a source map with our sources for every file of code', () => {
    const code = app.pack.files.filter(({ path }) => /^dist\/(?!studio\/).*\.js$/.test(path));
    expect(code.length).toBeGreaterThan(entries.length);
    for (const { path } of code) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(inPackage(`${path}.map`), 'utf8')) as {
        readonly sources: readonly string[];
        readonly sourcesContent: readonly (string | null)[];
      };
      const lost = sources.filter((source, i) => !source.includes('node_modules/') && !sourcesContent[i]);
      expect(lost, path).toEqual([]);
    }
  });

  it('works by every entry, here', () => {
    const output = runIn(app.folder, process.execPath, 'smoke.mjs', '', ...entries.map(({ path }) => path));
    expect(output).toContain(`lexigrad ${manifest.version}: weights`);
  });

  it.for(runtimes)('works by every entry, on $name', ({ program, args }, { skip }) => {
    if (!existsSync(program)) skip('not installed: npm install --prefix tools/runtimes');
    const output = runIn(app.folder, program, ...args, 'smoke.mjs', '', ...entries.map(({ path }) => path));
    expect(output).toContain(`lexigrad ${manifest.version}: weights`);
  });

  it('has a program', () => {
    const program = join(app.folder, 'node_modules/.bin/lexigrad');
    expect(statSync(program).mode & 0o111).not.toBe(0);
    expect(runIn(app.folder, program, '--version').trim()).toBe(manifest.version);
    writeFileSync(join(app.folder, 'data.csv'), `text,label\n${'good day,a\nbad night,b\n'.repeat(20)}`);
    runIn(app.folder, program, 'train', 'data.csv', '--output', 'm.lexigrad', '--epochs', '3');
    expect(runIn(app.folder, program, 'predict', 'm.lexigrad', 'a good day')).toMatch(/^a\b/m);
  });

  it('has types that check without skipping any library', () => {
    const names = entries.map((_, i) => `m${i}`);
    const imports = entries.map(({ path }, i) => `import * as m${i} from 'lexigrad${path}';`);
    writeFileSync(join(app.folder, 'types.mts'), `${imports.join('\n')}\nexport { ${names.join(', ')} };\n`);
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--skipLibCheck',
      'false',
    ];
    const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
    const run = () =>
      execFileSync(process.execPath, [tsc, ...flags, ...types, 'types.mts'], {
        cwd: app.folder,
        encoding: 'utf8',
      });
    expect(run).not.toThrow();
  });

  describe('in a browser’s bundle', () => {
    it('classifies with less than 20 kB', async () => {
      const size = await bundleSize(app.folder, `export { Classifier } from 'lexigrad/classify';`);
      expect(size).toBeLessThan(20_000);
    });

    it('needs no engine to read a tokeniser', async () => {
      const size = await bundleSize(app.folder, `export { createTokenizer } from 'lexigrad/text';`);
      expect(size).toBeLessThan(4_000);
    });

    it('has no server, no readers of disks and no command line', async () => {
      const size = await bundleSize(app.folder, `export * from 'lexigrad';`);
      expect(size).toBeLessThan(170_000);
    });
  });
});
