/** Files on disk: the part of the library that needs Node. */
export { type ColumnarFile, openColumnar } from './columnar.js';
export { readExamples, readNumericRows } from './examples.js';
export { readModelFile, writeModelFile } from './model-file.js';
export { openText, readBytes } from './open.js';
export { type TemporaryStore, temporaryStore } from './runs.js';
export { type DetectedTask, detectTask, readLines, type Task } from './task.js';
export { EventFile } from './tensorboard.js';
export { readWordVectors, writeWordVectors } from './word-vectors.js';
export { type FileContent, writeFileAtomic } from './write.js';
