/** The little of koffi that is used: to open a library of the system, call its functions, and tell where memory is. */
import { ValueError } from '../../base/errors.js';

/** What calls foreign code; koffi, or a stand-in in tests. */
export interface Foreign {
  /** @throws Error where there is no such library. */
  load(path: string): ForeignLibrary;
  /** Where a view's memory begins in the address space of the process. */
  address(view: ArrayBufferView): bigint;
}

export interface ForeignLibrary {
  /** A function of the library, by the C types of its result and parameters. @throws Error where it has none of that name. */
  func(name: string, result: string, parameters: string[]): ForeignFunction;
}

export type ForeignFunction = (...values: (number | Uint8Array)[]) => unknown;

/**
 * koffi, which users install beside this package if they want it.
 * @param load how it is imported; another in tests
 * @throws ValueError when it is not installed, or does not run here.
 */
export async function loadForeign(load: () => Promise<Foreign> = () => import('koffi')): Promise<Foreign> {
  try {
    return await load();
  } catch (error) {
    const missing = (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND';
    throw new ValueError(
      missing
        ? 'the system’s BLAS is called through the package koffi, which is not installed: npm install koffi'
        : `the package koffi, through which the system’s BLAS is called, does not load: ${messageOf(error)}`,
    );
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
