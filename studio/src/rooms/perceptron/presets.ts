/** Settings worth seeing: those that work, and those that fail for a reason. */
import { batch } from '@preact/signals';
import { resetState } from '../../state/room-state.js';
import { type Point, schema, state, XOR } from './state.js';

const gate = (outputs: readonly [0 | 1, 0 | 1, 0 | 1, 0 | 1]): readonly Point[] =>
  XOR.map(([x1, x2], i) => [x1, x2, outputs[i] === 1]);

type Settings = { readonly [K in keyof typeof schema]?: (typeof schema)[K]['initial'] };

export interface Preset {
  readonly id: PresetName;
  readonly works: boolean;
  readonly settings: Settings;
}

export const presetNames = [
  'and',
  'or',
  'xor',
  'given',
  'dead',
  'large',
  'symmetric',
  'linear',
  'stuck',
] as const;
export type PresetName = (typeof presetNames)[number];

/** What is not named has its default: XOR, two tanh units, η = 1. */
export const presets: Readonly<Record<PresetName, Omit<Preset, 'id'>>> = {
  and: { works: true, settings: { points: gate([0, 0, 0, 1]) } },
  or: { works: true, settings: { points: gate([0, 1, 1, 1]) } },
  xor: { works: true, settings: {} },
  // h₁ = ReLU(x₁ + x₂), h₂ = ReLU(x₁ + x₂ − 1), y = h₁ − 2 h₂, and −½ puts the border between 0 and 1.
  given: { works: true, settings: { f: 'relu', eta: 0.3, weights: [1, 1, 1, 1, 0, -1, 1, -2, -0.5] } },
  dead: { works: false, settings: { f: 'relu', eta: 0.3, weights: [1, 1, -1, 1, -3, -2, 1, -2, 0] } },
  large: { works: false, settings: { eta: 30 } },
  symmetric: { works: false, settings: { weights: [0.5, -0.4, 0.5, -0.4, 0.1, 0.1, 0.5, 0.5, 0] } },
  linear: { works: false, settings: { f: 'linear', eta: 0.3 } },
  stuck: { works: false, settings: { seed: 3 } },
};

/** Sets everything as the preset has it. */
export function choosePreset(name: PresetName): void {
  batch(() => {
    resetState(state, schema);
    for (const [key, value] of Object.entries(presets[name].settings)) {
      (state[key as keyof typeof state] as { value: unknown }).value = value;
    }
  });
}

/** The preset that the present settings are, whatever steps were made; undefined once something was changed. */
export function presentPreset(): PresetName | undefined {
  return presetNames.find((name) =>
    Object.entries(schema).every(([key, { initial }]) => {
      if (key === 't' || key === 'k') return true;
      const wanted = presets[name].settings[key as keyof Settings] ?? initial;
      return JSON.stringify(state[key as keyof typeof state].value) === JSON.stringify(wanted);
    }),
  );
}
