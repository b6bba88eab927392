/**
 * The documents stay true: their code compiles, runs and prints what they say, their links lead somewhere, every
 * package has its reason, and the two READMEs have one structure.
 *
 * A block of code that stands alone is marked `ts run`; what it prints is compared with its comments `// → …`, line by
 * line. A block that is only a part of something is marked `ts part`.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const readmes = ['README.md', 'README.zh-CN.md'] as const;
/** Where code is checked. */
const manuals = [
  ...readmes,
  ...readdirSync(join(root, 'docs'))
    .filter(isMarkdown)
    .map((name) => `docs/${name}`),
];
const documents = [
  ...manuals,
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter(isMarkdown)
    .map((name) => `examples/${name}`),
];

interface Block {
  /** Unique, and usable as a file name. */
  readonly name: string;
  readonly code: string;
  /** What it says it prints. */
  readonly expected: readonly string[];
}

const blocks: readonly Block[] = manuals.flatMap((document) =>
  fences(document)
    .filter(({ info }) => info === 'ts run')
    .map(({ line, code }) => ({
      name: `${basename(document, '.md')}-${line}`,
      code,
      expected: [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text!.trimEnd()),
    })),
);

/** Inside the project, so that bundles find its packages; git ignores it. */
// A folder of this process alone, inside the project, so that imports find its packages.
const workshop = join(root, `.cache/docs-test-${process.pid}`);
/** Where the blocks run: what they save does not touch the project, and `examples/…` is there to be read. */
const folder = mkdtempSync(join(tmpdir(), 'lexigrad-docs-'));

