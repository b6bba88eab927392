/** Reports as plain data and as pages: evaluation of a classifier, audit of labelled data, explanation of a prediction. */
export {
  type AuditOptions,
  type AuditReport,
  auditExamples,
  type DuplicateGroup,
  type LabelCount,
  type Leak,
} from './audit.js';
export {
  type EvaluationOptions,
  type EvaluationReport,
  evaluateClassifier,
  type MultiLabelEvaluation,
  type ReliabilityReport,
  type ReportedMistake,
  type SingleLabelEvaluation,
} from './evaluation.js';
export { auditFindings, type Finding } from './findings.js';
export { auditPage } from './html/audit-page.js';
export { evaluationPage } from './html/evaluation-page.js';
export { explanationPage } from './html/explanation-page.js';
export {
  findLabelErrors,
  type LabelErrorOptions,
  type LabelErrorReport,
  type LabelSuspect,
} from './label-errors.js';
export { type LabelWord, type LabelWords, labelWords } from './label-words.js';
export { type Mistake, measureClassifier, type PlacedExample } from './measure.js';
export { findNearDuplicates, type NearDuplicateOptions } from './near-duplicates.js';
