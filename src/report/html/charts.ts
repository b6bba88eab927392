/** Charts as inline SVG. Colours come from the style sheet, so that they follow the page from light to dark. */
import type { Calibration, CoveragePoint } from '../../train/metrics.js';
import { count, percent } from '../format.js';
import { html, type Markup } from './markup.js';

const WIDTH = 480;
const HEIGHT = 300;
/** Room for the numbers of the axes. */
const [LEFT, RIGHT, TOP, BOTTOM] = [54, 26, 28, 40];

/** From values to places in the drawing. */
interface Scale {
  x(value: number): string;
  y(value: number): string;
}

function scaleOf(x: readonly [number, number], y: readonly [number, number], height = HEIGHT): Scale {
  const place = (value: number, [low, high]: readonly [number, number], from: number, to: number) =>
    (from + ((value - low) / (high - low)) * (to - from)).toFixed(1);
  return {
    x: (value) => place(value, x, LEFT, WIDTH - RIGHT),
    y: (value) => place(value, y, height - BOTTOM, TOP),
  };
}

/**
 * How often predictions of each confidence are right. On the diagonal a model is right as often as it is sure; below it is
 * too sure. Columns at the bottom show how many predictions there are.
 *
 * @param lowest the least possible confidence: 1 / number of labels
 */
export function reliabilityChart(now: Calibration, before: Calibration | undefined, lowest: number): Markup {
  const begin = Math.floor(Math.min(lowest, 0.9) * 10 + 1e-9) / 10;
  const scale = scaleOf([begin, 1], [0, 1]);
  const ticks = ticksOf(begin, 1, begin >= 0.4 ? 0.1 : 0.2);
  const largest = Math.max(...now.bins.map((bin) => bin.count));
  const used = ({ bins }: Calibration) => bins.filter((bin) => bin.count > 0);
  const path = (calibration: Calibration) =>
    used(calibration)
      .map((bin) => `${scale.x(bin.confidence)},${scale.y(bin.accuracy)}`)
      .join(' ');
  const columns = used(now).map((bin) => {
    const [low, high] = [Math.max(begin, bin.low), bin.high];
    const top = 0.3 * (bin.count / largest);
    const title = `${count(bin.count)} predictions of confidence ${percent(bin.low)} to ${percent(bin.high)}: on average ${percent(bin.confidence)}, right ${percent(bin.accuracy)}`;
    return html`<rect class="column" x="${scale.x(low)}" width="${Number(scale.x(high)) - Number(scale.x(low)) - 1}" y="${scale.y(top)}" height="${Number(scale.y(0)) - Number(scale.y(top))}"><title>${title}</title></rect>`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Reliability: accuracy by confidence">
${grid(scale, ticks, ticksOf(0, 1, 0.25), [begin, 1])}
${columns}
<line class="ideal" x1="${scale.x(begin)}" y1="${scale.y(begin)}" x2="${scale.x(1)}" y2="${scale.y(1)}"/>
${before !== undefined && html`<polyline class="before" points="${path(before)}"/>`}
<polyline class="curve" points="${path(now)}"/>
${used(now).map((bin) => html`<circle class="dot" r="4" cx="${scale.x(bin.confidence)}" cy="${scale.y(bin.accuracy)}"/>`)}
<text x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">confidence</text><text x="0" y="12">right</text>
</svg>`;
}

/** Accuracy on what is answered, against how much is answered. @param chosen the point of a minimum score, marked */
export function coverageChart(points: readonly CoveragePoint[], chosen?: CoveragePoint): Markup {
  const accuracies = points.map(({ accuracy }) => accuracy ?? 1);
  const lowest = Math.min(...accuracies);
  const step = lowest > 0.9 ? 0.02 : lowest > 0.75 ? 0.05 : lowest > 0.5 ? 0.1 : 0.2;
  const begin = Math.max(0, Math.floor(lowest / step + 1e-9) * step);
  const scale = scaleOf([0, 1], [begin, 1]);
  const place = ({ coverage, accuracy }: CoveragePoint) =>
    [scale.x(coverage), scale.y(accuracy ?? 1)] as const;
  const describe = ({ coverage, accuracy, minimumScore }: CoveragePoint) =>
    `from probability ${minimumScore.toFixed(3)} on: ${percent(coverage)} answered, ${percent(accuracy ?? 1)} right`;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Accuracy by coverage">
${grid(scale, ticksOf(0, 1, 0.2), ticksOf(begin, 1, step), [0, 1])}
<polyline class="curve" points="${points.map((point) => place(point).join(',')).join(' ')}"/>
${points.map((point) => html`<circle class="dot" r="4" cx="${place(point)[0]}" cy="${place(point)[1]}"><title>${describe(point)}</title></circle>`)}
${chosen?.accuracy !== undefined && html`<circle class="chosen" r="6" cx="${place(chosen)[0]}" cy="${place(chosen)[1]}"><title>${describe(chosen)}</title></circle>`}
<text x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">answered</text><text x="0" y="12">right</text>
</svg>`;
}

function grid(
  scale: Scale,
  xs: readonly number[],
  ys: readonly number[],
  [begin, end]: readonly [number, number],
): Markup {
  return html`${ys.map((y) => html`<line class="axis" x1="${scale.x(begin)}" x2="${scale.x(end)}" y1="${scale.y(y)}" y2="${scale.y(y)}"/><text x="${LEFT - 6}" y="${Number(scale.y(y)) + 4}" text-anchor="end">${whole(y)}</text>`)}
${xs.map((x) => html`<text x="${scale.x(x)}" y="${HEIGHT - BOTTOM + 17}" text-anchor="middle">${whole(x)}</text>`)}`;
}

/** The multiples of a step from one number to another. */
function ticksOf(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

function whole(share: number): string {
  return `${Math.round(100 * share)} %`;
}