beforeAll(() => {
  rmSync(workshop, { recursive: true, force: true });
  mkdirSync(workshop, { recursive: true });
  symlinkSync(join(root, 'examples'), join(folder, 'examples'), 'dir');
  for (const { name, code } of blocks) writeFileSync(join(workshop, `${name}.ts`), `${code}\nexport {};\n`);
  writeFileSync(
    join(workshop, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', include: ['./*.ts'], exclude: [] }),
  );
});

afterAll(() => {
  rmSync(workshop, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

describe('code in the documents', () => {
  it('says of every block whether it stands alone', () => {
    const unmarked = manuals.flatMap((document) =>
      fences(document)
        .filter(({ info }) => /^(ts|typescript)\b/.test(info) && info !== 'ts run' && info !== 'ts part')
        .map(({ line }) => `${document}:${line}`),
    );
    expect(unmarked).toEqual([]);
  });

  it('has blocks that run in both READMEs and in docs/', () => {
    const from = new Set(blocks.map(({ name }) => name.replace(/-\d+$/, '')));
    expect([...from]).toEqual(expect.arrayContaining(['README', 'README.zh-CN', 'architecture', 'guide']));
  });

  it('compiles', () => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(
      process.execPath,
      [compiler, '--noEmit', '--pretty', 'false', '-p', workshop],
      {
        cwd: workshop,
        encoding: 'utf8',
      },
    );
    // Errors of the library itself are for the type check of the whole project.
    const own = new RegExp(
      `^(?:\\.\\./|[^(]*docs-test-\\d+/)?(?:${blocks.map(({ name }) => name.replaceAll('.', '\\.')).join('|')})\\.ts\\(`,
    );
    expect(stdout.split('\n').filter((line) => own.test(line))).toEqual([]);
  });

  it.each(blocks.map((block) => [block.name, block] as const))(
    '%s prints what it says',
    async (_, { name, expected }) => {
      const outfile = await bundle(join(workshop, `${name}.ts`), name);
      const { stdout, stderr, status } = spawnSync(process.execPath, [outfile], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(stdout.split('\n').filter((line) => line !== '')).toEqual(expected);
    },
  );
});

describe('commands in the documents', () => {
  const lines = documents.flatMap((document) =>
    fences(document)
      .filter(({ info }) => info === 'sh')
      .flatMap(({ code }) => [...code.matchAll(/^npx lexigrad (\w+) ([^#\n]*)/gm)])
      .map(([, command, rest]) => ({
        command: command!,
        flags: rest!.replace(/"[^"]*"/g, '').match(/--[a-z-]+/g) ?? [],
      })),
  );
  const commands = [...new Set(lines.map(({ command }) => command))];

  it('exist, with their flags', async () => {
    const outfile = await bundle(join(root, 'src/cli/main.ts'), 'lexigrad');
    const unknown = commands.flatMap((command) => {
      const { stdout, status } = spawnSync(process.execPath, [outfile, command, '--help'], {
        encoding: 'utf8',
      });
      const help = new Set(stdout.match(/--[a-z-]+/g));
      const flags = lines.filter((line) => line.command === command).flatMap((line) => line.flags);
      const missing = flags.filter((flag) => !help.has(flag)).map((flag) => `${command} ${flag}`);
      return status === 0 && stdout.includes(`lexigrad ${command}`) ? missing : [command];
    });
    expect(unknown).toEqual([]);
    expect(commands).toEqual(
      expect.arrayContaining(['train', 'predict', 'evaluate', 'next', 'generate', 'score']),
    );
  });
});

describe('links in the documents', () => {
  it.each(documents)('lead to something: %s', (document) => {
    const missing = links(document).filter(
      (target) => !existsSync(resolve(root, dirname(document), decodeURI(target))),
    );
    expect(missing).toEqual([]);
  });
});

describe('docs/dependencies.md', () => {
  const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'optionalDependencies' | 'devDependencies', Record<string, string>>;
  const rows = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name!);

  it('has one line for each package', () => {
    expect(rows.toSorted()).toEqual(
      Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies }).toSorted(),
    );
  });
});

describe('the two READMEs', () => {
  it('have the same sections', () => {
    const [english, chinese] = readmes.map((readme) => prose(readme).match(/^#+(?= )/gm));
    expect(chinese).toEqual(english);
  });

  it('have code blocks of the same kinds, in the same order', () => {
    const [english, chinese] = readmes.map((readme) => fences(readme).map(({ info }) => info));
    expect(chinese).toEqual(english);
  });

  it('give the same figures', () => {
    const [english, chinese] = readmes.map((readme) => figures(readme));
    expect(english!.length).toBeGreaterThan(20);
    expect(chinese).toEqual(english);
  });

  it('name only languages that link to each other', () => {
    expect(links('README.md')).toContain('README.zh-CN.md');
    expect(links('README.zh-CN.md')).toContain('README.md');
  });
});

/** A program of the sources as one file that Node 20 can run, and that finds the project's packages. */
async function bundle(entry: string, name: string): Promise<string> {
  const outfile = join(workshop, `${name}.mjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    tsconfigRaw: '{}',
    alias: aliases(),
  });
  return outfile;
}

/** Imports of the package, sent to its sources. */
function aliases(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { default: string } | string>;
  };
  const entries = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string'
      ? []
      : [
          [
            `lexigrad${path.slice(1)}`,
            join(root, target.default.replace('/dist/', '/src/').replace(/\.js$/, '.ts')),
          ] as const,
        ],
  );
  return { ...Object.fromEntries(entries), '#host': join(root, 'src/files/node/host.ts') };
}

function isMarkdown(name: string): boolean {
  return name.endsWith('.md');
}

function read(document: string): string {
  return readFileSync(join(root, document), 'utf8');
}

/** Fenced blocks: the words after the fence, the line where the block begins, and what is in it. */
function fences(document: string): { info: string; line: number; code: string }[] {
  const text = read(document);
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(({ 1: info, 2: code, index }) => ({
    info: info!.trim(),
    line: text.slice(0, index).split('\n').length + 1,
    code: code!,
  }));
}

/** The text without fenced blocks. */
function prose(document: string): string {
  return read(document).replace(/^```.*\n[\s\S]*?^```$/gm, '');
}

/** Targets of relative links, without anchors. */
function links(document: string): string[] {
  return [...prose(document).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

/** All decimal numbers in tables, in order. */
function figures(document: string): string[] {
  const rows = prose(document).match(/^\|.*\|$/gm) ?? [];
  return rows.flatMap((row) => row.match(/\d+\.\d+/g) ?? []);
}
