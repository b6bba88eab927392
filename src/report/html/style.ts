/** The style sheet of all pages. One set of colours for light, one for dark; everything else refers to them by name. */

const LIGHT = `
  color-scheme: light;
  --paper: #fbfaf8; --card: #ffffff; --ink: #1d2129; --soft: #5d6470; --line: #e3e1dc; --track: #efede8;
  --accent: #2f5fd0; --accent-soft: #dbe5fb; --for: #1a7f6b; --against: #c2512b; --warn: #9a6700;`;

const DARK = `
  color-scheme: dark;
  --paper: #14161a; --card: #1c1f25; --ink: #e8e6e1; --soft: #a0a6b1; --line: #31353d; --track: #2a2e36;
  --accent: #8fb0ff; --accent-soft: #24345c; --for: #4fc3a5; --against: #f08a62; --warn: #e0b252;`;

export const STYLE = `
:root {${LIGHT}
}
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) {${DARK}
} }
:root[data-theme="dark"] {${DARK}
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", "PingFang SC",
    "Microsoft YaHei", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 64px; }
header { display: flex; gap: 16px; align-items: flex-start; justify-content: space-between; margin-bottom: 20px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 4px; letter-spacing: -.005em; }
h3 { font-size: 1rem; margin: 0 0 8px; overflow-wrap: anywhere; }
p { margin: 0 0 10px; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
header p { margin: 4px 0 0; }
button {
  font: inherit; font-size: .875rem; color: var(--soft); background: none; border: 1px solid var(--line);
  border-radius: 999px; padding: 4px 12px; cursor: pointer; white-space: nowrap;
}
button:hover, button:focus-visible { color: var(--ink); border-color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 20px; margin-top: 18px; }
section > .soft { max-width: 72ch; margin-bottom: 14px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 14px 16px; }
.tile b { display: block; font-size: 1.7rem; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: .875rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 18px; }
.columns > section { margin-top: 18px; min-width: 0; }
.columns + section { margin-top: 18px; }
.scroll { overflow-x: auto; margin: 0 -20px; padding: 0 20px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 10px; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th { font-weight: 500; color: var(--soft); font-size: .875rem; white-space: nowrap; }
tbody th { color: var(--ink); font-size: 1rem; max-width: 220px; overflow: hidden; text-overflow: ellipsis; }
tr:last-child > * { border-bottom: 0; }
.meter { display: inline-block; vertical-align: middle; width: 72px; height: 8px; border-radius: 4px; background: var(--track); margin-right: 10px; overflow: hidden; }
.meter i { display: block; height: 100%; width: calc(var(--v) * 100%); background: var(--accent); border-radius: 4px; }
.matrix { width: auto; border-collapse: separate; border-spacing: 3px; }
.matrix th, .matrix td { border: 0; padding: 8px 10px; }
.matrix thead th { max-width: 110px; overflow: hidden; text-overflow: ellipsis; text-align: center; }
.matrix tbody th { text-align: right; font-size: .9rem; font-weight: 500; max-width: 140px; white-space: nowrap; }
.matrix td { min-width: 52px; border-radius: 6px; text-align: center; background: color-mix(in srgb, var(--against) calc(var(--v) * 85%), var(--track)); }
.matrix td.right { background: color-mix(in srgb, var(--accent) calc(var(--v) * 75%), var(--track)); }
.matrix td.strong { color: var(--card); }
.matrix td.none { color: var(--soft); }
svg { display: block; width: 100%; height: auto; max-width: 520px; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
svg text.name { fill: var(--ink); }
.axis { stroke: var(--line); stroke-width: 1; }
.ideal { stroke: var(--soft); stroke-width: 1.2; stroke-dasharray: 4 4; }
.curve { fill: none; stroke: var(--accent); stroke-width: 2.5; stroke-linejoin: round; }
.before { fill: none; stroke: var(--against); stroke-width: 1.6; stroke-dasharray: 3 3; }
.dot { fill: var(--accent); stroke: var(--card); stroke-width: 1.5; }
.chosen { fill: var(--against); stroke: var(--card); stroke-width: 1.5; }
.column { fill: var(--accent-soft); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: .875rem; color: var(--soft); margin: 8px 0 0; padding: 0; list-style: none; }
.legend i { display: inline-block; width: 18px; height: 0; border-top: 3px solid var(--accent); vertical-align: middle; margin-right: 6px; }
.legend i.was { border-top: 2px dashed var(--against); }
.legend i.dotted { width: 11px; height: 11px; border: 0; border-radius: 50%; background: var(--against); margin-right: 8px; }
.legend i.best { border-top: 2px dashed var(--soft); }
.words { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 230px), 1fr)); gap: 22px 28px; }
.words ol { list-style: none; margin: 0; padding: 0; }
.words li { position: relative; display: flex; justify-content: space-between; gap: 12px; padding: 3px 8px; margin-bottom: 3px; border-radius: 6px; overflow: hidden; background: linear-gradient(var(--accent-soft), var(--accent-soft)) no-repeat 0 0 / calc(var(--v) * 100%) 100%; }
.words li span:first-child { overflow-wrap: anywhere; min-width: 0; }
.words li span:last-child { color: var(--soft); font-size: .875rem; font-variant-numeric: tabular-nums; }
.list { list-style: none; margin: 0; padding: 0; }
.list > li { padding: 14px 0; border-top: 1px solid var(--line); }
.list > li:first-child { border-top: 0; padding-top: 0; }
.list > li:last-child { padding-bottom: 0; }
.list p { margin: 0; overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 14px; margin-bottom: 4px; font-size: .9rem; color: var(--soft); }
.facts b { color: var(--ink); font-weight: 600; }
.tag { display: inline-block; border-radius: 6px; padding: 0 8px; font-size: .875rem; background: var(--track); color: var(--ink); overflow-wrap: anywhere; }
.tag.wrong { background: color-mix(in srgb, var(--against) 22%, var(--card)); }
.tag.true { background: color-mix(in srgb, var(--for) 22%, var(--card)); }
.text { white-space: pre-wrap; line-height: 1.85; }
mark { color: inherit; padding: 1px 0; border-radius: 3px; border-bottom: 2px solid transparent; background: none; }
mark.for { background: color-mix(in srgb, var(--for) calc(var(--v) * 55%), transparent); border-bottom-color: color-mix(in srgb, var(--for) calc(30% + var(--v) * 70%), transparent); }
mark.against { background: color-mix(in srgb, var(--against) calc(var(--v) * 55%), transparent); border-bottom: 2px dashed color-mix(in srgb, var(--against) calc(30% + var(--v) * 70%), transparent); }
.scale { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: .875rem; color: var(--soft); margin: 0 0 12px; }
.pair { display: flex; height: 10px; width: 160px; max-width: 30vw; background: linear-gradient(var(--line), var(--line)) no-repeat 50% 0 / 1px 100%; margin-left: auto; }
.pair i { flex: 1; }
.pair i::before { content: ""; display: block; height: 100%; width: calc(var(--v) * 100%); border-radius: 3px; }
.pair i.minus::before { margin-left: auto; background: var(--against); }
.pair i.plus::before { background: var(--for); }
details { margin-top: 14px; }
summary { cursor: pointer; color: var(--soft); font-size: .875rem; }
summary:hover { color: var(--ink); }
.findings { list-style: none; margin: 0; padding: 0; }
.findings li { display: grid; grid-template-columns: 24px 1fr; gap: 4px 10px; padding: 10px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.findings li:first-child { border-top: 0; }
.findings .sign { font-weight: 700; text-align: center; }
.findings .problem .sign { color: var(--against); }
.findings .hint .sign { color: var(--warn); }
.findings .fine .sign { color: var(--for); }
.findings .fine { color: var(--soft); padding: 4px 0; border: 0; }
.findings p { margin: 0; }
footer { margin-top: 28px; color: var(--soft); font-size: .875rem; }
@media (max-width: 560px) {
  main { padding: 18px 12px 48px; }
  section { padding: 16px; border-radius: 12px; }
  .scroll { margin: 0 -16px; padding: 0 16px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 8px; }
  .tile b { font-size: 1.4rem; }
  .meter { display: none; }
  svg text { font-size: 15px; }
  th, td { padding: 6px 6px; }
  h1 { font-size: 1.3rem; }
}
@media print { button { display: none; } section, .tile { break-inside: avoid; } }
`;
