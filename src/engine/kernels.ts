/**
 * The kernel list: everything an engine must be able to compute. A program is a flat list of calls of these.
 *
 * Arguments are of four kinds:
 *   floats   address of a contiguous run of floats (f32 on fast engines, f64 on the reference engine); 0 is "absent"
 *   ints     address of a contiguous run of 32-bit integers; 0 is "absent"
 *   int      a whole number (a count, a stride, a code from the tables below)
 *   real     a float64
 * Matrices are row-major. `y` is always the output and never overlaps an input, unless the comment says so.
 *
 * Encoding: an instruction is a run of 32-bit words: the kernel's number, then its arguments in the order given here.
 * A `real` takes two words (float64, low word first), everything else one.
 *
 * Threads share a call by its outputs: every output is computed by one thread in one order, so results do not depend on
 * their number. Between two calls no thread works.
 */

export type ArgumentKind = 'floats' | 'ints' | 'int' | 'real';

/** Functions of one element: y = f(x). `alpha` is the slope of leakyRelu and the exponent of power. */
export const unaryCodes = {
  copy: 0,
  negate: 1,
  absolute: 2,
  square: 3,
  squareRoot: 4,
  exp: 5,
  log: 6,
  reciprocal: 7,
  sigmoid: 8,
  tanh: 9,
  relu: 10,
  leakyRelu: 11,
  /** 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))) */
  gelu: 12,
  /** x σ(x) */
  silu: 13,
  /** log(1 + eˣ) = max(x, 0) + log1p(e^−|x|) */
  softplus: 14,
  /** 1 where x > 0, else 0 */
  step: 15,
  /** −1, 0 or 1 */
  sign: 16,
  power: 17,
} as const;

/** Functions of two elements: y = f(a, b). Comparisons give 1 or 0. */
export const binaryCodes = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  maximum: 4,
  minimum: 5,
  greater: 6,
  greaterEqual: 7,
  equal: 8,
  /** −b log σ(a) − (1−b) log(1−σ(a)) = max(a, 0) − a b + log1p(e^−|a|), for a logit a and a target b */
  binaryCrossEntropy: 9,
  /** Gradients of activations from the activation's own value a, times an upstream gradient b: */
  /** b a (1 − a) */
  sigmoidGradient: 10,
  /** b (1 − a²) */
  tanhGradient: 11,
  /** b where a > 0, else 0 */
  reluGradient: 12,
} as const;

export const reduceCodes = { sum: 0, max: 1 } as const;

/** The update rules of the `update` kernel; see there for what the slots and hyperparameters hold. */
export const updateCodes = { sgd: 0, adagrad: 1, rmsprop: 2, adam: 3 } as const;

/**
 * Where each number stands in the `hyper` block of an update, in floats.
 * `learningRate` is already scheduled; `decay` is the decoupled weight decay per step, learningRate × weightDecay;
 * the corrections are 1 − βᵗ (1 where the rule has none).
 */
export const hyperLayout = {
  learningRate: 0,
  decay: 1,
  /** β1 of Adam; the momentum μ of SGD (0: none) */
  beta1: 2,
  /** β2 of Adam; the smoothing ρ of RMSprop */
  beta2: 3,
  epsilon: 4,
  correction1: 5,
  correction2: 6,
  /** 1 for Nesterov momentum */
  nesterov: 7,
  /** the step number t, from 1: only differences of it are used, and only by row-sparse updates */
  step: 8,
} as const;
export const HYPER_SIZE = 16;

/** `bagSteps` keeps so many numbers at hand on fast engines. */
export const BAG_STEPS_LIMIT = 65_536;

/**
 * Kernel name → argument names with their kinds, in the order of encoding. The number of a kernel is its position.
 */
