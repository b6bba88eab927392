/**
 * The kernels of the wasm engine, in AssemblyScript: what the host can call.
 *
 * Everything works on the imported memory, whose layout belongs to the host: no allocation happens here and no static
 * data exists, so several instances (one a thread) can share one memory.
 */
export { run } from './dispatch.generated';
export { scratchBytes, setScratch, setThread } from './slices';
