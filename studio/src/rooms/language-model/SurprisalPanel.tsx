/** How much each word of a text surprises the model. */
import { DataTable, Facts, Figure, Message, Panel, TextField } from '../../components/index.js';
import { fixed } from '../../text/format.js';
import { HeatStrip } from './HeatStrip.js';
import { holder, scored } from './model.js';
import { LONGEST_TEXT, state } from './state.js';
import { t } from './text.js';

export function SurprisalPanel() {
  if (holder.model.value === undefined) return null;
  const answer = scored.answer.value;
  return (
    <Panel title={t().surprisal}>
      <TextField
        label={t().surprisalText}
        rows={3}
        value={state.s.value}
        onChange={(text) => {
          state.s.value = text.slice(0, LONGEST_TEXT);
        }}
      />
      {scored.failure.value !== undefined && <Message kind="error">{scored.failure.value}</Message>}
      {answer !== undefined && (
        <>
          <Figure title={t().strip} fileName="lexigrad-surprisal" caption={t().stripCaption}>
            <HeatStrip tokens={answer.tokens} />
          </Figure>
          <Facts
            of={[
              [t().perplexityOf, fixed(answer.perplexity)],
              ...(answer.counted === undefined
                ? []
                : [[t().perplexityCounts, fixed(answer.counted)] as const]),
            ]}
          />
          <details>
            <summary>{t().table}</summary>
            <DataTable
              title={t().table}
              fileName="lexigrad-surprisal"
              rows={answer.tokens}
              columns={[
                { title: t().line, value: ({ line }) => line + 1, number: true },
                { title: t().token, value: ({ token }) => token },
                {
                  title: t().bitsColumn,
                  value: ({ surprisal }) => surprisal,
                  show: ({ surprisal }) => fixed(surprisal),
                  number: true,
                },
                {
                  title: t().countsColumn,
                  value: ({ counted }) => counted,
                  show: ({ counted }) => (counted === undefined ? '' : fixed(counted)),
                  number: true,
                },
              ]}
            />
          </details>
        </>
      )}
    </Panel>
  );
}
