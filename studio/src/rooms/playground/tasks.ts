/** What the worker of this room does: one run after the other, steered while it goes on. */
import type { Frame, SessionSettings, View } from './session.js';

export interface Control {
  /** Whether it makes steps by itself, and how many in a second. */
  readonly playing: boolean;
  readonly speed: number;
  /** Steps to be made as fast as can be: those of the address, or what was asked for beyond them. */
  readonly target: number;
  readonly view: View;
}

/** Told while a run goes on. */
export type Telling = Partial<Control> & {
  /** The page has drawn the last frame, in so many milliseconds, and wants another when there is one. */
  readonly drawn?: number;
};

export interface Progress {
  readonly frame: Frame;
  /** Whether it has stopped by itself: it has diverged, or made as many steps as an address can hold. */
  readonly stopped: boolean;
  /** Whether it is still on its way to the step that was asked for. */
  readonly catchingUp: boolean;
  /** The loss is no number any more. */
  readonly diverged: boolean;
  /** As measured; 0 while nothing is played. */
  readonly stepsPerSecond: number;
}

export interface PlaygroundTasks {
  readonly train: {
    readonly input: { readonly settings: SessionSettings; readonly control: Control };
    readonly progress: Progress;
    readonly output: undefined;
  };
}
