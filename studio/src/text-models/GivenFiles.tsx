/** Buttons for the files that were named on the command line and that a room can open. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Button, type GivenFile, Message, messageOf } from '../components/index.js';
import { fetchListed, listedFiles, listFiles } from '../samples/given.js';
import { t } from './text.js';

const failure = signal<string | undefined>(undefined);

export function GivenFiles(props: {
  /** Which of them, by name. */
  readonly wanted: RegExp;
  readonly onFile: (file: GivenFile) => Promise<void>;
}) {
  const { wanted, onFile } = props;
  useEffect(() => void listFiles(), []);
  const files = listedFiles.value.filter(({ name }) => wanted.test(name));
  if (files.length === 0) return null;
  const open = async (file: (typeof files)[number]) => {
    failure.value = undefined;
    try {
      await onFile(await fetchListed(file));
    } catch (error) {
      failure.value = messageOf(error);
    }
  };
  return (
    <>
      <div class="row small">
        <span class="muted">{t().given}</span>
        {files.slice(0, 12).map((file) => (
          <Button key={file.url} onClick={() => open(file)}>
            {file.name}
          </Button>
        ))}
      </div>
      {failure.value !== undefined && <Message kind="error">{failure.value}</Message>}
    </>
  );
}
