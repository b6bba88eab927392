/** How good the model is: measures, confusion matrix, each label, and what it is surely wrong about. */
import { DataTable, Facts, Message, Panel } from '../../components/index.js';
import { count, fixed, percent, short } from '../../text/format.js';
import { ConfusionMatrix } from './ConfusionMatrix.js';
import { holder, judged, origin } from './model.js';
import { TryButton } from './TryButton.js';
import type { Evaluation } from './tasks.js';
import { t } from './text.js';

export function ReportPanel() {
  if (holder.model.value === undefined) return null;
  const answer = judged.answer.value;
  const nothingHeldOut = origin.value !== undefined && origin.value.heldOut === undefined;
  return (
    <Panel title={t().report}>
      {judged.failure.value !== undefined && <Message kind="error">{judged.failure.value}</Message>}
      {answer === undefined ? (
        <p class="muted small">{nothingHeldOut ? t().noHeldOut : t().noReport}</p>
      ) : (
        <>
          <p class="muted small">
            {(answer.heldOut ? t().onHeldOut : t().onAll)(count(answer.evaluation.examples), answer.file)}
          </p>
          <Report evaluation={answer.evaluation} />
        </>
      )}
    </Panel>
  );
}

function Report({ evaluation }: { readonly evaluation: Evaluation }) {
  const { accuracy, macroF1, logLoss, calibrationError, confusion } = evaluation;
  return (
    <>
      <Facts
        of={[
          [confusion === undefined ? t().exact : t().accuracy, percent(accuracy)],
          [t().macroF1, percent(macroF1)],
          [t().logLoss, short(logLoss)],
          [t().calibration, percent(calibrationError)],
        ]}
      />
      {confusion !== undefined && <ConfusionMatrix evaluation={evaluation} confusion={confusion} />}
      <DataTable
        title={t().perClass}
        fileName="lexigrad-labels-report"
        rows={evaluation.classes}
        columns={[
          { title: t().label, value: ({ label }) => label },
          {
            title: t().precision,
            value: (row) => row.precision,
            show: (row) => percent(row.precision),
            number: true,
          },
          { title: t().recall, value: (row) => row.recall, show: (row) => percent(row.recall), number: true },
          { title: t().f1, value: (row) => row.f1, show: (row) => percent(row.f1), number: true },
          { title: t().support, value: (row) => row.support, number: true },
        ]}
      />
      <Mistakes evaluation={evaluation} />
    </>
  );
}

function Mistakes({ evaluation: { mistakes } }: { readonly evaluation: Evaluation }) {
  return (
    <DataTable
      title={t().mistakes}
      fileName="lexigrad-mistakes"
      rows={mistakes}
      columns={[
        {
          title: t().confidence,
          value: (row) => row.confidence,
          show: (row) => fixed(row.confidence),
          number: true,
        },
        { title: t().text, value: ({ text }) => text, show: ({ text }) => <TryButton text={text} /> },
        { title: t().truth, value: ({ truth }) => truth.join(', ') },
        { title: t().predicted, value: ({ predicted }) => predicted.join(', ') },
        { title: t().line, value: ({ line }) => line, number: true },
      ]}
    />
  );
}
