/** Which BLAS library is taken, and what is said where none is: with libraries that exist only here. */
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/base/errors.js';
import { candidateFiles, parseChoice } from '../../src/engine/blas/choice.js';
import { findBlas, type Search } from '../../src/engine/blas/find.js';
import { type Foreign, type ForeignFunction, loadForeign } from '../../src/engine/blas/foreign.js';
import { findBlasEngine, loadBlasEngine } from '../../src/engine/blas/index.js';
import { bindBlas } from '../../src/engine/blas/library.js';

type Functions = Record<string, ForeignFunction>;
const blas: Functions = { cblas_sgemm: () => undefined, cblas_sgemv: () => undefined };

/** OpenBLAS with at most four threads. */
function openblas(): Functions {
  let threads = 1;
  return {
    ...blas,
    openblas_get_config: () => 'OpenBLAS 0.3.21 DYNAMIC_ARCH SkylakeX MAX_THREADS=64',
    openblas_get_corename: () => 'SkylakeX',
    openblas_set_num_threads: (wanted) => {
      threads = Math.min(4, wanted as number);
    },
    openblas_get_num_threads: () => threads,
  };
}

function library(functions: Functions, signatures: Record<string, string[]> = {}) {
  return {
    func(name: string, _result: string, parameters: string[]): ForeignFunction {
      const found = functions[name];
      if (found === undefined) throw new Error(`Cannot find function '${name}' in shared library`);
      signatures[name] = parameters;
      return found;
    },
  };
}

/** A system that has these files. */
function system(files: Record<string, Functions>): Foreign {
  return {
    load(path) {
      if (files[path] === undefined) throw new Error('No such file or directory');
      return library(files[path]);
    },
    address: () => 0n,
  };
}

function search(files: Record<string, Functions>, word?: string, more: Partial<Search> = {}) {
  return findBlas({
    foreign: system(files),
    platform: 'linux',
    choice: parseChoice(word),
    threads: 2,
    objection: () => undefined,
    ...more,
  });
}

describe('the choice', () => {
  it('is automatic, off, a family or a file', () => {
    expect(parseChoice()).toEqual({ kind: 'automatic' });
    expect(parseChoice(' Auto ')).toEqual({ kind: 'automatic' });
    expect(parseChoice('OFF')).toEqual({ kind: 'off' });
    expect(parseChoice('MKL')).toEqual({ kind: 'family', family: 'mkl' });
    expect(parseChoice('/opt/My Lib/libopenblas.so.0')).toEqual({
      kind: 'path',
      path: '/opt/My Lib/libopenblas.so.0',
    });
    for (const path of ['libfoo.so.3', 'C:\\blas\\openblas.dll', './here']) {
      expect(parseChoice(path)).toEqual({ kind: 'path', path });
    }
  });

  it('refuses other words, naming those it knows', () => {
    expect(() => parseChoice('opnblas')).toThrow(ValueError);
    expect(() => parseChoice('opnblas')).toThrow(/'opnblas'.*openblas, mkl, blis, accelerate.*off/);
    expect(() => parseChoice('toString')).toThrow(ValueError);
  });

  it('knows files on every platform', () => {
    expect(candidateFiles('linux')[0]).toBe('libopenblas.so.0');
    expect(candidateFiles('linux', 'mkl').every((file) => file.includes('mkl'))).toBe(true);
    expect(candidateFiles('darwin')[0]).toMatch(/Accelerate$/);
    expect(candidateFiles('win32', 'openblas')).toContain('libopenblas.dll');
    expect(candidateFiles('linux', 'accelerate')).toEqual([]);
  });
});

