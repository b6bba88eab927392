/** Where a command writes: results to stdout, everything else to stderr, coloured only for people who look. */
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { ClosedOutputError } from './errors.js';

/** What a command is connected to. Tests connect it to strings. */
export interface Streams {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Default: `process.env` */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

type Style = Parameters<typeof styleText>[0];

export class Terminal {
  readonly stdin: AsyncIterable<Uint8Array>;
  private readonly streams: Streams;
  private failure: Error | undefined;

  constructor(streams: Streams) {
    this.streams = streams;
    this.stdin = streams.stdin;
    streams.stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.failure = error.code === 'EPIPE' ? new ClosedOutputError('stdout is closed') : error;
    });
    // Where stderr is gone, there is nobody to complain to.
    streams.stderr.on('error', () => {});
  }

  /** Whether stderr is a terminal that can redraw a line. */
  get isInteractive(): boolean {
    return this.streams.stderr.isTTY === true && this.environment.TERM !== 'dumb';
  }

  /** Width of that terminal, in columns. */
  get columns(): number {
    return this.streams.stderr.columns || 80;
  }

  /**
   * Writes a result and waits until the reader has room for more, so that memory stays small.
   * @throws ClosedOutputError when nobody reads any more
   */
  async write(text: string | Uint8Array): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    const { stdout } = this.streams;
    if (!stdout.write(text)) {
      await new Promise<void>((resolve) => {
        const go = () => {
          for (const event of ['drain', 'error', 'close']) stdout.off(event, go);
          resolve();
        };
        for (const event of ['drain', 'error', 'close']) stdout.on(event, go);
      });
    }
    if (this.failure !== undefined) throw this.failure;
  }

  /** Writes a value for machines, on one line. */
  async writeJson(value: unknown): Promise<void> {
    await this.write(`${JSON.stringify(value)}\n`);
  }

  /** Tells people something, on stderr. */
  say(line = ''): void {
    this.streams.stderr.write(`${line}\n`);
  }

  /** Writes to stderr as it is. */
  draw(text: string): void {
    this.streams.stderr.write(text);
  }

  /** Colours a part of what is said on stderr. */
  note(style: Style, text: string): string {
    return this.paint(style, text, this.streams.stderr.isTTY);
  }

  /** Colours a part of a result on stdout. */
  mark(style: Style, text: string): string {
    return this.paint(style, text, this.streams.stdout.isTTY);
  }

  private paint(style: Style, text: string, isTerminal: boolean | undefined): string {
    const { NO_COLOR, TERM } = this.environment;
    const wanted = isTerminal === true && !NO_COLOR && TERM !== 'dumb';
    return wanted ? styleText(style, text, { validateStream: false }) : text;
  }

  private get environment(): Readonly<Record<string, string | undefined>> {
    return this.streams.environment ?? process.env;
  }
}
