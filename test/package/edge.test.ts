/**
 * A context of its own with the web’s text functions and nothing else: no process, no file system, no threads, no shared
 * memory, as on edge runtimes. What the package’s entries make of it.
 */
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { TextClassifier } from '../../src/models/index.js';
import { makeCorpus, QUICK } from '../models/classifier/corpus.js';
import { root } from './installed.js';

/** Runs code that imports the library's sources as a bundler for browsers sees them; `result` is what it leaves. */
async function runAtEdge(contents: string, values: object, without: readonly string[]): Promise<unknown> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    ...{
      bundle: true,
      format: 'iife',
      platform: 'browser',
      write: false,
      logLevel: 'error',
      target: 'es2022',
    },
    alias: { '#host': `${root}/src/files/host-none.ts` },
    tsconfigRaw: '{}',
  });
  const context = createContext({ TextEncoder, TextDecoder, atob, setTimeout, performance, ...values });
  for (const name of without) runInContext(`delete globalThis.${name}`, context);
  runInContext(outputFiles[0]!.text, context);
  return runInContext('globalThis.result', context);
}

describe('without files, threads and shared memory', () => {
  it('lexigrad/classify needs no WebAssembly either', async () => {
    const trained = await TextClassifier.train(makeCorpus(60), { ...QUICK, epochs: 2 });
    const result = await runAtEdge(
      `import { Classifier } from './src/models/classify.ts';
       globalThis.result = JSON.stringify(Classifier.fromBytes(new Uint8Array(bytes)).classify('the owl', 1));`,
      { bytes: [...trained.toBytes()] },
      ['WebAssembly', 'SharedArrayBuffer', 'Atomics'],
    );
    const [found] = JSON.parse(String(result)) as [{ label: string; score: number }];
    const [expected] = trained.classify('the owl', 1);
    expect(found.label).toBe(expected!.label);
    expect(found.score).toBeCloseTo(expected!.score, 6);
  });

  it('the whole library trains, and says what to do instead of saving', async () => {
    const result = await runAtEdge(
      `import { TextClassifier } from './src/index.ts';
       globalThis.result = TextClassifier.train(examples, { epochs: 2, dimension: 4, subwords: null }).then(async (model) => ({
         label: model.classify('a cat')[0].label,
         bytes: model.toBytes().length,
         refusal: await model.save('m.lexigrad').then(() => 'saved', (error) => error.message),
       }));`,
      { examples: makeCorpus(60) },
      ['SharedArrayBuffer'],
    );
    const { label, bytes, refusal } = (await result) as { label: string; bytes: number; refusal: string };
    expect(label).toBe('animal');
    expect(bytes).toBeGreaterThan(100);
    expect(refusal).toMatch(/toBytes/);
  });
});
