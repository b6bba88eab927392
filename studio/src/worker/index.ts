/** Work beside the page: a typed worker with progress, cancelling and a clear end. */
export { type Job, TaskError, WorkerClient, WorkerEndedError } from './client.js';
export type { Task, TasksOf } from './protocol.js';
export { WorkerState } from './WorkerState.js';
