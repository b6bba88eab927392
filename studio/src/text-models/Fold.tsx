/** Shown as it is where there is room; on narrow screens folded, so that what it is about stays near. */
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

/** As in components.css, where the columns become one. */
const wide = globalThis.matchMedia?.('(min-width: 1001px)');
const isWide = signal(wide?.matches ?? true);
wide?.addEventListener('change', ({ matches }) => {
  isWide.value = matches;
});

export function Fold(props: { readonly title: string; readonly children?: ComponentChildren }) {
  if (isWide.value) return <>{props.children}</>;
  return (
    <details>
      <summary>{props.title}</summary>
      <div class="stack more">{props.children}</div>
    </details>
  );
}
