/** What has to be fetched before a room is seen. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const page = join(import.meta.dirname, '../../dist/studio');
const built = process.env.LEXIGRAD_STUDIO_BUILT === '1' || existsSync(join(page, 'index.html'));
const BUDGET = 250_000;

describe.skipIf(!built)('the built page (skipped where it is not built: npm run build)', () => {
  const html = built ? readFileSync(join(page, 'index.html'), 'utf8') : '';
  const first = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file]) => file!);

  it('names its files relative to itself, so that any folder of any server will do', () => {
    expect(first.length).toBeGreaterThanOrEqual(2);
    expect(html).not.toMatch(/(?:src|href)="\//);
  });

  it('is small before a room is opened', () => {
    const sizes = ['index.html', ...first].map((file) => gzipSync(readFileSync(join(page, file))).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(5_000);
    expect(total).toBeLessThan(BUDGET);
  });

  it('carries one format of each font', () => {
    const names = readdirSync(join(page, 'assets'));
    expect(names.filter((name) => /\.(woff|ttf)$/.test(name))).toEqual([]);
  });
});
