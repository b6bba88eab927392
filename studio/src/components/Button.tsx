import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` for the one thing that a panel is for, `quiet` for what stands aside. */
  readonly kind?: 'primary' | 'plain' | 'quiet';
  readonly children?: ComponentChildren;
}

export function Button({ kind = 'plain', children, ...rest }: ButtonProps) {
  return (
    <button type="button" class={`button ${kind}`} {...rest}>
      {children}
    </button>
  );
}

const shapes = {
  play: 'M5 3v18l16-9z',
  pause: 'M5 3h5v18H5zM14 3h5v18h-5z',
  step: 'M4 3v18l11-9zM17 3h3v18h-3z',
  reset: 'M12 5V1L6 6.5 12 12V8a5.5 5.5 0 1 1-5.5 5.5h-3A8.5 8.5 0 1 0 12 5z',
} as const;

export function Icon({ name }: { readonly name: keyof typeof shapes }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}
