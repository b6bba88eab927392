/** A BLAS library, opened: who it is, how many threads it uses, and the two of its functions that are needed. */
import type { Family } from './choice.js';
import type { ForeignFunction, ForeignLibrary } from './foreign.js';

/** Codes of the C interface (cblas.h). */
export const ROW_MAJOR = 101;
export const AS_STORED = 111;
export const TRANSPOSED = 112;

export interface Blas {
  /** Undefined for a library that does not say who it is. */
  readonly family: Family | undefined;
  /** The file name or path by which it was opened. */
  readonly file: string;
  /** With version and processor kind, as far as the library tells: 'OpenBLAS 0.3.21 SkylakeX'. */
  readonly title: string;
  /** Undefined where the library does not tell. */
  readonly threads: number | undefined;
  /**
   * C ← α op(A) op(B) + β C:
   * (layout, transposeA, transposeB, m, n, k, α, A, lda, B, ldb, β, C, ldc), matrices by address.
   */
  readonly sgemm: ForeignFunction;
  /** y ← α op(A) x + β y: (layout, transposeA, rows, columns, α, A, lda, x, stepX, β, y, stepY) */
  readonly sgemv: ForeignFunction;
}

/**
 * Binds the functions and sets the number of threads, which is a setting of the library for the whole process.
 * @throws Error when the library has no C interface to BLAS.
 */
export function bindBlas(library: ForeignLibrary, file: string, threads: number): Blas {
  const maker = makerOf(library);
  maker?.setThreads?.(library, threads);
  // An address is passed as a number: exact, as addresses have fewer than 53 bits, and no BigInt is made at each call.
  const int = maker?.wideIntegers?.(library) ? 'int64_t' : 'int';
  const [matrix, scalar] = ['uintptr_t', 'float'];
  return {
    family: maker?.family,
    file,
    title: maker?.title(library) ?? `BLAS in ${file}`,
    threads: maker?.threads?.(library),
    sgemm: library.func('cblas_sgemm', 'void', [
      ...['int', 'int', 'int', int, int, int, scalar],
      ...[matrix, int, matrix, int, scalar, matrix, int],
    ]),
    sgemv: library.func('cblas_sgemv', 'void', [
      ...['int', 'int', int, int, scalar],
      ...[matrix, int, matrix, int, scalar, matrix, int],
    ]),
  };
}

/** What is particular to the libraries of one maker. */
interface Maker {
  readonly family: Family;
  /** A function that only this maker's libraries have. */
  readonly sign: string;
  title(library: ForeignLibrary): string;
  setThreads?(library: ForeignLibrary, threads: number): void;
  threads?(library: ForeignLibrary): number;
  /** Whether sizes are 64-bit integers. */
  wideIntegers?(library: ForeignLibrary): boolean;
}

const makers: readonly Maker[] = [
  {
    family: 'openblas',
    sign: 'openblas_get_config',
    title(library) {
      const version = firstMatch(/OpenBLAS (\S+)/, text(library, 'openblas_get_config'));
      return joinWords('OpenBLAS', version, text(library, 'openblas_get_corename'));
    },
    setThreads: (library, threads) => void library.func('openblas_set_num_threads', 'void', ['int'])(threads),
    threads: (library) => Number(library.func('openblas_get_num_threads', 'int', [])()),
    wideIntegers: (library) => text(library, 'openblas_get_config').includes('USE64BITINT'),
  },
  {
    family: 'mkl',
    sign: 'MKL_Get_Version_String',
    title(library) {
      const buffer = new Uint8Array(200);
      library.func('MKL_Get_Version_String', 'void', ['uint8_t *', 'int'])(buffer, buffer.length);
      return joinWords('Intel MKL', firstMatch(/Version (\S+?)-/, new TextDecoder().decode(buffer)));
    },
    setThreads: (library, threads) => void library.func('MKL_Set_Num_Threads', 'void', ['int'])(threads),
    threads: (library) => Number(library.func('MKL_Get_Max_Threads', 'int', [])()),
  },
  {
    family: 'blis',
    sign: 'bli_info_get_version_str',
    title: (library) => joinWords('BLIS', text(library, 'bli_info_get_version_str')),
    setThreads: (library, threads) =>
      void library.func('bli_thread_set_num_threads', 'void', ['int64_t'])(threads),
    threads: (library) => Math.max(1, Number(library.func('bli_thread_get_num_threads', 'int64_t', [])())),
  },
  {
    // Since macOS 15; it takes as many threads as it thinks right, and older ones do not tell who they are.
    family: 'accelerate',
    sign: 'BLASSetThreading',
    title: () => 'Accelerate',
  },
];

function makerOf(library: ForeignLibrary): Maker | undefined {
  return makers.find(({ sign }) => {
    try {
      library.func(sign, 'void', []);
      return true;
    } catch {
      return false;
    }
  });
}

function text(library: ForeignLibrary, name: string): string {
  return String(library.func(name, 'str', [])() ?? '');
}

function firstMatch(pattern: RegExp, within: string): string {
  return pattern.exec(within)?.[1] ?? '';
}

function joinWords(...words: string[]): string {
  return words.filter((word) => word !== '').join(' ');
}
