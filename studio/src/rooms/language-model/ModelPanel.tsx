/** The model that is looked at: what it is, out to a file, in from one. */
import { Button, Empty, Facts, FileDrop, Message, Panel } from '../../components/index.js';
import { count } from '../../text/format.js';
import { GivenFiles } from '../../text-models/GivenFiles.js';
import { holder, modelFailure, openModel, saveModel } from './model.js';
import { t } from './text.js';

const LARGEST_MEGABYTES = 500;

export function ModelPanel() {
  const model = holder.model.value;
  return (
    <Panel
      title={t().model}
      aside={
        model !== undefined && (
          <Button kind="primary" onClick={saveModel}>
            {t().save}
          </Button>
        )
      }
    >
      {model === undefined ? (
        <Empty>{t().noModel}</Empty>
      ) : (
        <Facts
          of={[
            [t().file, model.file.name],
            [
              t().network,
              t().networkOf(
                model.facts.order,
                model.facts.dimension,
                model.facts.hidden.join(', ') || t().none,
              ),
            ],
            [t().vocabulary, count(model.facts.vocabulary)],
            [t().parameters, count(model.facts.parameters)],
            [t().size, `${count(model.facts.bytes / 1000)} kB`],
            [t().hash, model.facts.hash.slice(0, 16)],
          ]}
        />
      )}
      {modelFailure.value !== undefined && <Message kind="error">{modelFailure.value}</Message>}
      <FileDrop
        label={t().modelDrop}
        accept=".lexigrad"
        paste={false}
        largestMegabytes={LARGEST_MEGABYTES}
        onFile={openModel}
      />
      <GivenFiles wanted={/\.lexigrad$/i} onFile={openModel} />
    </Panel>
  );
}
