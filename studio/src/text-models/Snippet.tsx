/** A few lines of code, to be copied. */
import './snippet.css';
import { useState } from 'preact/hooks';
import { Button } from '../components/index.js';
import { t } from './text.js';

export function Snippet({ title, code }: { readonly title: string; readonly code: string }) {
  const [copied, setCopied] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      setCopied(code);
    } catch {
      // Not every browser lets a page write there; the text can be marked and copied by hand.
    }
  };
  return (
    <div class="table-block">
      <div class="table-head">
        <span class="figure-title">{title}</span>
        <Button kind="quiet" aria-label={`${t().copy}: ${title}`} onClick={copy}>
          {copied === code ? t().copied : t().copy}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="snippet" tabIndex={0} aria-label={title}>
        <pre>
          <code>{code}</code>
        </pre>
      </section>
    </div>
  );
}
