/**
 * A parser for exactly the JSON that a safetensors header may be, and no more. `JSON.parse` would let repeated keys
 * pass and would build whatever a hostile file nests; this one has a fixed depth and knows every key.
 */
import { FormatError } from '../base/errors.js';
import { elementBytes, type TensorType } from './dtypes.js';

/** Where a tensor's bytes are: `begin` up to, not including, `end`, from the end of the header. */
export interface TensorEntry {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: Map<string, TensorEntry>;
  readonly metadata: Map<string, string>;
}

const WHITE_SPACE = ' \t\n\r';
const MOST_AXES = 64;

/** @throws FormatError when the text is not the JSON of a safetensors header. */
export function parseHeader(text: string, file?: string): Header {
  if (text[0] !== '{')
    throw new FormatError('the header does not begin with {: this is not a safetensors file', { file });
  return new HeaderParser(text, file).parse();
}

class HeaderParser {
  private readonly text: string;
  private readonly file: string | undefined;
  private position = 0;

  constructor(text: string, file: string | undefined) {
    this.text = text;
    this.file = file;
  }

  parse(): Header {
    const entries = new Map<string, TensorEntry>();
    let metadata: Map<string, string> | undefined;
    this.members((name) => {
      if (name === '__metadata__') {
        if (metadata !== undefined) this.fail('__metadata__ occurs twice');
        metadata = this.metadata();
      } else {
        if (entries.has(name)) this.fail(`the tensor ${JSON.stringify(name)} occurs twice`);
        entries.set(name, this.entry(name));
      }
    });
    if (this.peek() !== '') this.fail('there is something after the closing }');
    return { entries, metadata: metadata ?? new Map() };
  }

  private metadata(): Map<string, string> {
    const metadata = new Map<string, string>();
    this.members((key) => {
      if (metadata.has(key)) this.fail(`the metadata key ${JSON.stringify(key)} occurs twice`);
      if (this.peek() !== '"') this.fail(`the metadata of ${JSON.stringify(key)} is not a string`);
      metadata.set(key, this.string());
    });
    return metadata;
  }

  private entry(name: string): TensorEntry {
    let dtype: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    this.members((key) => {
      if (key === 'dtype' && dtype === undefined) dtype = this.string();
      else if (key === 'shape' && shape === undefined) shape = this.wholeNumbers(MOST_AXES);
      else if (key === 'data_offsets' && offsets === undefined) offsets = this.wholeNumbers(2);
      else
        this.fail(`${JSON.stringify(key)} is unknown or occurs twice in the tensor ${JSON.stringify(name)}`);
    });
    const [begin, end] = offsets ?? [];
    if (dtype === undefined || shape === undefined || begin === undefined || end === undefined) {
      return this.fail(`the tensor ${JSON.stringify(name)} lacks its dtype, shape or data_offsets`);
    }
    if (!isTensorType(dtype)) {
      const known = Object.keys(elementBytes).join(', ');
      return this.fail(
        `the tensor ${JSON.stringify(name)} has the dtype ${JSON.stringify(dtype)}; known are ${known}`,
      );
    }
    if (!isCountable(shape)) {
      return this.fail(`the tensor ${JSON.stringify(name)} has an impossible shape [${shape.join(', ')}]`);
    }
    return { dtype, shape, begin, end };
  }

  /** `{ "key": …, "key": … }`, with `value` reading what follows each key. */
  private members(value: (key: string) => void): void {
    this.expect('{');
    if (this.accept('}')) return;
    do {
      const key = this.string();
      this.expect(':');
      value(key);
    } while (this.accept(','));
    this.expect('}');
  }

  /** `[1, 2, 3]`: at most `most` whole numbers, none negative. */
  private wholeNumbers(most: number): number[] {
    const numbers: number[] = [];
    this.expect('[');
    if (this.accept(']')) return numbers;
    do {
      if (numbers.length === most) this.fail(`there are more than ${most} numbers`);
      numbers.push(this.wholeNumber());
    } while (this.accept(','));
    this.expect(']');
    return numbers;
  }

  private wholeNumber(): number {
    this.peek();
    const start = this.position;
    while (this.text[this.position]! >= '0' && this.text[this.position]! <= '9') this.position++;
    const digits = this.text.slice(start, this.position);
    const number = Number(digits);
    if (!/^(?:0|[1-9]\d*)$/.test(digits) || !Number.isSafeInteger(number))
      this.fail('there is no whole number');
    return number;
  }

  private string(): string {
    this.expect('"');
    const start = this.position - 1;
    for (;;) {
      const end = this.text.indexOf('"', this.position);
      if (end < 0) this.fail('a string is not closed');
      this.position = end + 1;
      if (!this.isEscaped(end)) break;
    }
    const literal = this.text.slice(start, this.position);
    try {
      return JSON.parse(literal) as string;
    } catch {
      return this.fail('a string is not valid JSON');
    }
  }

  /** Whether an odd number of backslashes stands before a position. */
  private isEscaped(position: number): boolean {
    let backslashes = 0;
    while (this.text[position - 1 - backslashes] === '\\') backslashes++;
    return backslashes % 2 === 1;
  }

  /** The next character that is not white space; '' at the end. */
  private peek(): string {
    while (this.position < this.text.length && WHITE_SPACE.includes(this.text[this.position]!))
      this.position++;
    return this.text[this.position] ?? '';
  }

  private accept(character: string): boolean {
    if (this.peek() !== character) return false;
    this.position++;
    return true;
  }

  private expect(character: string): void {
    if (!this.accept(character)) this.fail(`there is no ${character} where one must be`);
  }

  private fail(what: string): never {
    throw new FormatError(`the header is broken at character ${this.position}: ${what}`, { file: this.file });
  }
}

/** Whether the element count stays a safe integer at every step; a 0 at the end does not excuse an overflow. */
function isCountable(shape: readonly number[]): boolean {
  let bytes = 8;
  return shape.every((size) => {
    bytes *= size;
    return Number.isSafeInteger(bytes);
  });
}

function isTensorType(name: string): name is TensorType {
  return Object.hasOwn(elementBytes, name);
}
