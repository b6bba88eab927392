import { Button } from '../../components/index.js';
import { setText } from './model.js';
import { state } from './state.js';
import { t } from './text.js';

/** A text of a list, which a click brings into the panel where texts are tried. */
export function TryButton({ text }: { readonly text: string }) {
  return (
    <span class="tryable">
      <span>{text}</span>
      <Button
        kind="quiet"
        aria-label={`${t().tryThis}: ${text.slice(0, 60)}`}
        onClick={() => {
          setText(text.slice(0, 2000));
          state.label.value = '';
        }}
      >
        {t().tryThis}
      </Button>
    </span>
  );
}
