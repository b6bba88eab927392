/** A short name for a set of weights, to see at a glance whether two trainings gave the same. */
import type { ParameterNode } from '../graph/node.js';
import type { Workspace } from '../program/index.js';

/** 64 bits of FNV-1a over names and float32 bits, in hexadecimal (two interleaved 32-bit lanes). */
export function weightsHash(workspace: Workspace, parameters: readonly ParameterNode[]): string {
  let even = 0x811c9dc5;
  let odd = 0x01000193;
  const mix = (word: number) => {
    even = Math.imul(even ^ word, 0x01000193);
    odd = Math.imul(odd ^ (word >>> 16) ^ (word << 16), 0x85ebca6b);
  };
  for (const node of [...parameters].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const character of node.name) mix(character.codePointAt(0)!);
    const bits = new Int32Array(Float32Array.from(workspace.view(node)).buffer);
    for (const word of bits) mix(word);
  }
  return [even, odd].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
