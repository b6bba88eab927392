/** Models to ONNX and safetensors and back, on the command line. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors } from '../../src/files/index.js';
import { input } from '../../src/graph/index.js';
import { Linear } from '../../src/nn/index.js';
import { exportOnnx } from '../../src/onnx/index.js';
import { cli, corpus, csv, Folder, labelledTexts, SMALL_LM, succeed } from './harness.js';

const folder = new Folder();
const [classifier, lm] = [folder.at('goods.lexigrad'), folder.at('corpus.lexigrad')];
const [classifierOnnx, lmOnnx] = [folder.at('goods.onnx'), folder.at('corpus.onnx')];

beforeAll(async () => {
  const data = folder.write('goods.csv', csv(labelledTexts()));
  await succeed(['train', data, '-o', classifier, '--epochs', '3']);
  await succeed(['train', folder.write('corpus.txt', corpus()), '-o', lm, ...SMALL_LM]);
});

describe('export', () => {
  it('writes ONNX, and says what to feed', async () => {
    const { stdout } = await succeed(['export', classifier, classifierOnnx]);
    expect(stdout).toMatch(
      /wrote .*goods\.onnx: a text classifier in ONNX \(opset 17\); inputs ids \[items\], ends \[batch\]; outputs logits/,
    );
    expect((await succeed(['export', lm, lmOnnx])).stdout).toContain('input context [batch, 2]');
  });

  it('writes the same file from ONNX again', async () => {
    await succeed(['export', classifierOnnx, folder.at('again.onnx')]);
    expect(readFileSync(folder.at('again.onnx')).equals(readFileSync(classifierOnnx))).toBe(true);
  });

  it('writes plain weights, and says where some are missing', async () => {
    const output = folder.at('corpus.safetensors');
    const { stderr } = await succeed(['export', lm, output]);
    expect(stderr).toContain('there is no output.weight');
    expect(decodeSafetensors(readFileSync(output)).tensors.has('embedding.weight')).toBe(true);
  });
});

describe('ONNX models', () => {
  it('predict, say the next word and tell about themselves as the models do', async () => {
    for (const [argv, model, onnx] of [
      [['predict', 'MODEL', 'where is my saw', '--json'], classifier, classifierOnnx],
      [['next', 'MODEL', 'where is', '--json'], lm, lmOnnx],
    ] as const) {
      const run = (path: string) => succeed(argv.map((word) => (word === 'MODEL' ? path : word)));
      expect((await run(onnx)).stdout).toBe((await run(model)).stdout);
    }
    const facts = JSON.parse((await succeed(['info', classifierOnnx, '--json'])).stdout);
    expect(facts).toMatchObject({ kind: 'text-classifier', labels: ['fruit', 'tool'] });
  });

  it('of other programs are described, and refused where labels are needed', async () => {
    const y = new Linear('hidden', 4, 3, { activation: 'tanh' }).forward(input('x', ['batch', 4]));
    const other = folder.write('other.onnx', exportOnnx({ y }));
    expect(JSON.parse((await succeed(['info', other, '--json'])).stdout)).toMatchObject({
      kind: 'onnx',
      inputs: ['x [batch, 4]'],
      outputs: ['y [batch, 3]'],
      operators: ['Gemm', 'Tanh'],
      parameters: 15,
    });
    const { code, stderr } = await cli(['predict', other, '1,2,3,4']);
    expect(code).toBe(1);
    expect(stderr).toContain('holds a network alone');
  });

  it('that are broken are refused in a sentence', async () => {
    const cut = folder.write('cut.onnx', readFileSync(classifierOnnx).subarray(0, 300));
    for (const command of ['predict', 'info']) {
      const { code, stderr } = await cli([command, cut, ...(command === 'info' ? [] : ['a'])]);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^error: .*cut\.onnx: the ONNX file is damaged/),
      ]);
    }
  });
});
