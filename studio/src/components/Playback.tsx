/** Play, pause, step, reset and speed, for whatever goes step by step. */
import { effect, type Signal, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { dictionary } from '../text/dictionary.js';
import { Button, Icon } from './Button.js';
import { NumberField } from './Field.js';

const t = dictionary(
  { play: 'Play', pause: 'Pause', step: 'Step', reset: 'Reset', speed: 'Steps per second' },
  { play: '播放', pause: '暂停', step: '单步', reset: '重置', speed: '每秒步数' },
);

export interface Player {
  readonly playing: Signal<boolean>;
  /** Steps in a second. */
  readonly speed: Signal<number>;
  readonly step: () => void;
  readonly reset: () => void;
}

export interface PlayerOptions {
  /** One step; returns false when there are no more, which ends the play. */
  readonly step: () => boolean;
  readonly reset: () => void;
  /** Steps per second (default: a signal of its own at 4). */
  readonly speed?: Signal<number>;
}

/** More steps than this in one frame would make the page stutter; the speed is then what the machine gives. */
const LONGEST_FRAME_MS = 8;

/** Makes a player; once for each room, at the top of its module. It plays between frames of the screen. */
export function createPlayer({ step, reset, speed = signal(4) }: PlayerOptions): Player {
  const playing = signal(false);
  let previous = 0;
  let owed = 0;
  const frame = (now: number) => {
    if (!playing.peek()) return;
    owed = Math.min(owed + ((now - previous) / 1000) * speed.peek(), speed.peek());
    previous = now;
    const end = performance.now() + LONGEST_FRAME_MS;
    while (owed >= 1 && performance.now() < end) {
      owed--;
      if (!step()) {
        playing.value = false;
        return;
      }
    }
    requestAnimationFrame(frame);
  };
  effect(() => {
    if (!playing.value) return;
    previous = performance.now();
    // The first step comes at once.
    owed = 1;
    requestAnimationFrame(frame);
  });
  return {
    playing,
    speed,
    step: () => {
      playing.value = false;
      step();
    },
    reset: () => {
      playing.value = false;
      reset();
    },
  };
}

/** The buttons of a player. It pauses when its room is left. */
export function Playback(props: {
  readonly player: Player;
  readonly fastest?: number;
  /** Whether there is nothing left to play. */
  readonly finished?: boolean;
}) {
  const { player, fastest = 60, finished = false } = props;
  const { playing, speed } = player;
  useEffect(
    () => () => {
      playing.value = false;
    },
    [playing],
  );
  const toggle = () => {
    playing.value = !playing.value;
  };
  return (
    <div class="stack" style={{ gap: 'var(--space-3)' }}>
      <div class="row">
        <Button kind="primary" disabled={finished} onClick={toggle}>
          <Icon name={playing.value ? 'pause' : 'play'} />
          {playing.value ? t().pause : t().play}
        </Button>
        <Button disabled={finished} onClick={player.step}>
          <Icon name="step" />
          {t().step}
        </Button>
        <Button onClick={player.reset}>
          <Icon name="reset" />
          {t().reset}
        </Button>
      </div>
      <NumberField label={t().speed} signal={speed} min={0.5} max={fastest} logarithmic />
    </div>
  );
}
