/** Results as a bar chart: one group a case, one bar a contestant, each group on a scale of its own from 0. */
import { isLexigrad } from './compete.mjs';
import { formatNumber } from './report.mjs';

const WIDTH = 760;
const LABELS = 230;
const VALUES = 150;
const BAR = 18;
const GAP = 30;
const TOP = 64;
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2933; }
  .title { font-size: 17px; font-weight: 600; } .case { font-weight: 600; } .note { fill: #6b7785; font-size: 12px; }
  .ours { fill: #2563eb; } .theirs { fill: #b8c0cc; } .page { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e5e9f0; } .note { fill: #9aa5b4; } .ours { fill: #60a5fa; } .theirs { fill: #566070; } .page { fill: #14181f; }
  }`;

/** @returns an SVG document */
export function drawChart({ title, cases, runs, quick, machine }) {
  const parts = [];
  let y = TOP;
  for (const each of cases.filter(({ contestants, chart = true }) => chart && contestants.length > 0)) {
    parts.push(drawCase(each, y));
    y += GAP + BAR * each.contestants.length;
  }
  const note = `${machine.processor}, node ${machine.node}; median of ${runs}${quick ? ' (quick: no measurement)' : ''}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" width="${WIDTH}" height="${y + 8}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" width="100%" height="100%"/>`,
    `<text class="title" x="12" y="26">${escapeXml(title)}</text>`,
    `<text class="note" x="12" y="45">${escapeXml(note)}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function drawCase({ id, unit, better, contestants }, top) {
  const largest = Math.max(...contestants.map(({ median }) => median));
  const way = better === 'higher' ? 'longer is better' : 'shorter is better';
  const bars = contestants.map(({ name, median, advantage, minimum, maximum }, i) => {
    const y = top + 8 + i * BAR;
    const length = largest > 0 ? Math.max(1, ((WIDTH - LABELS - VALUES) * median) / largest) : 1;
    const ratio = advantage === undefined || isLexigrad(name) ? '' : ` (${formatNumber(advantage)}×)`;
    const range = `${name}: ${formatNumber(minimum)} to ${formatNumber(maximum)} ${unit}`;
    return [
      `<text x="${LABELS - 8}" y="${y + 13}" text-anchor="end">${escapeXml(name)}</text>`,
      `<rect class="${isLexigrad(name) ? 'ours' : 'theirs'}" x="${LABELS}" y="${y + 2}" width="${length.toFixed(1)}" height="${BAR - 4}" rx="2"><title>${escapeXml(range)}</title></rect>`,
      `<text x="${(LABELS + length + 6).toFixed(1)}" y="${y + 13}">${formatNumber(median)}${ratio}</text>`,
    ].join('');
  });
  return [
    `<text class="case" x="12" y="${top}">${escapeXml(id)}<tspan class="note" dx="8">${escapeXml(`${unit}, ${way}`)}</tspan></text>`,
    ...bars,
  ].join('\n');
}

export function escapeXml(text) {
  return text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);
}
