import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { dictionary } from '../text/dictionary.js';
import { count } from '../text/format.js';
import { Button } from './Button.js';
import { Message, messageOf } from './Message.js';

const t = dictionary(
  {
    choose: 'Choose a file',
    orDrop: 'or drop one here.',
    paste: 'Paste text',
    use: 'Use this text',
    pasted: 'pasted text',
    reading: 'Reading …',
    tooLarge: (name: string, size: string, limit: string) =>
      `${name} has ${size} MB; here ${limit} MB are the most. Train on large files with the command line.`,
    oneFile: 'Drop one file at a time.',
  },
  {
    choose: '选择文件',
    orDrop: '或把文件拖到这里。',
    paste: '粘贴文本',
    use: '使用这段文本',
    pasted: '粘贴的文本',
    reading: '正在读取……',
    tooLarge: (name, size, limit) => `${name} 有 ${size} MB，这里最多 ${limit} MB。大文件请用命令行训练。`,
    oneFile: '一次只能拖入一个文件。',
  },
);

/** What was dropped, chosen or pasted. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface FileDropProps {
  /** What to give, in a few words. */
  readonly label: string;
  /** As the `accept` of file inputs: `.csv,.tsv`. */
  readonly accept?: string;
  /** Whether text may be pasted too (default true). */
  readonly paste?: boolean;
  readonly largestMegabytes?: number;
  /** Whether several files may be given at once; they are taken one after the other (default false). */
  readonly multiple?: boolean;
  /** Takes the file; what it throws is shown in place, and nothing else is lost. */
  readonly onFile: (file: GivenFile) => void | Promise<void>;
  readonly children?: ComponentChildren;
}

/** A place for files: drop, choose or paste. What goes wrong is said right here. */
export function FileDrop(props: FileDropProps) {
  const { label, accept, paste = true, largestMegabytes = 100, multiple = false, onFile, children } = props;
  const id = useId();
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [text, setText] = useState<string>();

  /** @returns whether the file was taken */
  const take = async (
    name: string,
    size: number,
    read: () => Promise<Uint8Array<ArrayBuffer>>,
  ): Promise<boolean> => {
    setFailure(undefined);
    if (size > largestMegabytes * 1e6) {
      setFailure(t().tooLarge(name, count(size / 1e6), count(largestMegabytes)));
      return false;
    }
    setBusy(true);
    try {
      await onFile({ name, bytes: await read() });
      setText(undefined);
      return true;
    } catch (error) {
      setFailure(messageOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  const takeAll = async (files: readonly File[]) => {
    for (const file of files) {
      const sound = await take(file.name, file.size, async () => new Uint8Array(await file.arrayBuffer()));
      if (!sound) break;
    }
  };
  const takeFiles = (files: FileList | null | undefined) => {
    if (files === null || files === undefined || files.length === 0) return;
    if (files.length > 1 && !multiple) setFailure(t().oneFile);
    else void takeAll([...files]);
  };
  const takeText = () => {
    const bytes = new TextEncoder().encode(text ?? '');
    void take(t().pasted, bytes.length, async () => bytes);
  };

  return (
    <section
      class={over ? 'drop over' : 'drop'}
      aria-label={label}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        takeFiles(event.dataTransfer?.files);
      }}
    >
      <span>{label}</span>
      <div class="row">
        <label class="button" for={id}>
          {t().choose}
        </label>
        <input
          id={id}
          class="hidden-text"
          type="file"
          accept={accept}
          multiple={multiple}
          onChange={({ currentTarget }) => {
            takeFiles(currentTarget.files);
            // The same file may be chosen again after it was mended.
            currentTarget.value = '';
          }}
        />
        <span class="muted small">{t().orDrop}</span>
        {paste && text === undefined && (
          <Button kind="quiet" onClick={() => setText('')}>
            {t().paste}
          </Button>
        )}
        {children}
      </div>
      {text !== undefined && (
        <>
          <textarea
            class="input"
            rows={5}
            aria-label={t().paste}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          <div class="row">
            <Button kind="primary" disabled={text.trim() === '' || busy} onClick={takeText}>
              {t().use}
            </Button>
          </div>
        </>
      )}
      {busy && <span class="muted small">{t().reading}</span>}
      {failure !== undefined && <Message kind="error">{failure}</Message>}
    </section>
  );
}
