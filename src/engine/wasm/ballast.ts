/**
 * As heavy as a shared memory (or `times` as heavy), and kept beside it. Runtimes do not count shared memories when they decide whether to
 * collect garbage, so dropped machines would pile up; they count this. It is never touched, so it takes address space
 * alone.
 */
export function ballastFor(memory: WebAssembly.Memory, times = 1): ArrayBuffer | undefined {
  const buffer = memory.buffer as ArrayBufferLike;
  if (buffer instanceof ArrayBuffer) return undefined;
  try {
    return new ArrayBuffer(times * buffer.byteLength);
  } catch {
    return undefined;
  }
}
