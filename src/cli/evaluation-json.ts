/** The evaluation report of a classifier as one flat object: the measures first, then all that goes with them. */
import type { EvaluationReport } from '../report/evaluation.js';

export function evaluationJson(report: EvaluationReport): Record<string, unknown> {
  const { measures, intervals, level, reliability, mistakes, labelWords, model } = report;
  const { temperature, bins, before } = reliability;
  return {
    model,
    ...measures,
    intervals: { level, ...intervals },
    calibration: { temperature, bins, ...(before === undefined ? {} : { before }) },
    ...(report.kind === 'single-label' ? { coverage: report.coverage, abstaining: report.abstaining } : {}),
    mistakes: mistakes.map(({ explanation: _, ...mistake }) => mistake),
    words: labelWords,
  };
}
