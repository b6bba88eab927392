/** The reference of `bagSteps`: gradient descent on a softmax classifier of mean embeddings, text by text. */
import type { ReferenceKernel } from './kernels.js';

export const bagSteps: ReferenceKernel<'bagSteps'> = (call) => {
  const { table, weight, bias, ids, ends, labels, weights, rates, losses, texts, n, rows, width, classes } =
    call;
  for (let t = 0; t < texts; t++) {
    const begin = t === 0 ? 0 : ends[t - 1]!;
    const end = ends[t]!;
    const label = labels[t]!;
    if (begin < 0 || begin > end || end > n || label < 0 || label >= classes) return false;
    const items = [...ids.subarray(begin, end)];
    if (items.some((id) => id < 0 || id >= rows)) return false;

    const h = new Float64Array(width);
    for (const id of items) for (let w = 0; w < width; w++) h[w]! += table[id * width + w]! / items.length;
    const z = Float64Array.from({ length: classes }, (_, c) =>
      h.reduce((sum, value, w) => sum + weight[c * width + w]! * value, bias[c]!),
    );
    const largest = Math.max(...z);
    const powers = z.map((value) => Math.exp(value - largest));
    const total = powers.reduce((sum, power) => sum + power, 0);
    losses[t] = weights[t]! * (Math.log(total) - (z[label]! - largest));

    const g = powers.map((power, c) => rates[t]! * weights[t]! * (power / total - (c === label ? 1 : 0)));
    for (let w = 0; w < width; w++) {
      let upstream = 0;
      for (let c = 0; c < classes; c++) upstream += weight[c * width + w]! * g[c]!;
      for (const id of items) table[id * width + w]! -= upstream / items.length;
    }
    for (let c = 0; c < classes; c++) {
      for (let w = 0; w < width; w++) weight[c * width + w]! -= g[c]! * h[w]!;
      bias[c]! -= g[c]!;
    }
  }
};
