/**
 * Expressions as people type them → graphs of the library.
 *
 *   statement   name = sum, or a sum alone; statements are parted by ';' or line ends, the last one is the result
 *   sum         product (('+' | '−') product)*
 *   product     sign (('*' | '/') sign)*
 *   sign        '−' sign | power
 *   power       atom ('^' sign)?            so that −x^2 is −(x²) and 2^−1 may be written
 *   atom        number | name | function '(' sum (',' sum)* ')' | '(' sum ')'
 */
import {
  absolute,
  add,
  constant,
  divide,
  exp,
  gelu,
  input,
  leakyRelu,
  log,
  maximum,
  minimum,
  multiply,
  type Node,
  negate,
  power,
  relu,
  sigmoid,
  silu,
  softplus,
  sqrt,
  square,
  step,
  subtract,
  tanh,
} from 'lexigrad/graph';
import { t } from './text.js';
import { ExpressionError, type Token, tokensOf } from './tokens.js';

export { ExpressionError };

export interface Parsed {
  readonly result: Node;
  /** What is not computed but given: scalars, in the order of their names. */
  readonly inputs: readonly { readonly name: string; readonly node: Node }[];
  /** The names that statements give, with their nodes. */
  readonly names: Readonly<Record<string, Node>>;
  readonly resultName: string;
}

const functions: Readonly<Record<string, { readonly arguments: 1 | 2; of(...x: Node[]): Node }>> = {
  ...unary({ exp, log, ln: log, sqrt, abs: absolute, square, sigmoid, tanh, relu }),
  ...unary({ leakyRelu: (x) => leakyRelu(x), gelu, silu, softplus, step }),
  max: { arguments: 2, of: (a, b) => maximum(a!, b!) },
  min: { arguments: 2, of: (a, b) => minimum(a!, b!) },
};
export const functionNames = Object.keys(functions);

function unary(of: Readonly<Record<string, (x: Node) => Node>>) {
  return Object.fromEntries(
    Object.entries(of).map(([name, make]) => [name, { arguments: 1 as const, of: (x?: Node) => make(x!) }]),
  );
}

const freeNames = ['L', 'y', 'result', 'the result'];

