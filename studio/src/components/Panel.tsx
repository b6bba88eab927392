import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** A card with a heading; `aside` stands at the right of the heading. */
export function Panel(props: {
  readonly title?: string;
  readonly aside?: ComponentChildren;
  readonly children?: ComponentChildren;
}) {
  const id = useId();
  const { title, aside, children } = props;
  return (
    <section class="panel" aria-labelledby={title === undefined ? undefined : id}>
      {title !== undefined && (
        <div class="panel-head">
          <h2 id={id}>{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

/** Name and value, line by line. */
export function Facts({ of }: { readonly of: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {of.map(([name, value]) => [<dt key={`${name}/name`}>{name}</dt>, <dd key={name}>{value}</dd>])}
    </dl>
  );
}
