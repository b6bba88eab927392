import fc from 'fast-check';
import { evaluate } from 'lexigrad/program';
import { describe, expect, it } from 'vitest';
import { ExpressionError, parseExpression } from '../src/rooms/graph/expression.js';

/** The value of an expression at given inputs, by the library. */
function numberOf(text: string, feeds: Record<string, number> = {}): number {
  return evaluate({ y: parseExpression(text).result }, feeds).y[0]!;
}

function failureOf(text: string): ExpressionError {
  try {
    parseExpression(text);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  return expect.fail(`${text} was understood`);
}

describe('expressions', () => {
  it.each([
    ['c*(a + 2*b)', -10],
    ['d = 2*b; e = a + d; L = c*e', -10],
    ['d = 2*b\ne = a + d\n\nL = c*e\n', -10],
    ['-a^2', -9],
    ['(-a)^2', 9],
    ['2 - 3 - 4', -5],
    ['16 / 4 / 2', 2],
    ['2 * -3', -6],
    ['a**3', 27],
    ['a^-1 * 3', 1],
    ['a^(-1) * 3', 1],
    ['--a', 3],
    ['1.5e1 + .5', 15.5],
    ['max(a, b) − min(a, b)', 2],
    ['log(exp(c))', -2],
    ['abs(c)·relu(c) + step(a)', 1],
  ])('%s = %d', (text, value) => {
    expect(numberOf(text, { a: 3, b: 1, c: -2 })).toBeCloseTo(value, 10);
  });

  it('names what is given, what is defined, and the result', () => {
    const { inputs, names, resultName } = parseExpression('h = tanh(w*x + b)\nL*h');
    expect(inputs.map(({ name }) => name)).toEqual(['L', 'b', 'w', 'x']);
    expect(Object.keys(names)).toEqual(['h']);
    // L is an input already.
    expect(resultName).toBe('y');
  });

  it('computes what JavaScript does, however expressions are put together', () => {
    const leaf = fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 9 }).map(String));
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        leaf,
        fc
          .tuple(tie('tree'), fc.constantFrom('+', '-', '*'), tie('tree'))
          .map(([l, op, r]) => `${l} ${op} ${r}`),
        tie('tree').map((inner) => `(${inner})`),
        tie('tree').map((inner) => `- (${inner})`),
      ),
    }));
    const feeds = { a: 1.5, b: -2, c: 0.25 };
    fc.assert(
      fc.property(tree, (text) => {
        const wanted = new Function('a', 'b', 'c', `return ${text}`)(feeds.a, feeds.b, feeds.c) as number;
        expect(numberOf(text, feeds)).toBeCloseTo(wanted, Math.abs(wanted) > 1e6 ? 0 : 6);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['L = c*(a + 2b)', 1, 13, 'write 2*b'],
    ['y = 3 +', 1, 8, 'the end of the expression cannot stand here'],
    ['y = sin(x)', 1, 5, 'There is no function “sin”'],
    ['y = toString(x)', 1, 5, 'There is no function “toString”'],
    ['y = x^z', 1, 6, 'exp(y*log(x))'],
    ['y = 2^3^2', 1, 8, 'must be a number'],
    ['y = a**2 + $', 1, 12, '“$” means nothing here'],
    ['a = 1\nb = a $ 2', 2, 7, '“$” means nothing here'],
    ['x = x + 1', 1, 1, 'its own definition'],
    ['a = 1; a = 2', 1, 8, 'has a meaning already'],
    ['exp = 2', 1, 1, 'is a function: choose another name'],
    ['y = exp + 1', 1, 5, 'write exp(…)'],
    ['y = max(a)', 1, 5, 'takes 2 values, but is given 1'],
    ['y = (a + b', 1, 11, 'Here “)” is missing'],
    ['y = a b', 1, 7, '“b” cannot stand here'],
    ['', 1, 1, 'There is no expression yet'],
    [`y = ${'('.repeat(500)}a`, 1, 105, 'Too many parentheses'],
  ])('%j: line %d, column %d', (text, line, column, said) => {
    const failure = failureOf(text);
    expect(failure.message).toContain(said);
    expect([failure.line, failure.column]).toEqual([line, column]);
  });

  it('never fails in another way, whatever is typed', () => {
    const piece = fc.constantFrom(...'abx12.+-*/^()=,;\n ', 'exp', 'max', '−', '𝛼', '\u0000');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        try {
          parseExpression(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
