/** A file that is open, or a place for one. */
import { Button, Facts, FileDrop, Message, Panel, Progress } from '../../components/index.js';
import { count, short } from '../../text/format.js';
import { GivenFiles } from '../../text-models/GivenFiles.js';
import { WorkerState } from '../../worker/index.js';
import {
  busy,
  client,
  closeModel,
  compare,
  failure,
  modelA,
  modelB,
  openExample,
  openModel,
  report,
} from './state.js';
import type { Inspected, Slot } from './tasks.js';
import { t } from './text.js';

const LARGEST_MEGABYTES = 500;
const READABLE = /\.(lexigrad|safetensors|onnx)$/i;

export function FilePanel({ slot }: { readonly slot: Slot }) {
  const model = slot === 'a' ? modelA.value : modelB.value;
  const isFirst = slot === 'a';
  return (
    <Panel
      title={isFirst ? t().model : t().second}
      aside={
        model !== undefined && (
          <Button kind="quiet" aria-label={`${t().close}: ${model.file}`} onClick={() => closeModel(slot)}>
            {t().close}
          </Button>
        )
      }
    >
      {model !== undefined && <ModelFacts model={model} />}
      <FileDrop
        label={isFirst ? t().drop : t().dropSecond}
        accept=".lexigrad,.safetensors,.onnx"
        paste={false}
        largestMegabytes={LARGEST_MEGABYTES}
        onFile={(file) => openModel(slot, file)}
      />
      <GivenFiles wanted={READABLE} onFile={(file) => openModel(slot, file, file.name)} />
      {isFirst && (
        <>
          {busy.value ? (
            <Progress>{t().training}</Progress>
          ) : (
            <div class="row">
              <Button
                kind={model === undefined ? 'primary' : 'quiet'}
                title={t().exampleTitle}
                onClick={openExample}
              >
                {t().example}
              </Button>
            </div>
          )}
          {failure.value !== undefined && <Message kind="error">{failure.value}</Message>}
          <WorkerState client={client} onRestart={() => compare().catch(report)} />
        </>
      )}
    </Panel>
  );
}

function ModelFacts({ model }: { readonly model: Inspected }) {
  const parameters = model.tensors.reduce((sum, { count }) => sum + count, 0);
  return (
    <Facts
      of={[
        [t().file, model.file],
        [t().format, model.format],
        ...(model.kind === undefined ? [] : ([[t().kind, model.kind]] as const)),
        ...Object.entries(model.facts).map(([name, value]) => [spaced(name), String(value)] as const),
        [t().size, `${short(model.bytes / 1000)} kB`],
        [t().tensors, count(model.tensors.length)],
        [t().parameters, count(parameters)],
      ]}
    />
  );
}

/** `savedBy` → `saved by` */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
