/** The house rules that a compiler cannot hold: imports go down the floors, there are no circles, the core is pure. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/base/version.js';

const root = resolve(import.meta.dirname, '../..');
const source = join(root, 'src');

/** From the top floor to the bottom; folders of one list share a floor and do not import each other, unless listed. */
const floors: readonly (readonly string[])[] = [
  ['cli'],
  ['serve'],
  ['tune', 'report'],
  ['models'],
  ['train'],
  ['nn', 'optim'],
  ['program', 'onnx'],
  ['graph'],
  ['engine'],
  ['files'],
  ['text'],
  ['base'],
];
const floorOf = new Map(
  floors.flatMap((folders, floor) => folders.map((folder) => [folder, floor] as const)),
);

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
  .map((file) => join(source, file));

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** The code of a file without its comments, whose examples import things too. */
function codeOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

function importsOf(file: string): Import[] {
  const statements = codeOf(file).matchAll(
    /^(?:import|export)\s+(type\s)?(?:[\s\S]*?\sfrom\s+)?'([^']+)';/gm,
  );
  return [...statements].map(([, type, specifier]) => ({
    from: file,
    specifier: specifier!,
    typeOnly: type !== undefined,
  }));
}

const imports = files.flatMap(importsOf);
const name = (file: string) => relative(source, file);
const folderOf = (file: string) => name(file).split('/')[0]!;
const target = ({ from, specifier }: Import) => resolve(dirname(from), specifier.replace(/\.js$/, '.ts'));
const inside = imports.filter(({ specifier }) => specifier.startsWith('.'));

describe('the house', () => {
  it('finds its own imports', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(inside.length).toBeGreaterThan(100);
  });

  it('has every folder on a floor', () => {
    const folders = [...new Set(files.map(folderOf))].filter((folder) => folder !== 'index.ts');
    expect(folders.filter((folder) => !floorOf.has(folder))).toEqual([]);
  });

  it('imports only from the same folder or from floors below', () => {
    const upward = inside
      .filter(({ from }) => folderOf(from) !== 'index.ts')
      .filter((each) => {
        const [here, there] = [folderOf(each.from), folderOf(target(each))];
        return here !== there && !(floorOf.get(here)! < floorOf.get(there)!);
      })
      .map((each) => `${name(each.from)} → ${name(target(each))}`);
    expect(upward).toEqual([]);
  });

  it('has no circular imports', () => {
    const edges = new Map<string, string[]>();
    for (const each of inside)
      if (!each.typeOnly) edges.set(each.from, [...(edges.get(each.from) ?? []), target(each)]);
    const circles: string[] = [];
    const state = new Map<string, 'open' | 'done'>();
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'open')
        circles.push([...path.slice(path.indexOf(file)), file].map(name).join(' → '));
      if (state.has(file)) return;
      state.set(file, 'open');
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });

  it('keeps the core free of Node and of dependencies', () => {
    const nodeOnly = ['files/node/', 'engine/blas/'];
    const isNodeOnly = (file: string) => nodeOnly.some((folder) => name(file).startsWith(folder));
    const isFace = (file: string) => ['cli', 'serve'].includes(folderOf(file));
    const allowed = (file: string) => isFace(file) || isNodeOnly(file);
    const isProtobuf = ({ from, specifier }: Import) => folderOf(from) === 'onnx' && specifier === 'pbf';
    const foreign = imports
      .filter(({ from, specifier }) => !specifier.startsWith('.') && specifier !== '#host' && !allowed(from))
      .filter((each) => !isProtobuf(each))
      .map(({ from, specifier }) => `${name(from)} → ${specifier}`);
    expect(foreign).toEqual([]);
    const reaching = inside
      .filter((each) => isNodeOnly(target(each)) && !allowed(each.from))
      .map(({ from, specifier }) => `${name(from)} → ${specifier}`);
    expect(reaching).toEqual([]);
  });

  it('has a type-checked way around nothing', () => {
    const marks = files.filter((file) =>
      /@ts-ignore|@ts-expect-error|\bas any\b|: any\b|\beval\(|new Function\(/.test(codeOf(file)),
    );
    expect(marks.map(name)).toEqual([]);
  });

  it('says the version of package.json', () => {
    expect(VERSION).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
  });
});
