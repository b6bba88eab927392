export {
  checkGradients,
  type GradientCheck,
  type GradientCheckOptions,
  type GradientComparison,
} from './check-gradients.js';
export type { ProgramSpec } from './compile.js';
export { describeProgram, KernelProfile, type StepReport } from './describe.js';
export { evaluate } from './evaluate.js';
export type { Feeds } from './feeds.js';
export { Program, type RunOptions } from './program.js';
export {
  type Trace,
  type TracedEdge,
  type TracedNode,
  type TracedValue,
  type TraceOptions,
  trace,
} from './trace.js';
export { isRowSparse, type ParameterUpdate } from './update.js';
export { Workspace } from './workspace.js';
