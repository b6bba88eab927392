import { Perceptron } from '../../src/models/perceptron.js';
import { FeedforwardNetwork } from '../../src/models/feedforward.js';
import { readNumericRows } from '../../src/files/node/index.js';
import { test } from 'vitest';
test('x', async () => {
  const rows = (ys: number[]) => [[0,0],[0,1],[1,0],[1,1]].map((features, i) => ({ features, label: ys[i]! }));
  console.log(Perceptron.train(rows([0,1,1,0])).report);
  console.log(Perceptron.train([[0.1],[0.2],[0.3]].map((features,i)=>({features,label:i%2}))).report);
  const xor = []; for await (const r of await readNumericRows('examples/data/xor.csv')) xor.push(r);
  const circles = []; for await (const r of await readNumericRows('examples/data/circles.csv')) circles.push(r);
  console.log(Perceptron.train(circles).report!.message);
  for (const activation of ['tanh', 'leakyRelu', 'relu', 'sigmoid'] as const) {
    let ok = 0, worst = 1; const t0 = performance.now();
    for (let seed = 1; seed <= 40; seed++) { const m = await FeedforwardNetwork.train(xor, { seed, activation }); const r = await m.evaluate(xor); if (r.accuracy === 1) ok++; worst = Math.min(worst, ...xor.map(x => m.predict(x.features)[0]!.score)); }
    console.log(activation, ok, worst, performance.now() - t0);
  }
  for (let seed = 1; seed <= 5; seed++) { const t0 = performance.now(); const m = await FeedforwardNetwork.train(circles, { seed }); console.log((await m.evaluate(circles)).accuracy, performance.now() - t0, m.record.stopped, m.record.bestEpoch, m.record.results); }
  const m = await FeedforwardNetwork.train(circles, { head: 'binary', hidden: [8, 8] }); console.log(m.explain([2, 0]), m.hidden([2,0]), (await m.evaluate(circles)).accuracy);
});
