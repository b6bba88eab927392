import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { dictionary } from '../text/dictionary.js';
import { Button } from './Button.js';
import { Message, messageOf } from './Message.js';
import { toPng, toSvg } from './picture.js';
import { saveBlob, saveText } from './save.js';

const t = dictionary(
  { svg: (title: string) => `Save “${title}” as SVG`, png: (title: string) => `Save “${title}” as PNG` },
  { svg: (title) => `将“${title}”保存为 SVG`, png: (title) => `将“${title}”保存为 PNG` },
);

/** A drawing (any SVGs and canvases) with a title, a caption, and buttons that save it. */
export function Figure(props: {
  readonly title: string;
  /** Without an ending. */
  readonly fileName: string;
  readonly caption?: ComponentChildren;
  readonly children?: ComponentChildren;
}) {
  const { title, fileName, caption, children } = props;
  const body = useRef<HTMLDivElement>(null);
  const [failure, setFailure] = useState<string>();
  const save = async (how: (element: Element) => void | Promise<void>) => {
    setFailure(undefined);
    try {
      await how(body.current!);
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  return (
    <figure class="figure">
      <div class="figure-head">
        <span class="figure-title">{title}</span>
        <span class="figure-save">
          <Button
            kind="quiet"
            aria-label={t().svg(title)}
            onClick={() =>
              save((element) => saveText(`${fileName}.svg`, toSvg(element).text, 'image/svg+xml'))
            }
          >
            SVG
          </Button>
          <Button
            kind="quiet"
            aria-label={t().png(title)}
            onClick={() => save(async (element) => saveBlob(`${fileName}.png`, await toPng(element)))}
          >
            PNG
          </Button>
        </span>
      </div>
      <div class="figure-body" ref={body}>
        {children}
      </div>
      {failure !== undefined && <Message kind="error">{failure}</Message>}
      {caption !== undefined && <figcaption>{caption}</figcaption>}
    </figure>
  );
}
