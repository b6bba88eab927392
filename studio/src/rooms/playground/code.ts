/** The network as a TypeScript program on the library alone, which predicts and goes on training. */
import { VERSION } from 'lexigrad';
import { type Exported, valuesOf } from './exports.js';
import { layersOf } from './network.js';
import { type FeatureName, optimizerKind } from './settings.js';

/** The file as text. Run by Node it prints P(class 1) at the origin. */
export function toCode(exported: Exported): string {
  const { settings, scale, frame } = exported;
  const layers = layersOf(settings.shape);
  const parameters = layers.flatMap((layer) => layer.parameters);
  const values = valuesOf(parameters, frame.weights);
  const graph = graphCode(exported);
  const body = [
    'type Point = readonly [number, number];',
    '',
    "const x = input('x', ['point', 2]);",
    "const y = input('y', ['point']);",
    ...graph,
    '',
    `const optimizer = new Optimizer(${optimizerCode(exported)});`,
    'const workspace = new Workspace(defaultEngine());',
    'const prediction = workspace.compile({ outputs: { probability } });',
    'const training = workspace.compile({',
    '  outputs: { loss },',
    '  updates: optimizer.updates(parameters, backward(loss, parameters)),',
    '  training: true,',
    '});',
    '',
    '/** W row by row and b, layer by layer. */',
    'const trained: readonly (readonly number[])[] = [',
    ...parameters.flatMap(({ name }) => [`  // ${name}`, `  [${values.get(name)!.join(', ')}],`]),
    '];',
    'parameters.forEach((parameter, i) => workspace.write(parameter, trained[i]!));',
    '',
    '/** P(class 1) of each point [x1, x2]. */',
    'export function predict(points: readonly Point[]): number[] {',
    '  prediction.run({ x: points.flat() });',
    "  return [...prediction.read('probability')];",
    '}',
    '',
    'let steps = 0;',
    '',
    '/** One more step on these points, whose labels are 0 or 1. Gives the loss before it. */',
    'export function train(points: readonly Point[], labels: readonly number[]): number {',
    '  steps++;',
    '  training.run({ x: points.flat(), y: labels, ...optimizer.feeds(steps) }, { step: steps });',
    "  return training.scalar('loss');",
    '}',
    '',
    `console.log('P(class 1) at (${scale[0]}, ${scale[1]}):', predict([[${scale[0]}, ${scale[1]}]])[0]);`,
    '',
  ].join('\n');
  return [
    `/** A network from the Lexigrad studio after ${frame.step} steps; for lexigrad ${VERSION} or later. */`,
    "import { defaultEngine } from 'lexigrad/engine';",
    `import { ${graphImports(body).join(', ')} } from 'lexigrad/graph';`,
    "import { Linear } from 'lexigrad/nn';",
    "import { Optimizer } from 'lexigrad/optim';",
    "import { Workspace } from 'lexigrad/program';",
    '',
    body,
  ].join('\n');
}

/** From x to the loss, one line for each layer. */
function graphCode({ settings, scale }: Exported): string[] {
  const { shape, regularization } = settings;
  const { dropout, penalty, strength } = regularization;
  const layers = layersOf(shape);
  const isScaled = scale.join() !== '0,0,1,1';
  const [centerX, centerY, halfX, halfY] = scale;
  const steps = layers.map(({ name }, i) => {
    const before = i > 0 && dropout > 0 ? `dropout(a${i}, ${dropout}, 'dropout${i}')` : `a${i}`;
    return `const a${i + 1} = ${name}.forward(${before});`;
  });
  const entropy = 'mean(binaryCrossEntropy(logit, y))';
  const size = penalty === 'l1' ? 'absolute' : 'square';
  const factor = penalty === 'l1' ? strength : strength / 2;
  return [
    ...(isScaled
      ? [
          `const scaled = divide(subtract(x, constant([${centerX}, ${centerY}])), constant([${halfX}, ${halfY}]));`,
        ]
      : []),
    ...featureCode(shape.features, isScaled ? 'scaled' : 'x'),
    ...layers.map(
      ({ name, inputs, outputs, activation }) =>
        `const ${name} = new Linear('${name}', ${inputs}, ${outputs}, { activation: '${activation}' });`,
    ),
    ...steps,
    `const logit = reshape(a${layers.length}, ['point']);`,
    'const probability = sigmoid(logit);',
    '',
    `const layers = [${layers.map(({ name }) => name).join(', ')}];`,
    'const parameters = layers.flatMap((layer) => layer.parameters);',
    ...(penalty === 'l1' || penalty === 'l2'
      ? [
          `const sizes = layers.map(({ weight }) => sum(${size}(weight)));`,
          `const loss = add(${entropy}, multiply(${factor}, sizes.reduce((a, b) => add(a, b))));`,
        ]
      : [`const loss = ${entropy};`]),
  ];
}

const terms: Readonly<Record<FeatureName, string>> = {
  x1: 'x1',
  x2: 'x2',
  x1x1: 'square(x1)',
  x2x2: 'square(x2)',
  x1x2: 'multiply(x1, x2)',
};

function featureCode(features: readonly FeatureName[], from: string): string[] {
  if (features.join() === 'x1,x2') return [`const a0 = ${from};`];
  const columns = ['x1', 'x2'].flatMap((name, column) =>
    features.some((feature) => feature.includes(name))
      ? [`const ${name} = slice(${from}, 1, ${column}, ${column + 1});`]
      : [],
  );
  return [...columns, `const a0 = concat([${features.map((name) => terms[name]).join(', ')}], 1);`];
}

function optimizerCode({ settings }: Exported): string {
  const { optimizer, learningRate, regularization } = settings;
  const { penalty, strength } = regularization;
  const momentum = optimizer === 'momentum' ? ', momentum: 0.9' : '';
  const decay = `, weightDecay: ${penalty === 'decay' ? strength : 0}`;
  return `{ kind: '${optimizerKind(optimizer)}', learningRate: ${learningRate}${momentum}${decay} }`;
}

const FROM_GRAPH = [
  ...[
    'absolute',
    'add',
    'backward',
    'binaryCrossEntropy',
    'concat',
    'constant',
    'divide',
    'dropout',
    'input',
  ],
  ...['mean', 'multiply', 'reshape', 'sigmoid', 'slice', 'square', 'subtract', 'sum'],
];

/** Those that the code calls. */
function graphImports(body: string): string[] {
  return FROM_GRAPH.filter((name) => new RegExp(`\\b${name}\\(`).test(body));
}
