export { type AveragingOptions, WeightAverage } from './averaging.js';
export { Optimizer, type OptimizerKind, type OptimizerOptions } from './optimizer.js';
export { isPlateau, type PlateauSchedule, plateau } from './plateau.js';
export * from './schedules.js';
