/** Settings worth seeing: those that work, and those that fail for a reason. */
import { batch } from '@preact/signals';
import { resetState } from '../../state/room-state.js';
import { schema, state } from './state.js';

type Settings = { readonly [K in keyof typeof schema]?: (typeof schema)[K]['initial'] };

export interface Preset {
  readonly works: boolean;
  readonly settings: Settings;
}

/** Half of 60 points with much noise, which 337 weights learn by heart. */
const NOISY: Settings = {
  data: 'moons',
  n: 60,
  noise: 0.6,
  test: 0.5,
  batch: 8,
  layers: [
    [16, 'relu'],
    [16, 'relu'],
  ],
};

export const presetNames = [
  ...(['circle', 'xor', 'moons', 'product', 'spiral', 'restrained'] as const),
  ...(['linear', 'narrow', 'large', 'vanishing', 'overfit', 'strong', 'threshold'] as const),
  ...(['symmetric', 'dead'] as const),
] as const;
export type PresetName = (typeof presetNames)[number];

/** What is not named has its default: the circle, 4 and 3 tanh units, Adam with η = 0.01. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  circle: { works: true, settings: {} },
  xor: { works: true, settings: { data: 'xor', layers: [[4, 'tanh']], eta: 0.03 } },
  moons: {
    works: true,
    settings: {
      data: 'moons',
      layers: [
        [6, 'tanh'],
        [4, 'tanh'],
      ],
      eta: 0.03,
    },
  },
  product: {
    works: true,
    settings: { data: 'xor', features: ['x1', 'x2', 'x1x2'], layers: [], eta: 0.1 },
  },
  spiral: {
    works: true,
    settings: {
      data: 'spiral',
      n: 300,
      noise: 0,
      layers: [
        [16, 'gelu'],
        [12, 'gelu'],
        [8, 'gelu'],
      ],
    },
  },
  restrained: { works: true, settings: { ...NOISY, penalty: 'l2', strength: 0.05 } },
  linear: {
    works: false,
    settings: {
      layers: [
        [6, 'linear'],
        [6, 'linear'],
      ],
    },
  },
  narrow: { works: false, settings: { layers: [[2, 'tanh']], eta: 0.03 } },
  large: {
    works: false,
    settings: {
      data: 'moons',
      layers: [
        [6, 'tanh'],
        [4, 'tanh'],
      ],
      optimizer: 'sgd',
      eta: 10,
    },
  },
  vanishing: {
    works: false,
    settings: {
      layers: Array.from({ length: 6 }, () => [4, 'sigmoid'] as const),
      optimizer: 'sgd',
      eta: 0.3,
    },
  },
  overfit: { works: false, settings: NOISY },
  strong: { works: false, settings: { penalty: 'l2', strength: 0.3 } },
  threshold: { works: false, settings: { layers: [[8, 'step']], eta: 0.03 } },
  symmetric: {
    works: false,
    settings: {
      layers: [[4, 'tanh']],
      eta: 0.03,
      weights: [0.5, -0.4, 0.5, -0.4, 0.5, -0.4, 0.5, -0.4, 0.1, 0.1, 0.1, 0.1, 0.5, 0.5, 0.5, 0.5, 0],
    },
  },
  dead: {
    works: false,
    settings: {
      data: 'xor',
      layers: [[4, 'relu']],
      optimizer: 'sgd',
      eta: 0.3,
      weights: [1, 1, -1, 1, 0.5, -1, -1, -0.5, -4, -4, -4, -4, 1, -1, 1, -1, 0],
    },
  },
};

/** What does not decide whether the settings are those of a preset: steps made, and how the network is looked at. */
const LOOKS: ReadonlySet<string> = new Set([
  ...['k', 'speed', 'tool', 'side', 'values', 'gradients', 'at', 'unit', 'testShown'],
]);

/** Sets everything as the preset has it; the way of looking stays. */
export function choosePreset(name: PresetName): void {
  batch(() => {
    const settings = Object.keys(schema).filter((key) => !LOOKS.has(key)) as (keyof typeof schema)[];
    resetState(state, schema, [...settings, 'k', 'unit', 'at']);
    for (const [key, value] of Object.entries(presets[name].settings)) {
      (state[key as keyof typeof state] as { value: unknown }).value = value;
    }
  });
}

/** The preset that the present settings are, whatever steps were made; undefined once something was changed. */
export function presentPreset(): PresetName | undefined {
  return presetNames.find((name) =>
    Object.entries(schema).every(([key, { initial }]) => {
      if (LOOKS.has(key)) return true;
      const wanted = presets[name].settings[key as keyof Settings] ?? initial;
      return JSON.stringify(state[key as keyof typeof state].value) === JSON.stringify(wanted);
    }),
  );
}
