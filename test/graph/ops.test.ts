/** Every operation: its values, its first and second derivatives against central differences, and its refusals. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LexigradError } from '../../src/base/errors.js';
import { type Node, type OpName, ops, topologicalOrder } from '../../src/graph/index.js';
import { checkGradients, evaluate } from '../../src/program/index.js';
import { Maker } from './maker.js';
import { opRows } from './op-rows.js';

const names = Object.keys(opRows) as OpName[];
const seeds = fc.noShrink(fc.nat());

describe.each(names)('%s', (name) => {
  const { cases, scalar, refused } = opRows[name];

  it.each(Object.keys(cases))('has the right first and second derivatives: %s', (title) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const make = new Maker(seed);
        const y = cases[title]!(make);
        expect(contains(y, name), `the case has no ${name} in it`).toBe(true);
        const check = checkGradients(y, make.wrt, make.feeds, { secondOrder: true, seed });
        expect(check.ok, check.message).toBe(true);
      }),
      { numRuns: 5 },
    );
  });

  if (scalar !== undefined) {
    it('computes its formula for each element', () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const make = new Maker(seed);
          const { y } = evaluate({ y: Object.values(cases)[0]!(make) }, make.feeds);
          const operands = Object.values(make.feeds);
          y.forEach((value, i) => {
            expect(value).toBeCloseTo(scalar(...operands.map((values) => values[i]!)), 12);
          });
        }),
        { numRuns: 20 },
      );
    });
  }

  it.each(Object.entries(refused))('refuses %s', (_title, [build, message]) => {
    expect(build).toThrow(message);
    expect(build).toThrow(LexigradError);
  });
});

function contains(y: Node, name: OpName): boolean {
  return topologicalOrder([y]).some((node) => node.op.name === ops[name].name);
}
