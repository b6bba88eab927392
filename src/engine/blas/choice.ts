/** Which BLAS library is wanted, and under which file names the system would have it. */
import { ValueError } from '../../base/errors.js';

/** Names that LEXIGRAD_BLAS and `library` may give, with what they are called in messages. */
export const familyTitles = {
  openblas: 'OpenBLAS',
  mkl: 'Intel MKL',
  blis: 'BLIS',
  accelerate: 'Accelerate',
} as const;

export type Family = keyof typeof familyTitles;

export type Choice =
  | { readonly kind: 'automatic' }
  | { readonly kind: 'off' }
  | { readonly kind: 'family'; readonly family: Family }
  | { readonly kind: 'path'; readonly path: string };

/**
 * Understands what the option or the environment variable says: nothing or `auto`; `off`; a family's name; a file.
 * @throws ValueError for a word that is none of these.
 */
export function parseChoice(text = ''): Choice {
  const word = text.trim().toLowerCase();
  if (word === '' || word === 'auto') return { kind: 'automatic' };
  if (word === 'off') return { kind: 'off' };
  if (Object.hasOwn(familyTitles, word)) return { kind: 'family', family: word as Family };
  if (/[/\\]|\.(so|dylib|dll)\b/i.test(text)) return { kind: 'path', path: text.trim() };
  throw new ValueError(
    `'${text}' names no BLAS library: give ${Object.keys(familyTitles).join(', ')}, the path of a library file, or off`,
  );
}

/**
 * File names by platform, in the order in which they are tried. Names without a folder are looked up as the system's
 * loader does. The generic names come last: what stands behind them may be the slow reference implementation.
 */
const linux = [
  ['openblas', 'libopenblas.so.0'],
  ['openblas', 'libopenblasp.so.0'],
  ['openblas', 'libopenblas.so'],
  ['mkl', 'libmkl_rt.so.3'],
  ['mkl', 'libmkl_rt.so.2'],
  ['mkl', 'libmkl_rt.so'],
  ['blis', 'libblis-mt.so.4'],
  ['blis', 'libblis.so.4'],
  ['blis', 'libblis.so'],
  [undefined, 'libcblas.so.3'],
  [undefined, 'libblas.so.3'],
] as const;

const darwin = [
  ['accelerate', '/System/Library/Frameworks/Accelerate.framework/Accelerate'],
  ['openblas', '/opt/homebrew/opt/openblas/lib/libopenblas.dylib'],
  ['openblas', '/usr/local/opt/openblas/lib/libopenblas.dylib'],
  ['mkl', 'libmkl_rt.2.dylib'],
  ['blis', 'libblis.4.dylib'],
] as const;

const win32 = [
  ['openblas', 'libopenblas.dll'],
  ['openblas', 'openblas.dll'],
  ['mkl', 'mkl_rt.3.dll'],
  ['mkl', 'mkl_rt.2.dll'],
  ['mkl', 'mkl_rt.dll'],
  ['blis', 'libblis.4.dll'],
] as const;

/** Files to try on a platform: of one family, or (automatic) of all. */
export function candidateFiles(platform: NodeJS.Platform, family?: Family): string[] {
  const known = platform === 'darwin' ? darwin : platform === 'win32' ? win32 : linux;
  return known.filter(([its]) => family === undefined || its === family).map(([, file]) => file);
}

/** How to get a BLAS on a platform, for messages. */
export function installAdvice(platform: NodeJS.Platform): string {
  if (platform === 'win32') return 'put libopenblas.dll into a folder of PATH';
  if (platform === 'darwin') return 'brew install openblas';
  return 'install OpenBLAS (Debian, Ubuntu: apt install libopenblas0-pthread; Fedora: dnf install openblas)';
}
