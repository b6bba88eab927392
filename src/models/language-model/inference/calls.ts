/** Kernel calls as the list of instructions that a machine runs. */
import {
  type ArgumentKind,
  type KernelArguments,
  type KernelName,
  kernelNumbers,
  kernelTable,
} from '../../../engine/kernels.js';

/** Room for rows as codes, which the products of one list of calls share, one after the other: see matrix.ts. */
export interface RowCodes {
  readonly codes: number;
  readonly scales: number;
}

export class Calls {
  /** Absent where nothing is coded. */
  readonly rowCodes: RowCodes | undefined;
  private readonly words: number[] = [];

  constructor(rowCodes?: RowCodes) {
    this.rowCodes = rowCodes;
  }

  add<K extends KernelName>(kernel: K, values: KernelArguments<K>): void {
    this.words.push(kernelNumbers[kernel]);
    for (const [name, kind] of Object.entries<ArgumentKind>(kernelTable[kernel])) {
      const value = (values as Readonly<Record<string, number>>)[name]!;
      if (kind === 'real') this.words.push(...new Int32Array(Float64Array.of(value).buffer));
      else this.words.push(value);
    }
  }

  get code(): Int32Array {
    return Int32Array.from(this.words);
  }
}
