/** The state of a room as signals that live in the address of the page. */
import { batch, effect, type Signal, signal, untracked } from '@preact/signals';
import { address, opened, replaceQuery } from './address.js';
import { decodeState, encodeState, type Schema, type ValuesOf } from './codec.js';

export type RoomState<S extends Schema> = { readonly [K in keyof S]: Signal<ValuesOf<S>[K]> };

/**
 * Makes one signal for each entry of the schema. They take their values from every address that is opened, and each
 * change of theirs is written into the address. Call it once, at the top of a module of the room: the state then
 * outlives visits to other rooms.
 *
 * @param room the room's id in the registry
 * @example
 * const state = roomState('units', { w: param(number({ min: -10, max: 10 }), 1), f: param(choice(names), 'tanh') });
 * state.w.value = 2;            // the address becomes #/units?w=2
 */
export function roomState<S extends Schema>(room: string, schema: S): RoomState<S> {
  const names = Object.keys(schema);
  const signals: Record<string, Signal<unknown>> = {};
  for (const name of names) signals[name] = signal(schema[name]!.initial);
  const write = () => {
    const values = Object.fromEntries(names.map((name) => [name, signals[name]!.value]));
    if (address.peek().room === room)
      replaceQuery((query) => encodeState(schema, values as ValuesOf<S>, query));
  };

  let inside = false;
  let visited = false;
  effect(() => {
    const { room: now, query } = opened.value;
    const returns = now === room && !inside && visited;
    inside = now === room;
    if (!inside) return;
    visited = true;
    // Links of the navigation carry no state: whoever comes back finds the room as it was left.
    if (returns && !names.some((name) => query.has(name))) return untracked(write);
    const values = decodeState(schema, query) as Record<string, unknown>;
    batch(() => {
      for (const name of names) signals[name]!.value = values[name];
    });
  });
  effect(write);
  return signals as RoomState<S>;
}

/** Gives signals their defaults again: all, or those that are named. */
export function resetState<S extends Schema>(
  state: RoomState<S>,
  schema: S,
  names: readonly (keyof S)[] = Object.keys(schema),
): void {
  batch(() => {
    for (const name of names) state[name].value = schema[name]!.initial as ValuesOf<S>[typeof name];
  });
}
