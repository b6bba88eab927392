/** A short name for a set of weights, to see at a glance whether two trainings gave the same. */
import type { ParameterNode } from '../graph/node.js';
import type { Workspace } from '../program/index.js';

/** The hash of a network's parameters, as float32. */
export function weightsHash(workspace: Workspace, parameters: readonly ParameterNode[]): string {
  return hashNumbers(
    parameters.map((node) => {
      const values = workspace.view(node);
      return [node.name, values instanceof Float32Array ? values : Float32Array.from(values)];
    }),
  );
}

/** 64 bits of FNV-1a over names and the bits of numbers, in hexadecimal (two interleaved 32-bit lanes). */
export function hashNumbers(named: readonly (readonly [string, Float32Array | Int32Array])[]): string {
  let even = 0x811c9dc5;
  let odd = 0x01000193;
  const mix = (word: number) => {
    even = Math.imul(even ^ word, 0x01000193);
    odd = Math.imul(odd ^ (word >>> 16) ^ (word << 16), 0x85ebca6b);
  };
  for (const [name, numbers] of [...named].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const character of name) mix(character.codePointAt(0)!);
    const bits = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);
    for (let i = 0; i < bits.length; i++) mix(bits[i]!);
  }
  return [even, odd].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
