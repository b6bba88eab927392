/** The frame of all pages: one file, nothing loaded from anywhere, light and dark. */
import { VERSION } from '../../base/version.js';
import { type Content, html, type Markup, trusted } from './markup.js';
import { STYLE } from './style.js';

/**
 * The only script: a switch between light and dark, which `#light` and `#dark` at the end of the address set too. Without
 * scripts the page follows the system and lacks nothing else.
 */
export const SCRIPT = `
const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
const choose = (theme) => { root.dataset.theme = theme; };
const fromAddress = () => { if (/^#(light|dark)$/.test(location.hash)) choose(location.hash.slice(1)); };
fromAddress();
addEventListener('hashchange', fromAddress);
addEventListener('DOMContentLoaded', () => {
  const button = document.querySelector('button');
  button.hidden = false;
  button.addEventListener('click', () => {
    const now = root.dataset.theme ?? (dark.matches ? 'dark' : 'light');
    choose(now === 'dark' ? 'light' : 'dark');
  });
});
`;

/** SHA-256 of the script: the page allows no other to run, wherever it might come from. */
export const SCRIPT_HASH = 'sha256-gEo4e8aiQJgt4ApQZArlec0G1LS8gVdGIqyw506do+E=';

/** @param title of the page and its heading. @param subtitle one line below. @param body sections */
export function page(title: string, subtitle: Content, body: Content): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src '${SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
<script>${trusted(SCRIPT)}</script>
</head>
<body>
<main>
<header><div><h1>${title}</h1><p class="soft">${subtitle}</p></div><button type="button" hidden>light / dark</button></header>
${body}
<footer>Made by Lexigrad ${VERSION}. This page is one file and loads nothing.</footer>
</main>
</body>
</html>
`.source;
}

export function section(title: Content, explanation: Content, content: Content): Markup {
  return html`<section><h2>${title}</h2>${explanation !== undefined && html`<p class="soft">${explanation}</p>`}${content}</section>
`;
}

export function tile(value: Content, name: Content, detail?: Content): Markup {
  return html`<div class="tile"><span>${name}</span><b>${value}</b>${detail !== undefined && html`<span>${detail}</span>`}</div>`;
}

/** A style that hands a share to the style sheet as `--v`, 0 … 1. */
export function shareStyle(value: number): string {
  return `--v:${Math.min(1, Math.max(0, value)).toFixed(3)}`;
}

/** A bar on a track. */
export function meter(value: number): Markup {
  return html`<span class="meter"><i style="${shareStyle(value)}"></i></span>`;
}
