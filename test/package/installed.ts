/** The package as users get it: packed, and installed into an empty folder without running scripts. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** The tests look at what was built last; `npm test` builds first. */
export const isBuilt =
  existsSync(join(root, 'dist/index.js')) && existsSync(join(root, 'dist/studio/index.html'));

export const WHY_SKIPPED = isBuilt ? '' : ' (dist/ is not built: npm run build)';

export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
};

export interface Installed {
  /** The folder where `lexigrad` is installed, and nothing else. */
  readonly folder: string;
  readonly tarball: string;
  /** What `npm pack` says of it. */
  readonly pack: {
    readonly size: number;
    readonly unpackedSize: number;
    readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[];
  };
  /** Packages that the installation brought. */
  readonly packages: readonly string[];
  readonly remove: () => void;
}

export function install(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'lexigrad-package-'));
  const packed = npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  const [pack] = JSON.parse(packed) as [Installed['pack'] & { readonly filename: string }];
  const tarball = join(folder, pack.filename);
  writeFileSync(join(folder, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n');
  npm(folder, 'install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball);
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly peer?: boolean; readonly optional?: boolean }>>;
  };
  const packages = Object.keys(lock.packages).filter((path) => path !== '' && existsSync(join(folder, path)));
  return { folder, tarball, pack, packages, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a program in a folder; its output. */
export function runIn(folder: string, program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function npm(folder: string, ...args: readonly string[]): string {
  return runIn(folder, 'npm', ...args);
}
