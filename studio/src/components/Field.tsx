/** Fields that hold a value of the room's state. Each takes a signal, or `value` and `onChange`. */
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { short } from '../text/format.js';

/** Where a field's value comes from and goes to. */
export type Bound<T> =
  | { readonly signal: Signal<T> }
  | { readonly value: T; readonly onChange: (value: T) => void };

export function boundValue<T>(bound: Bound<T>): T {
  return 'signal' in bound ? bound.signal.value : bound.value;
}

export function change<T>(bound: Bound<T>, value: T): void {
  if ('signal' in bound) bound.signal.value = value;
  else bound.onChange(value);
}

interface Labelled {
  readonly label: string;
  readonly hint?: ComponentChildren;
}

type NumberFieldProps = Bound<number> &
  Labelled & {
    readonly min: number;
    readonly max: number;
    /** Of the slider and the arrow keys. */
    readonly step?: number;
    /** The slider moves by factors: for learning rates and the like. min must be above 0. */
    readonly logarithmic?: boolean;
    /** Without a slider, the field alone. */
    readonly plain?: boolean;
    readonly disabled?: boolean;
  };

/** A number with a slider beside it. What is typed counts as soon as it is a number within the range. */
export function NumberField(props: NumberFieldProps) {
  const { label, hint, min, max, step = 0.01, logarithmic = false, plain = false, disabled } = props;
  const id = useId();
  const [typed, setTyped] = useState<string>();
  const value = boundValue(props);
  const accept = (text: string) => {
    const next = text.trim() === '' ? Number.NaN : Number(text.replace('−', '-'));
    const sound = Number.isFinite(next) && next >= min && next <= max;
    if (sound) change(props, next);
    setTyped(text);
    return sound;
  };
  const broken =
    typed !== undefined &&
    !(
      Number(typed.replace('−', '-')) >= min &&
      Number(typed.replace('−', '-')) <= max &&
      typed.trim() !== ''
    );
  const toSlider = (number: number) => (logarithmic ? Math.log10(number) : number);
  const fromSlider = (position: number) => (logarithmic ? Number((10 ** position).toPrecision(2)) : position);
  const field = (
    <input
      id={id}
      class="input numbers"
      type="text"
      inputMode="decimal"
      disabled={disabled}
      value={typed ?? String(Number(value.toPrecision(6)))}
      aria-invalid={broken}
      aria-describedby={`${id}-hint`}
      onInput={({ currentTarget }) => accept(currentTarget.value)}
      onBlur={() => setTyped(undefined)}
      onKeyDown={(event) => {
        const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
        if (direction === 0) return;
        event.preventDefault();
        const next = logarithmic ? value * 10 ** (direction / 10) : value + direction * step;
        setTyped(undefined);
        change(props, Math.min(max, Math.max(min, Number(next.toPrecision(6)))));
      }}
    />
  );
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {plain ? (
        field
      ) : (
        <div class="field-row">
          <input
            class="slider"
            type="range"
            aria-label={label}
            disabled={disabled}
            min={toSlider(min)}
            max={toSlider(max)}
            step={logarithmic ? 'any' : step}
            value={toSlider(value)}
            aria-valuetext={short(value)}
            onInput={({ currentTarget }) => {
              setTyped(undefined);
              change(props, fromSlider(Number(currentTarget.value)));
            }}
          />
          {field}
        </div>
      )}
      <span class="field-hint" id={`${id}-hint`} hidden={hint === undefined && !broken}>
        {broken ? `${short(min)} … ${short(max)}` : hint}
      </span>
    </div>
  );
}

/** One of a list, in a menu. */
export function Select<T extends string>(
  props: Bound<T> & Labelled & { readonly options: readonly (readonly [T, string])[] },
) {
  const id = useId();
  const { label, hint, options } = props;
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <select
        id={id}
        class="select"
        value={boundValue(props)}
        onChange={({ currentTarget }) => change(props, currentTarget.value as T)}
      >
        {options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      {hint !== undefined && <span class="field-hint">{hint}</span>}
    </div>
  );
}

/** A value and how it is shown; where that is a picture, its name comes third. */
type Segment<T> = readonly [value: T, shown: ComponentChildren, name?: string];

/** One of two or three, side by side. */
export function Segments<T extends string>(
  props: Bound<T> & { readonly label: string; readonly options: readonly Segment<T>[] },
) {
  const name = useId();
  const { label, options } = props;
  const value = boundValue(props);
  return (
    <div class="segments" role="radiogroup" aria-label={label}>
      {options.map(([option, shown, title]) => (
        <label key={option} title={title}>
          <input
            class="cover"
            type="radio"
            name={name}
            aria-label={title}
            checked={option === value}
            onChange={() => change(props, option)}
          />
          {shown}
        </label>
      ))}
    </div>
  );
}

/** Yes or no. */
export function Toggle(props: Bound<boolean> & { readonly label: string; readonly disabled?: boolean }) {
  return (
    <label class="toggle">
      <input
        type="checkbox"
        checked={boundValue(props)}
        disabled={props.disabled}
        onChange={({ currentTarget }) => change(props, currentTarget.checked)}
      />
      {props.label}
    </label>
  );
}

/** A line of text, or several where `rows` is given. */
export function TextField(
  props: Bound<string> & Labelled & { readonly rows?: number; readonly placeholder?: string },
) {
  const id = useId();
  const { label, hint, rows, placeholder } = props;
  const common = { id, class: 'input', placeholder, value: boundValue(props), spellcheck: false };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {rows === undefined ? (
        <input type="text" {...common} onInput={({ currentTarget }) => change(props, currentTarget.value)} />
      ) : (
        <textarea
          {...common}
          rows={rows}
          onInput={({ currentTarget }) => change(props, currentTarget.value)}
        />
      )}
      {hint !== undefined && <span class="field-hint">{hint}</span>}
    </div>
  );
}
