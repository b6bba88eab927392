/** Light or dark: what the system says, unless chosen. All colours are custom properties of styles/tokens.css. */
import { computed, effect, signal } from '@preact/signals';
import { address, replaceQuery } from '../state/address.js';
import { recall, remember } from '../state/memory.js';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const asTheme = (text: string | null | undefined) => themes.find((name) => name === text);
const darkSystem = globalThis.matchMedia?.('(prefers-color-scheme: dark)');
const systemIsDark = signal(darkSystem?.matches ?? false);
darkSystem?.addEventListener('change', ({ matches }) => {
  systemIsDark.value = matches;
});

const chosen = signal<Theme>(asTheme(recall('theme')) ?? 'system');
/** A link may ask for a theme (`theme=dark`); it is not remembered. */
export const theme = computed<Theme>(() => asTheme(address.value.query.get('theme')) ?? chosen.value);
export const isDark = computed(() =>
  theme.value === 'system' ? systemIsDark.value : theme.value === 'dark',
);

/** Switches the theme and remembers it in this browser. */
export function chooseTheme(next: Theme): void {
  chosen.value = next;
  remember('theme', next === 'system' ? undefined : next);
  replaceQuery((query) => query.delete('theme'));
}

effect(() => {
  if (typeof document !== 'undefined')
    document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light';
});
