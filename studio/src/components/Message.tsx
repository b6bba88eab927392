import type { ComponentChildren } from 'preact';

/** A sentence in place: what happened, and what to do. Errors are spoken at once by screen readers. */
export function Message(props: {
  readonly kind?: 'info' | 'warning' | 'error' | 'success';
  readonly children?: ComponentChildren;
}) {
  const { kind = 'info', children } = props;
  return (
    <div class={`message ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

/** What stands where there is nothing yet, with the thing to do about it. */
export function Empty({ children }: { readonly children?: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}

/** How far something is. @param value 0 … 1; left out where it is not known */
export function Progress({
  value,
  children,
}: {
  readonly value?: number;
  readonly children: ComponentChildren;
}) {
  return (
    <label class="progress">
      <span>{children}</span>
      <progress max={1} value={value} />
    </label>
  );
}

/** The sentence of an error, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
