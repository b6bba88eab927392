/** The text to train on. */
import { Facts, FileDrop, type GivenFile, Message, Panel, Segments } from '../../components/index.js';
import { count } from '../../text/format.js';
import { GivenFiles } from '../../text-models/GivenFiles.js';
import { opened, openModel, openSample, openText, textFailure } from './model.js';
import { type SampleName, state } from './state.js';
import { t } from './text.js';

const LARGEST_MEGABYTES = 50;

/** Whoever drops a model here means it as one. */
async function open(file: GivenFile): Promise<void> {
  if (/\.lexigrad$/i.test(file.name)) await openModel(file);
  else await openText(file);
}

export function TextPanel() {
  const text = opened.value;
  const isSample = text !== undefined && text.source.kind !== 'lines';
  return (
    <Panel title={t().text}>
      <Segments<SampleName | 'own'>
        label={t().sampleLabel}
        value={isSample ? state.sample.value : 'own'}
        onChange={(name) => name !== 'own' && openSample(name)}
        options={[
          ['stories', t().stories],
          ['messages', t().messages],
        ]}
      />
      {isSample && (
        <p class="muted small">{text.source.kind === 'stories' ? t().storiesAbout : t().messagesAbout}</p>
      )}
      <FileDrop
        label={t().textDrop}
        accept=".txt,.text,.md,.lexigrad"
        largestMegabytes={LARGEST_MEGABYTES}
        onFile={open}
      />
      <GivenFiles wanted={/\.(txt|text|md)$/i} onFile={openText} />
      {textFailure.value !== undefined && <Message kind="error">{textFailure.value}</Message>}
      {text !== undefined && (
        <>
          <Facts
            of={[
              [t().file, text.source.name],
              [t().lines, count(text.summary.lines)],
              [t().heldOut, t().everyTwentieth(count(text.summary.heldOut))],
              [t().characters, count(text.summary.characters)],
            ]}
          />
          {text.summary.heldOut === 0 && <Message kind="warning">{t().nothingHeldOut}</Message>}
          <details>
            <summary>{t().firstLines}</summary>
            <ol class="first-lines small muted">
              {text.summary.first.map((line, i) => (
                <li key={i}>{line}</li>
              ))}
            </ol>
          </details>
        </>
      )}
    </Panel>
  );
}
