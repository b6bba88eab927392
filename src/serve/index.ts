/** The HTTP service. Web-standard: it needs `fetch`'s Request and Response, and nothing of Node. */
export type { RequestReport } from './exchange.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export type { Gauge, Metrics } from './metrics.js';
export { type FieldProblem, Problem } from './problem.js';
export type { Reload, Reloaded } from './reload.js';
export type { Operation, ServableModel, ServedModel } from './served-model.js';
export { createService, type Service, type ServiceOptions } from './service.js';
export type { Shelf } from './shelf.js';
