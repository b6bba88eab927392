/**
 * A drawing of the page as a file that stands alone: SVGs and canvases of an element, where they stand, with the
 * colours and fonts they have now.
 */

const SVG = 'http://www.w3.org/2000/svg';
/** Style properties that a drawing may take from style sheets. */
const COPIED = [
  ...[
    'fill',
    'fill-opacity',
    'stroke',
    'stroke-width',
    'stroke-opacity',
    'stroke-dasharray',
    'stroke-linecap',
  ],
  ...['stroke-linejoin', 'opacity', 'color', 'font-family', 'font-size', 'font-weight', 'font-style'],
  ...['text-anchor', 'dominant-baseline', 'display', 'visibility', 'paint-order'],
];
/** Pixels of a PNG for each pixel of the page. */
const SCALE = 2;

/** All drawings in `body` as one SVG. @throws Error where there is none. */
export function toSvg(body: Element): {
  readonly text: string;
  readonly width: number;
  readonly height: number;
} {
  const frame = body.getBoundingClientRect();
  const parts = [...body.querySelectorAll('svg, canvas')].filter(
    (part) => !part.parentElement?.closest('svg'),
  );
  if (parts.length === 0) throw new Error('there is no drawing to save');
  const root = document.createElementNS(SVG, 'svg');
  const [width, height] = [Math.ceil(frame.width), Math.ceil(frame.height)];
  setAll(root, { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
  const ground = document.createElementNS(SVG, 'rect');
  setAll(ground, {
    width,
    height,
    fill: getComputedStyle(body).getPropertyValue('--surface').trim() || '#fff',
  });
  root.append(ground);
  for (const part of parts) {
    const box = part.getBoundingClientRect();
    const place = { x: box.x - frame.x, y: box.y - frame.y, width: box.width, height: box.height };
    const copy = part instanceof HTMLCanvasElement ? imageOf(part) : styledCopy(part as SVGElement);
    setAll(copy, place);
    root.append(copy);
  }
  return { text: new XMLSerializer().serializeToString(root), width, height };
}

/** The same as a PNG, two pixels for one. */
export async function toPng(body: Element): Promise<Blob> {
  const { text, width, height } = toSvg(body);
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error('the browser made no PNG'))),
        'image/png',
      );
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

function imageOf(canvas: HTMLCanvasElement): SVGElement {
  const image = document.createElementNS(SVG, 'image');
  setAll(image, { href: canvas.toDataURL('image/png'), preserveAspectRatio: 'none' });
  return image;
}

function styledCopy(original: SVGElement): SVGElement {
  const copy = original.cloneNode(true) as SVGElement;
  const pairs = [original, ...original.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  pairs.forEach((element, i) => {
    const style = getComputedStyle(element);
    const text = COPIED.map((name) => `${name}:${style.getPropertyValue(name)}`).join(';');
    copies[i]!.setAttribute('style', text);
  });
  return copy;
}

function setAll(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
