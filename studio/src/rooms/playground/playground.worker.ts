import { wasmEngine } from 'lexigrad/engine';
import { serve, type TaskContext } from '../../worker/serve.js';
import { Session } from './session.js';
import { MOST_STEPS } from './settings.js';
import type { Control, PlaygroundTasks, Telling } from './tasks.js';

/** Messages of the page are let in this often. */
const CHUNK_MS = 8;
/** Frames for eyes: no more than these are made, and none before the page has drawn the last. */
const FRAME_MS = 33;
/** The page keeps most of its time for whoever uses it: between frames pass this many times what the last one took. */
const REST = 3;
/** On the way to the step of an address there is less to be seen. */
const CATCHING_UP_FRAME_MS = 150;

/** The build with the same bits on every machine, so that an address shows everybody the same network. */
const engine = wasmEngine({ exact: true, threads: 1 });

serve<PlaygroundTasks>({
  train: async ({ settings, control }, context) => {
    await new Run(new Session(settings, engine), control, context).untilStopped();
    return undefined;
  },
});

class Run {
  private readonly session: Session;
  private readonly context: TaskContext<PlaygroundTasks['train']>;
  private control: Control;
  private diverged = false;
  /** Whether something has changed since the last frame, and whether the page is ready for one. */
  private changed = true;
  private ready = true;
  private sent = -Infinity;
  private drawing = 0;
  private owed = 0;
  private wake: () => void = () => {};
  private readonly pace = new Pace();

  constructor(session: Session, control: Control, context: TaskContext<PlaygroundTasks['train']>) {
    this.session = session;
    this.control = control;
    this.context = context;
    context.onTell((told) => this.hear(told as Telling));
    context.signal.addEventListener('abort', () => this.wake());
  }

  async untilStopped(): Promise<void> {
    const { signal, breathe } = this.context;
    let before = performance.now();
    while (!signal.aborted) {
      const now = performance.now();
      this.advance((now - before) / 1000);
      before = now;
      const waited = this.show();
      await breathe();
      if (this.active) await sleepIf(this.owed < 1 && !this.catchingUp, 4);
      // What was told while messages were let in must not be slept over.
      else if (waited || this.changed) await sleepIf(true, 8);
      else await this.told();
      if (!this.control.playing) before = performance.now();
    }
  }

  private get catchingUp(): boolean {
    return !this.stopped && this.session.steps < this.control.target;
  }

  /** Whether there is nothing to go on with. */
  private get stopped(): boolean {
    return this.diverged || this.session.steps >= MOST_STEPS;
  }

  private get active(): boolean {
    return this.catchingUp || (this.control.playing && !this.stopped);
  }

  /** Makes the steps that are due, as far as they fit between two looks at the page's messages. */
  private advance(seconds: number): void {
    const { playing, speed } = this.control;
    this.owed = playing && !this.catchingUp ? Math.min(this.owed + seconds * speed, speed / 4 + 1) : 0;
    const end = performance.now() + CHUNK_MS;
    while (this.active && (this.catchingUp || this.owed >= 1) && performance.now() < end) {
      if (!this.catchingUp) this.owed--;
      this.diverged = !Number.isFinite(this.session.step());
      this.changed = true;
      this.pace.count();
    }
  }

  /** Sends a frame if there is something new to be seen. @returns whether one is still to be sent. */
  private show(): boolean {
    if (!this.changed) return false;
    const now = performance.now();
    const { control, diverged, catchingUp, stopped } = this;
    const least = catchingUp ? CATCHING_UP_FRAME_MS : FRAME_MS;
    const pause = this.active ? Math.max(least, REST * this.drawing) : 0;
    if (!this.ready || now - this.sent < pause) return true;
    const stepsPerSecond = this.active ? this.pace.perSecond(now) : 0;
    const frame = this.session.look(control.view);
    this.context.progress({ frame, stopped, catchingUp, diverged, stepsPerSecond });
    this.sent = now;
    this.changed = false;
    this.ready = false;
    return false;
  }

  private hear({ drawn, ...change }: Telling): void {
    if (drawn !== undefined) {
      this.ready = true;
      this.drawing = drawn;
    }
    if (Object.keys(change).length > 0) {
      this.control = { ...this.control, ...change };
      this.changed = true;
    }
    this.wake();
  }

  private told(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}

function sleepIf(wanted: boolean, ms: number): Promise<void> | undefined {
  return wanted ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}

/** Steps per second over the last second or so. */
class Pace {
  private steps = 0;
  private since = performance.now();
  private rate = 0;

  count(): void {
    this.steps++;
  }

  perSecond(now: number): number {
    const seconds = (now - this.since) / 1000;
    if (seconds >= 0.5) {
      this.rate = this.steps / seconds;
      this.steps = 0;
      this.since = now;
    }
    return this.rate;
  }
}
