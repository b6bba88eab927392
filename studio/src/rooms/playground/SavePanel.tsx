/** The network as files. */
import { useState } from 'preact/hooks';
import { Button, Message, messageOf, Panel, saveBytes, saveText } from '../../components/index.js';
import type { Exported } from './exports.js';
import { state } from './state.js';
import { t } from './text.js';
import { frame, settings } from './training.js';

const NAME = 'playground';
/** What writes files is fetched when the first is asked for. */
const writers = async () => ({ ...(await import('./exports.js')), ...(await import('./code.js')) });

export function SavePanel() {
  const [failure, setFailure] = useState<string>();
  const [code, setCode] = useState<string>();
  const exported = (): Exported | undefined => {
    const now = frame.peek();
    // Own points may have come in units of their own.
    const scale = state.data.peek() === 'own' ? state.scale.peek() : [0, 0, 1, 1];
    return now && { settings: settings.peek(), scale, frame: now };
  };
  const save = async (
    how: (write: Awaited<ReturnType<typeof writers>>, network: Exported) => void | Promise<void>,
  ) => {
    setFailure(undefined);
    try {
      const network = exported();
      if (network !== undefined) await how(await writers(), network);
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  const none = frame.value === undefined;
  return (
    <Panel title={t().save}>
      <p class="muted small">{none ? t().saving : t().saveAbout}</p>
      <div class="row">
        <Button
          disabled={none}
          onClick={() =>
            save(({ toCode }, network) => saveText(`${NAME}.ts`, toCode(network), 'text/typescript'))
          }
        >
          {t().code}
        </Button>
        <Button
          disabled={none}
          onClick={() =>
            save(({ toJson }, network) => saveText(`${NAME}.json`, toJson(network), 'application/json'))
          }
        >
          {t().json}
        </Button>
        <Button
          disabled={none}
          onClick={() =>
            save(async ({ toOnnx }, network) => saveBytes(`${NAME}.onnx`, await toOnnx(network)))
          }
        >
          {t().onnx}
        </Button>
        <Button
          disabled={none}
          onClick={() =>
            save(({ toSafetensors }, network) => saveBytes(`${NAME}.safetensors`, toSafetensors(network)))
          }
        >
          {t().safetensors}
        </Button>
      </div>
      {failure !== undefined && <Message kind="error">{failure}</Message>}
      <details
        onToggle={({ currentTarget: { open } }) =>
          save(({ toCode }, network) => setCode(open ? toCode(network) : undefined))
        }
      >
        <summary>{t().preview}</summary>
        {code !== undefined && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          <pre class="play-code" tabIndex={0}>
            <code>{code}</code>
          </pre>
        )}
      </details>
    </Panel>
  );
}