export const kernelTable = {
  /** y[0..n) = value */
  fill: { y: 'floats', n: 'int', value: 'real' },

  /** y[i] = f(x[i]); y may be x. */
  unary: { code: 'int', y: 'floats', x: 'floats', n: 'int', alpha: 'real' },

  /**
   * y = f(a, b) over a rank-4 index space d0 × d1 × d2 × d3; y is contiguous in it, a and b are read with the given
   * strides (0 repeats). The caller collapses axes so that the innermost is as long as can be; its strides are 0 or 1.
   * y may be a, or b, where that operand has y's own strides.
   */
  binary: {
    code: 'int',
    y: 'floats',
    a: 'floats',
    b: 'floats',
    d0: 'int',
    d1: 'int',
    d2: 'int',
    d3: 'int',
    a0: 'int',
    a1: 'int',
    a2: 'int',
    a3: 'int',
    b0: 'int',
    b1: 'int',
    b2: 'int',
    b3: 'int',
  },

  /** y[i] = condition[i] ≠ 0 ? a[i] : b[i]; y may be any of them. */
  select: { y: 'floats', condition: 'floats', a: 'floats', b: 'floats', n: 'int' },

  /**
   * Strided copy over d0 × … × d4: y[Σ iₖ yₖ] = x[Σ iₖ xₖ] (transpose, broadcast, slice, concat, pad).
   * Works on any 32-bit values. The addresses already hold the offsets.
   */
  copy: {
    y: 'floats',
    x: 'floats',
    d0: 'int',
    d1: 'int',
    d2: 'int',
    d3: 'int',
    d4: 'int',
    x0: 'int',
    x1: 'int',
    x2: 'int',
    x3: 'int',
    x4: 'int',
    y0: 'int',
    y1: 'int',
    y2: 'int',
    y3: 'int',
    y4: 'int',
  },

  /**
   * y[o, i] = reduce over l of x[o, l, i], x: [outer, length, inner]. Sums accumulate in float64.
   * An empty sum is 0, an empty max −∞.
   */
  reduce: { code: 'int', y: 'floats', x: 'floats', outer: 'int', length: 'int', inner: 'int' },

  /**
   * y = f(op(a) op(b) + bias), for each of `batches` matrices: y [m, n] (+ batch · m n), a at + batch · aStep, b at
   * + batch · bStep. transposeA: a is stored [k, m], else [m, k]; transposeB: b is stored [n, k], else [k, n].
   * bias [n] is added to each row (absent: nothing). accumulate: adds to what y holds (then no bias, activation copy).
   * activation is a unary code: copy, sigmoid, tanh, relu, leakyRelu, gelu, silu.
   */
  matmul: {
    y: 'floats',
    a: 'floats',
    b: 'floats',
    bias: 'floats',
    m: 'int',
    n: 'int',
    k: 'int',
    transposeA: 'int',
    transposeB: 'int',
    batches: 'int',
    aStep: 'int',
    bStep: 'int',
    accumulate: 'int',
    activation: 'int',
    alpha: 'real',
  },

  /** Row by row: log = 0: y = e^(x−m) / Σ e^(x−m), m = max x; log = 1: its logarithm. y may be x. */
  softmax: { y: 'floats', x: 'floats', rows: 'int', columns: 'int', log: 'int' },

  /** y[r] = m + log Σ e^(x[r,·]−m), m = max x[r,·] (−∞ if all are −∞) */
  logSumExp: { y: 'floats', x: 'floats', rows: 'int', columns: 'int' },

  /**
   * Gradient of softmax cross-entropy with class ids, from the logits and their logSumExp:
   * y[r, c] = (e^(x[r,c] − lse[r]) − [c = labels[r]]) · scale[r]; y may be x. Labels are checked: 0 … columns−1.
   */
  crossEntropyGradient: {
    y: 'floats',
    x: 'floats',
    lse: 'floats',
    labels: 'ints',
    scale: 'floats',
    rows: 'int',
    columns: 'int',
  },

  /** y[r] = x[r, ids[r]]; ids are checked: 0 … columns−1 */
  pick: { y: 'floats', x: 'floats', ids: 'ints', rows: 'int', columns: 'int' },

  /** y[r, c] = [c = ids[r]]; ids are checked: 0 … columns−1 */
  oneHot: { y: 'floats', ids: 'ints', rows: 'int', columns: 'int' },

  /** y[i] = table[ids[i]] for rows of `width`; ids are checked: 0 … rows−1 */
  gather: { y: 'floats', table: 'floats', ids: 'ints', n: 'int', width: 'int', rows: 'int' },

  /**
   * Bags: items 0 … n−1 are split into consecutive segments, segment s being items ends[s−1] … ends[s]−1 (ends[−1] = 0).
   * bag pools rows of a table: mode 0 sum, 1 mean, 2 element-wise max; an empty bag gives zeros.
   * y[s] = pool of table[ids[i]], i in segment s. ids are checked, ends must not fall and end at ≤ n.
   */
  bag: {
    y: 'floats',
    table: 'floats',
    ids: 'ints',
    ends: 'ints',
    segments: 'int',
    n: 'int',
    width: 'int',
    rows: 'int',
    mode: 'int',
  },

  /** The same over rows x[i] instead of table[ids[i]]. */
  segmentPool: {
    y: 'floats',
    x: 'floats',
    ends: 'ints',
    segments: 'int',
    n: 'int',
    width: 'int',
    mode: 'int',
  },

  /** y[i] = x[s] for each item i of segment s; x [segments, width], y [n, width] */
  segmentRepeat: { y: 'floats', x: 'floats', ends: 'ints', segments: 'int', n: 'int', width: 'int' },

  /** y[s] = number of items in segment s, as a float */
  segmentLength: { y: 'floats', ends: 'ints', segments: 'int' },

  /** y[i, w] = 1 where item i is the first of its segment to reach the segment's maximum of x[·, w], else 0 */
  segmentArgmax: { y: 'floats', x: 'floats', ends: 'ints', segments: 'int', n: 'int', width: 'int' },

  /** y[i] = s, the segment of item i (integers); the last bag must end at n */
  segmentIds: { y: 'ints', ends: 'ints', segments: 'int', n: 'int' },

  /** Dense sum of a row-sparse gradient: y[ids[i]] += values[i] in the order of i; y [rows, width] is zeroed first. */
  scatterRows: { y: 'floats', values: 'floats', ids: 'ints', n: 'int', width: 'int', rows: 'int' },

  /**
   * Groups equal ids: `unique` gets the distinct ids in ascending order, `starts` where each one's run begins in
   * `order` (and, after the last, n), `order` the positions 0 … n−1 sorted by id, stable; count[0] how many there are.
   * Sizes: order n, unique n, starts n + 1, count 1; scratch 2 n. Time O(n), not O(rows).
   */
  groupRows: {
    ids: 'ints',
    n: 'int',
    rows: 'int',
    order: 'ints',
    unique: 'ints',
    starts: 'ints',
    count: 'ints',
    scratch: 'ints',
  },

  /**
   * y[u] = Σ over the run of unique id u of values[source], source = sources[order[j]] (absent: order[j]);
   * y [count[0], width]
   */
  groupSum: {
    y: 'floats',
    values: 'floats',
    order: 'ints',
    starts: 'ints',
    sources: 'ints',
    count: 'ints',
    width: 'int',
  },

  /** y[0] = Σ x², accumulated in float64 (by blocks on fast engines); over n floats, or over count[0] · width floats where `count` is given */
  sumSquares: { y: 'floats', x: 'floats', n: 'int', count: 'ints', width: 'int' },

  /** Global-norm clipping: norm = √Σ parts; y[0] = norm; y[1] = norm > limit ? limit / norm : 1 (NaN norm: NaN) */
  clipScale: { y: 'floats', parts: 'floats', n: 'int', limit: 'real' },

  /**
   * One optimiser step on a parameter [rows, width] in place, with g = scale[0] · gradient (absent scale: 1).
   * Dense (`ids` absent): every row; gradient [rows, width]. Row-sparse: gradient row u belongs to parameter row ids[u],
   * u < count[0]; `last` (ints, [rows]) holds the step at which a row was last touched, so that the decays of the steps
   * in between, Δ = step − last[row], are caught up: momenta × β^(Δ−1) before the step, weights × (1 − decay)^Δ.
   *   sgd      v ← μ v + g;  w ← w − η (nesterov ? g + μ v : v)       (slot1 = v, absent when μ = 0: w ← w − η g)
   *   adagrad  s ← s + g²;   w ← w − η g / (√s + ε)                    (slot1 = s)
   *   rmsprop  s ← ρ s + (1−ρ) g²;  w ← w − η g / (√s + ε)             (slot1 = s)
   *   adam     m ← β1 m + (1−β1) g;  v ← β2 v + (1−β2) g²;
   *            w ← w − η (m / correction1) / (√(v / correction2) + ε)  (slot1 = m, slot2 = v)
   * Decoupled decay first: w ← (1 − decay)^Δ w. `hyper` is laid out as in hyperLayout.
   */
  update: {
    code: 'int',
    parameter: 'floats',
    gradient: 'floats',
    slot1: 'floats',
    slot2: 'floats',
    rows: 'int',
    width: 'int',
    ids: 'ints',
    count: 'ints',
    last: 'ints',
    hyper: 'floats',
    scale: 'floats',
  },

  /**
   * Gradient descent on a softmax classifier of mean embeddings, in place: one step for each text, after the other.
   *   h = mean of table[ids[i]] over the items i of text t (0 where it has none);  z = weight h + bias;  p = softmax(z)
   *   losses[t] = −weights[t] log p[labels[t]];  g = rates[t] weights[t] (p − onehot(labels[t]))
   *   table[ids[i]] ← table[ids[i]] − weightᵀ g / items, for each i;  weight ← weight − g hᵀ;  bias ← bias − g
   * with the weight before its own step. table [rows, width], weight [classes, width], bias [classes]; items of text t end
   * before ends[t]; n items in all. 2 width + 2 classes must be at most BAG_STEPS_LIMIT.
   * racing 0: the first thread takes all texts. racing 1: threads take texts of their own, and change the same weights
   * without waiting for each other (Niu et al. 2011, "Hogwild!"); then the result depends on chance.
   */
  bagSteps: {
    table: 'floats',
    weight: 'floats',
    bias: 'floats',
    ids: 'ints',
    ends: 'ints',
    labels: 'ints',
    weights: 'floats',
    rates: 'floats',
    losses: 'floats',
    texts: 'int',
    n: 'int',
    rows: 'int',
    width: 'int',
    classes: 'int',
    racing: 'int',
  },

  /**
   * Rows of floats as whole numbers: scales[r] = max |x[r, ·]| / limit, codes[r, c] = x[r, c] / scales[r], rounded to the
   * nearest (all 0 where the scale is). x [rows, columns]. Codes have 16 bits, two to an integer, the first in its lower
   * half; each row has `stride` of them, a multiple of 16, and those beyond `columns` are 0. limit at most 32,767.
   */
  roundRows: {
    codes: 'ints',
    scales: 'floats',
    x: 'floats',
    rows: 'int',
    columns: 'int',
    stride: 'int',
    limit: 'int',
  },

  /**
   * y = a bᵀ + bias for rows of codes with scales: y[r, c] = aScales[r] bScales[c] Σ a[r, ·] b[c, ·] + bias[c] (absent: 0);
   * accumulate: adds to what y holds. a [m, stride] as `roundRows` makes it; b [n, stride] of 16 bits likewise, or of 8
   * bits, four to an integer, the first in its lowest byte; no code is −128 or −32,768. With 8 bits, the limit of a's
   * codes must be so low that every sum is below 2³¹; such sums are exact.
   */
  matmulCodes: {
    y: 'floats',
    a: 'ints',
    aScales: 'floats',
    b: 'ints',
    bScales: 'floats',
    bias: 'floats',
    m: 'int',
    n: 'int',
    stride: 'int',
    bits: 'int',
    accumulate: 'int',
  },

  /** Row by row: y = gain · (x − mean) / √(variance + ε) + bias; gain and bias [columns], absent: 1 and 0 */
  layerNorm: {
    y: 'floats',
    x: 'floats',
    gain: 'floats',
    bias: 'floats',
    rows: 'int',
    columns: 'int',
    epsilon: 'real',
  },

  /**
   * Inverted dropout: y[i] = u(i) < rate ? 0 : x[i] / (1 − rate). y may be x.
   * u(i) = word(i) / 2³², word(i) = word i mod 4 of Philox4x32-10 with counter (⌊i/4⌋, step, stream, 1) and key
   * (seed[0], seed[1]); `random` holds the integers seed low, seed high, step.
   */
  dropout: { y: 'floats', x: 'floats', n: 'int', rate: 'real', stream: 'int', random: 'ints' },
} as const satisfies Record<string, Record<string, ArgumentKind>>;

export type KernelName = keyof typeof kernelTable;

/** The arguments of a kernel call as addresses and numbers, as a program holds them. */
export type KernelArguments<K extends KernelName> = {
  -readonly [A in keyof (typeof kernelTable)[K]]: number;
};

export const kernelNames = Object.keys(kernelTable) as KernelName[];

/** The number by which an instruction names its kernel. */
export const kernelNumbers = Object.fromEntries(kernelNames.map((name, i) => [name, i])) as Record<
  KernelName,
  number
>;

/** Words that an instruction of this kernel takes, its number included. */
export function instructionSize(name: KernelName): number {
  return Object.values<ArgumentKind>(kernelTable[name]).reduce(
    (size, kind) => size + (kind === 'real' ? 2 : 1),
    1,
  );
}
