/**
 * The kernels of the wasm engine, in AssemblyScript: what the host can call.
 *
 * Everything works on the imported memory, whose layout belongs to the host from `staticEnd()` on. Nothing
 * is allocated here, and the static data below are constants alone, so several instances (one a thread) can
 * share one memory.
 */
export { run } from './dispatch.generated';
export { runShare } from './share';
export { commonBytes, scratchBytes, setScratch, setSharing, setThread, staticEnd } from './slices';