/** @throws ExpressionError with line and column. */
export function parseExpression(text: string): Parsed {
  return new Parser(tokensOf(text)).parse();
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;
  private readonly inputs = new Map<string, Node>();
  private readonly defined = new Map<string, Node>();

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  parse(): Parsed {
    let last: { readonly name: string | undefined; readonly node: Node } | undefined;
    for (;;) {
      while (this.here.kind === 'break') this.at++;
      if (this.here.kind === 'end') break;
      last = this.statement();
      if (!this.atEnd) throw this.unexpected();
    }
    if (last === undefined) throw new ExpressionError(t().empty, this.here);
    return {
      result: last.node,
      resultName: last.name ?? freeNames.find((name) => !this.inputs.has(name) && !this.defined.has(name))!,
      inputs: [...this.inputs]
        .map(([name, node]) => ({ name, node }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      names: Object.fromEntries(this.defined),
    };
  }

  /** A sum without a name gets one when it is known which are free. */
  private statement(): { readonly name: string | undefined; readonly node: Node } {
    const [target, sign] = [this.here, this.tokens[this.at + 1]];
    if (target.kind !== 'name' || sign?.text !== '=') return { name: undefined, node: this.sum() };
    this.at += 2;
    const name = target.text;
    if (Object.hasOwn(functions, name)) throw new ExpressionError(t().functionName(name), target);
    if (this.defined.has(name) || this.inputs.has(name)) {
      throw new ExpressionError(t().twice(name), target);
    }
    const node = this.sum();
    // A name that its own right side has made an input would stand for two things.
    if (this.inputs.has(name)) throw new ExpressionError(t().circular(name), target);
    this.defined.set(name, node);
    return { name, node };
  }

  private sum(): Node {
    let node = this.product();
    for (;;) {
      if (this.take('+')) node = add(node, this.product());
      else if (this.take('-')) node = subtract(node, this.product());
      else return node;
    }
  }

  private product(): Node {
    let node = this.sign();
    for (;;) {
      if (this.take('*')) node = multiply(node, this.sign());
      else if (this.take('/')) node = divide(node, this.sign());
      else return node;
    }
  }

  private sign(): Node {
    const minus = this.here;
    if (!this.take('-')) return this.power();
    const next = this.here;
    this.deeper(minus);
    // A negative number is a number.
    const literal = next.kind === 'number' && this.tokens[this.at + 1]?.text !== '^';
    const node = literal ? constant(-this.number()) : negate(this.sign());
    this.depth--;
    return node;
  }

  private power(): Node {
    const base = this.atom();
    const caret = this.here;
    if (!this.take('^')) return base;
    const exponent = this.exponent(caret);
    return power(base, exponent);
  }

  /** Exponents are numbers, perhaps with a sign or in parentheses. */
  private exponent(caret: Token): number {
    const inParentheses = this.take('(');
    const sign = this.take('-') ? -1 : 1;
    if (this.here.kind !== 'number') throw new ExpressionError(t().exponent, caret);
    const value = sign * this.number();
    if (inParentheses) this.expect(')');
    if (this.here.text === '^') throw new ExpressionError(t().exponent, this.here);
    return value;
  }

  private atom(): Node {
    const token = this.here;
    if (token.kind === 'number') {
      const value = this.number();
      const next = this.here;
      if (next.kind === 'name' || next.text === '(') {
        throw new ExpressionError(t().noTimes(`${token.text}*${next.text}`), next);
      }
      return constant(value);
    }
    if (token.kind === 'name') return this.named(token);
    if (!this.take('(')) throw this.unexpected();
    this.deeper(token);
    const inner = this.sum();
    this.expect(')');
    this.depth--;
    return inner;
  }

  private named(token: Token): Node {
    this.at++;
    const { text: name } = token;
    if (this.here.text === '(') return this.call(token);
    if (Object.hasOwn(functions, name)) throw new ExpressionError(t().noArguments(name), token);
    const known = this.defined.get(name) ?? this.inputs.get(name);
    if (known !== undefined) return known;
    const node = input(name);
    this.inputs.set(name, node);
    return node;
  }

  private call(token: Token): Node {
    const made = Object.hasOwn(functions, token.text) ? functions[token.text] : undefined;
    if (made === undefined) {
      throw new ExpressionError(t().noFunction(token.text, functionNames.join(', ')), token);
    }
    this.at++;
    this.deeper(token);
    const given = [this.sum()];
    while (this.take(',')) given.push(this.sum());
    this.expect(')');
    this.depth--;
    if (given.length !== made.arguments) {
      throw new ExpressionError(t().argumentCount(token.text, made.arguments, given.length), token);
    }
    return made.of(...given);
  }

  private number(): number {
    const token = this.here;
    const value = Number(token.text);
    if (token.kind !== 'number' || !Number.isFinite(value)) throw this.unexpected();
    this.at++;
    return value;
  }

  /** Of a statement. */
  private get atEnd(): boolean {
    return this.here.kind === 'break' || this.here.kind === 'end';
  }

  private get here(): Token {
    return this.tokens[this.at]!;
  }

  private take(sign: string): boolean {
    if (this.here.kind !== 'sign' || this.here.text !== sign) return false;
    this.at++;
    return true;
  }

  private expect(sign: string): void {
    if (!this.take(sign)) throw new ExpressionError(t().expected(sign, this.nameOfHere()), this.here);
  }

  private unexpected(): ExpressionError {
    return new ExpressionError(t().unexpected(this.nameOfHere()), this.here);
  }

  private nameOfHere(): string {
    const { kind, text } = this.here;
    if (kind === 'end') return t().theEnd;
    return kind === 'break' ? t().lineEnd : `“${text}”`;
  }

  private deeper(token: Token): void {
    if (++this.depth > 100) throw new ExpressionError(t().tooDeep, token);
  }
}
