/**
 * All workloads. One is
 *   name, title   for the command line and for people
 *   full, quick   settings: sizes and times of a measurement, and of a mere try
 *   cases         (settings) → what is measured: { id, unit, better: 'higher' | 'lower', chart?: false }
 *   prepare       (settings) writes files that all contestants read; optional
 *   contestants   { name, threads?, needs?, prepare?, run }: `run(settings)` gives a number for each case id it can do, in
 *                 a process of its own; `needs` names entries of harness/peers.mjs; `prepare` runs once, before the rounds
 * Modules of peers are imported only inside `run`, so that an absent one harms nobody else.
 */
import classify from './classify.mjs';
import gemm from './gemm.mjs';
import lmStep from './lm-step.mjs';
import memory from './memory.mjs';
import nextWord from './next-word.mjs';
import predict from './predict.mjs';
import startUp from './start-up.mjs';
import text from './text.mjs';
import trainClassifier from './train-classifier.mjs';
import xorStep from './xor-step.mjs';

export const workloads = [
  ...[gemm, lmStep, xorStep, trainClassifier, classify, nextWord],
  ...[predict, text, startUp, memory],
];
