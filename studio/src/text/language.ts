/** The language of the page: English or Chinese. */
import { computed, effect, signal } from '@preact/signals';
import { address, replaceQuery } from '../state/address.js';
import { recall, remember } from '../state/memory.js';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

const chosen = signal<Language | undefined>(asLanguage(recall('language')));

/** What is read in the address wins over what was chosen before, and that over what the browser asks for. */
export const language = computed<Language>(
  () => asLanguage(address.value.query.get('lang')) ?? chosen.value ?? preferred(),
);

/** Switches the language, remembers it in this browser, and writes it into the address. */
export function chooseLanguage(next: Language): void {
  chosen.value = next;
  remember('language', next);
  replaceQuery((query) => query.set('lang', next));
}

effect(() => {
  if (typeof document !== 'undefined')
    document.documentElement.lang = language.value === 'zh' ? 'zh-Hans' : 'en';
});

function asLanguage(text: string | null | undefined): Language | undefined {
  return languages.find((name) => name === text);
}

function preferred(): Language {
  const asked = globalThis.navigator?.languages ?? [];
  return asLanguage(asked.map((tag) => tag.slice(0, 2)).find((tag) => asLanguage(tag))) ?? 'en';
}
