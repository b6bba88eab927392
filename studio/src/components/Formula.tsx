import { useEffect, useState } from 'preact/hooks';

let katex: Promise<typeof import('katex')> | undefined;

/** KaTeX and its style sheet are fetched when the first formula is shown. */
function loadKatex(): Promise<typeof import('katex')> {
  katex ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(([module]) => module);
  return katex;
}

/** A formula in TeX. Until KaTeX is there, and where it cannot be had, the TeX itself is shown. */
export function Formula({ tex, display = false }: { readonly tex: string; readonly display?: boolean }) {
  const [html, setHtml] = useState<string>();
  useEffect(() => {
    let wanted = true;
    loadKatex()
      .then(({ default: { renderToString } }) => {
        if (wanted) setHtml(renderToString(tex, { displayMode: display, throwOnError: false }));
      })
      .catch(() => {});
    return () => {
      wanted = false;
    };
  }, [tex, display]);
  if (html === undefined) return <code class="formula">{tex}</code>;
  // KaTeX writes this HTML from TeX and escapes what it does not know; `trust` is off.
  return <span class="formula" dangerouslySetInnerHTML={{ __html: html }} />;
}
