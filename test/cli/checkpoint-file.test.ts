/** Checkpoints as bytes: nothing is lost on the way, and nothing unsound comes in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/base/errors.js';
import { encodeModel } from '../../src/files/index.js';
import { decodeCheckpoint, differingSettings, encodeCheckpoint } from '../../src/models/checkpoint-file.js';

const state = { step: 7, epoch: 1, batch: 3, history: [], waited: 0, lossSum: 1.25, lossWeight: 4 };

describe('checkpoint files', () => {
  it('give back every bit of what was saved', () => {
    const floats = fc.float32Array({ minLength: 1 });
    fc.assert(
      fc.property(floats, fc.int32Array({ minLength: 1 }), (weights, touched) => {
        const saved = {
          checkpoint: { tensors: { weights, touched }, state },
          settings: { seed: 1, hidden: [4] },
        };
        const { checkpoint, settings } = decodeCheckpoint(encodeCheckpoint(saved));
        expect(checkpoint.state).toEqual(state);
        expect(settings).toEqual(saved.settings);
        const bits = (array: Float32Array | Int32Array) => [...new Uint32Array(array.slice().buffer)];
        expect(bits(checkpoint.tensors.weights!)).toEqual(bits(weights));
        expect(checkpoint.tensors.touched).toEqual(touched);
      }),
    );
  });

  it('refuse what is no checkpoint, or a damaged one', () => {
    const model = encodeModel({ kind: 'text-classifier', version: '0.1.0', config: {}, tensors: {} });
    expect(() => decodeCheckpoint(model, 'm')).toThrow(/m: this is a finished text-classifier/);
    const broken = { checkpoint: { tensors: {}, state: { ...state, step: -1 } }, settings: {} };
    expect(() => decodeCheckpoint(encodeCheckpoint(broken))).toThrow(FormatError);
    const old = encodeModel({
      kind: 'checkpoint',
      version: '0.0.1',
      config: { state, settings: {} },
      tensors: {},
    });
    expect(() => decodeCheckpoint(old)).toThrow(/saved by version 0\.0\.1/);
  });
});

describe('differingSettings', () => {
  it('names what differs, and does not mind the order of keys', () => {
    const before = { seed: 1, optimizer: { kind: 'sgd', momentum: 0.9 }, hidden: [8] };
    const now = { hidden: [8], optimizer: { momentum: 0.9, kind: 'sgd' }, seed: 2, clip: 1 };
    expect(differingSettings(before, before)).toEqual([]);
    expect(differingSettings(before, now)).toEqual(['clip', 'seed']);
  });
});
