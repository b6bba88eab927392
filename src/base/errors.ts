/**
 * The typed errors of the library. Every message says what is wrong, where, and what to do next.
 *
 * `instanceof LexigradError` separates a refusal that the library worded for its user from a defect.
 */
export class LexigradError extends Error {
  override name = 'LexigradError';
}

/** Shapes or dtypes that do not fit together; thrown while a graph is built, never while it runs. */
export class ShapeError extends LexigradError {
  override name = 'ShapeError';
}

/** A value that an option, argument or feed may not have. */
export class ValueError extends LexigradError {
  override name = 'ValueError';
}

/** Where in a file something is wrong. Lines and columns count from 1. */
export interface Location {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** Input data that cannot be used: empty, ragged, badly encoded, of one class only, … */
export class DataError extends LexigradError {
  override name = 'DataError';
  readonly location: Location;
  constructor(message: string, location: Location = {}) {
    super(withLocation(message, location));
    this.location = location;
  }
}

/** A binary or text file format that is broken or unsupported (model files, word vectors, …). */
export class FormatError extends LexigradError {
  override name = 'FormatError';
  readonly location: Location;
  constructor(message: string, location: Location = {}) {
    super(withLocation(message, location));
    this.location = location;
  }
}

/** NaN or infinity where a number was needed: training went wrong, and says at which step. */
export class NumericError extends LexigradError {
  override name = 'NumericError';
}

/** `corpus.csv:12:4: message`, with the parts that are known. */
function withLocation(message: string, { file, line, column }: Location): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return place === '' ? message : `${/^\d/.test(place) ? 'line ' : ''}${place}: ${message}`;
}
