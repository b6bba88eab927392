/** Blocks of a machine's memory that are given back together. */
import type { Machine } from '../../../engine/engine.js';

export class Blocks {
  readonly machine: Machine;
  private readonly addresses: number[] = [];
  private elements = 0;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** @returns the address of so many zeroed elements */
  take(elements: number): number {
    const address = this.machine.allocate(elements);
    this.addresses.push(address);
    this.elements += elements;
    return address;
  }

  /** On fast engines, whose elements have 4 bytes. */
  get bytes(): number {
    return 4 * this.elements;
  }

  release(): void {
    for (const address of this.addresses.splice(0)) this.machine.release(address);
    this.elements = 0;
  }
}
