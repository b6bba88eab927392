/** The signs, names and numbers of an expression, with their places; and the error that points at one. */
import { t } from './text.js';

/** An expression that cannot be understood, with the place where that was noticed. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  /** From 1. */
  readonly line: number;
  readonly column: number;

  constructor(message: string, { line, column }: Place) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Token extends Place {
  readonly kind: 'number' | 'name' | 'sign' | 'break' | 'end';
  readonly text: string;
}

const PATTERN =
  /(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|(\*\*|[-+*/^()=,])|([;\n])/uy;
/** Signs that stand for others; each as long as the other, so that columns stay right. */
const same: Readonly<Record<string, string>> = {
  ...{ '−': '-', '–': '-', '·': '*', '×': '*', '÷': '/' },
  ...{ '（': '(', '）': ')', '＝': '=', '，': ',', '；': ';' },
};

/** @throws ExpressionError for a sign that belongs to no token. */
export function tokensOf(original: string): Token[] {
  const text = [...original.replaceAll('\r', '')].map((sign) => same[sign] ?? sign).join('');
  const tokens: Token[] = [];
  let [line, lineStart, at] = [1, 0, 0];
  while (at < text.length) {
    const place = { line, column: at - lineStart + 1 };
    if (text[at] !== '\n' && /\s/.test(text[at]!)) {
      at++;
      continue;
    }
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(text);
    if (match === null) throw new ExpressionError(t().badSign([...text.slice(at)][0]!), place);
    const [found, digits, name, sign] = match;
    const kind = digits ? 'number' : name ? 'name' : sign ? 'sign' : 'break';
    tokens.push({ kind, text: found === '**' ? '^' : found, ...place });
    at += found.length;
    if (found === '\n') [line, lineStart] = [line + 1, at];
  }
  tokens.push({ kind: 'end', text: '', line, column: at - lineStart + 1 });
  return tokens;
}
