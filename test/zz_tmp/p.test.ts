import { Perceptron } from '/work/main/src/models/perceptron.js';
import { test } from 'vitest';
test('x', () => {
  const rows = (ys: number[]) => [[0,0],[0,1],[1,0],[1,1]].map((features, i) => ({ features, label: ys[i]! }));
  for (const ys of [[0,0,0,1],[0,1,1,1],[0,1,1,0]]) { const p = Perceptron.train(rows(ys)); console.log(p.toJSON(), p.report, p.decisionBoundary()); }
  const q = Perceptron.train([[0.1],[0.2],[0.3]].map((features,i)=>({features,label:i%2})));
  console.log(q.report);
});
