/** Where the vectors come from. */
import { Button, Facts, FileDrop, Message, Panel, Progress } from '../../components/index.js';
import { count } from '../../text/format.js';
import { GivenFiles } from '../../text-models/GivenFiles.js';
import { WorkerState } from '../../worker/index.js';
import { exampleProgress, openExample, openFailure, openFile } from './opening.js';
import { client, facts, holder } from './state.js';
import { t } from './text.js';

const LARGEST_MEGABYTES = 800;
const READABLE = /\.(lexigrad|vec|txt|bin|gz|glove|w2v)$/i;

export function SourcePanel() {
  const found = facts.value;
  return (
    <Panel title={t().vectors}>
      {found !== undefined && (
        <Facts
          of={[
            [t().file, holder.model.value!.file.name],
            [t().from, t()[`source_${found.source}`]],
            [t().words, count(found.words.length)],
            [t().numbers, count(found.dimension)],
          ]}
        />
      )}
      {found !== undefined && found.problemCount > 0 && (
        <Message kind="warning">{t().problems(count(found.problemCount), found.problems[0]!)}</Message>
      )}
      <FileDrop
        label={t().drop}
        paste={false}
        largestMegabytes={LARGEST_MEGABYTES}
        onFile={(file) => openFile(file)}
      />
      <GivenFiles wanted={READABLE} onFile={(file) => openFile(file, file.name)} />
      <Example />
      {openFailure.value !== undefined && <Message kind="error">{openFailure.value}</Message>}
      <WorkerState client={client} />
    </Panel>
  );
}

/** What there is for those who have no file. */
export function Example() {
  const progress = exampleProgress.value;
  if (progress !== undefined) {
    const { done, total } = progress;
    return <Progress value={total === 0 ? undefined : done / total}>{t().training(done, total)}</Progress>;
  }
  return (
    <div class="row">
      <Button
        kind={facts.value === undefined ? 'primary' : 'quiet'}
        title={t().exampleTitle}
        onClick={openExample}
      >
        {t().example}
      </Button>
    </div>
  );
}