describe('the search', () => {
  it('takes the first of the list that opens, with its threads set', () => {
    const found = search({ 'libblas.so.3': blas, 'libopenblas.so.0': openblas() });
    expect(found).toMatchObject({
      family: 'openblas',
      file: 'libopenblas.so.0',
      title: 'OpenBLAS 0.3.21 SkylakeX',
      threads: 2,
    });
    expect(search({ 'libopenblas.so.0': openblas() }, '', { threads: 64 }).threads).toBe(4);
  });

  it('passes over libraries without a C interface, and those it objects to', () => {
    const files = { 'libopenblas.so.0': {}, 'libcblas.so.3': blas, 'libblas.so.3': blas };
    expect(search(files)).toMatchObject({ family: undefined, file: 'libcblas.so.3', threads: undefined });
    const objection: Search['objection'] = ({ file }) =>
      file === 'libcblas.so.3' ? 'it is slow' : undefined;
    expect(search(files, '', { objection }).file).toBe('libblas.so.3');
    expect(() => search(files, '', { objection: () => 'it is slow' })).toThrow(/it is slow.*apt install/);
  });

  it('takes what is named without objection, and nothing else', () => {
    const files = { 'libopenblas.so.0': openblas(), '/opt/mine.so': blas };
    expect(search(files, '/opt/mine.so', { objection: () => 'it is slow' }).file).toBe('/opt/mine.so');
    expect(search(files, 'openblas', { objection: () => 'it is slow' }).family).toBe('openblas');
    expect(() => search(files, 'blis')).toThrow(/BLIS was not found \(tried libblis.*LEXIGRAD_BLAS/);
    expect(() => search(files, 'accelerate')).toThrow(
      /Accelerate was not found \(it is not known on linux\)/,
    );
  });

  it('says what is wrong with a file, what was tried, and what is forbidden', () => {
    expect(() => search({}, '/no/such.so')).toThrow(/from \/no\/such\.so: No such file/);
    expect(() => search({ '/empty.so': {} }, '/empty.so')).toThrow(/empty\.so.*no C interface.*cblas_sgemm/);
    expect(() => search({})).toThrow(/tried libopenblas\.so\.0, .*libblas\.so\.3.*apt install/);
    expect(() => search({}, '', { platform: 'win32' })).toThrow(/libopenblas\.dll/);
    expect(() => search({}, '', { platform: 'darwin' })).toThrow(/brew install/);
    expect(() => search({ 'libopenblas.so.0': openblas() }, 'off')).toThrow(/off/);
  });
});

describe('a library', () => {
  it('of Intel says its version', () => {
    const version =
      'Intel(R) oneAPI Math Kernel Library Version 2023.1-Product Build 20230303 for Intel(R) 64';
    const mkl = {
      ...blas,
      MKL_Get_Version_String: (buffer: number | Uint8Array) => {
        new TextEncoder().encodeInto(version, buffer as Uint8Array);
      },
      MKL_Set_Num_Threads: () => undefined,
      MKL_Get_Max_Threads: () => 2,
    };
    expect(bindBlas(library(mkl), 'f', 2)).toMatchObject({
      family: 'mkl',
      title: 'Intel MKL 2023.1',
      threads: 2,
    });
  });

  it('of BLIS, which has −1 threads until told, says its version', () => {
    const blis = {
      ...blas,
      bli_info_get_version_str: () => '0.9.0',
      bli_thread_set_num_threads: () => undefined,
      bli_thread_get_num_threads: () => -1,
    };
    expect(bindBlas(library(blis), 'f', 1)).toMatchObject({
      family: 'blis',
      title: 'BLIS 0.9.0',
      threads: 1,
    });
  });

  it('with 64-bit sizes is called with such', () => {
    const signatures: Record<string, string[]> = {};
    bindBlas(library(openblas(), signatures), 'f', 1);
    expect(signatures.cblas_sgemm!.filter((type) => type === 'int64_t')).toHaveLength(0);
    const wide = { ...openblas(), openblas_get_config: () => 'OpenBLAS 0.3.21 USE64BITINT' };
    bindBlas(library(wide, signatures), 'f', 1);
    expect(signatures.cblas_sgemm!.filter((type) => type === 'int64_t')).toHaveLength(6);
    expect(signatures.cblas_sgemm!.slice(0, 3)).toEqual(['int', 'int', 'int']);
  });
});

describe('without koffi', () => {
  it('says what to install, or what failed', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(loadForeign(() => Promise.reject(missing))).rejects.toThrow(/npm install koffi/);
    await expect(loadForeign(() => Promise.reject(new Error('wrong glibc')))).rejects.toThrow(/wrong glibc/);
  });
});

describe('the engine', () => {
  it('is refused in a sentence where it is forbidden or asked for badly', async () => {
    await expect(loadBlasEngine({ library: 'off' })).rejects.toThrow(ValueError);
    await expect(loadBlasEngine({ library: 'nonsense' })).rejects.toThrow(/names no BLAS library/);
    await expect(loadBlasEngine({ threads: 0 })).rejects.toThrow(/threads is 0/);
    await expect(loadBlasEngine({ library: '/no/such.so' })).rejects.toThrow(ValueError);
  });

  it('is lacking with a reason where a program does without, but not where it was named', async () => {
    expect(await findBlasEngine({ library: 'off' })).toEqual({ reason: expect.stringMatching(/off/) });
    await expect(findBlasEngine({ library: '/no/such.so' })).rejects.toThrow(ValueError);
  });
});
