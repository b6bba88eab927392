/** Maps of units as pictures: colours from a table, since there may be a hundred maps thirty times a second. */
import { divergingPixel, pixels } from '../../shell/colors.js';
import type { Layout } from './layout.js';
import { SIDE } from './settings.js';

const SHADES = 256;

/** The diverging scale from −1 to 1 as RGBA words, in the byte order of this machine. */
function shadesOf(colors: typeof pixels.value): Uint32Array {
  const bytes = new Uint8Array(4 * SHADES);
  for (let i = 0; i < SHADES; i++) {
    const [red, green, blue] = divergingPixel((2 * i) / (SHADES - 1) - 1, colors);
    bytes.set([red, green, blue, 255], 4 * i);
  }
  return new Uint32Array(bytes.buffer);
}

let shades: { readonly of: unknown; readonly table: Uint32Array } | undefined;
let sheet: { readonly context: CanvasRenderingContext2D; readonly image: ImageData } | undefined;

/** Paints every unit's map into its place on a canvas that lies under the drawing. */
export function paintMaps(
  canvas: HTMLCanvasElement,
  layout: Layout,
  maps: readonly Float32Array[],
  scales: readonly number[],
): void {
  const colors = pixels.peek();
  if (shades?.of !== colors) shades = { of: colors, table: shadesOf(colors) };
  sheet ??= makeSheet();
  const { context: cell, image } = sheet;
  const words = new Uint32Array(image.data.buffer);
  const density = Math.min(2, devicePixelRatio);
  canvas.width = layout.width * density;
  canvas.height = layout.height * density;
  const context = canvas.getContext('2d')!;
  context.scale(density, density);
  layout.units.forEach((places, layer) => {
    const values = maps[layer];
    if (values === undefined) return;
    for (const { unit, x, y } of places) {
      const factor = (SHADES - 1) / 2 / scales[layer]!;
      for (let i = 0; i < SIDE * SIDE; i++) {
        const shade = Math.round(values[i * places.length + unit]! * factor + (SHADES - 1) / 2);
        words[i] = shades!.table[Math.min(SHADES - 1, Math.max(0, shade))] ?? 0;
      }
      cell.putImageData(image, 0, 0);
      context.drawImage(cell.canvas, x, y, layout.size, layout.size);
    }
  });
}

function makeSheet() {
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  return { context: canvas.getContext('2d')!, image: new ImageData(SIDE, SIDE) };
}

/** Of each layer the largest absolute value, which gets the full colour; tiny ones are not blown up. */
export function scalesOf(maps: readonly Float32Array[], least: number): number[] {
  return maps.map((values) => {
    let largest = least;
    for (const value of values) if (Math.abs(value) > largest) largest = Math.abs(value);
    return Number.isFinite(largest) ? largest : 1;
  });
}
