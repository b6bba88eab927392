/**
 * Many points as a picture, by plain arithmetic on pixels: a hundred thousand soft discs take a few milliseconds on any
 * machine, with or without a graphics card, and the picture can be saved like any other.
 */

/** How the points are looked at. */
export interface View {
  /** Rotation about the vertical, in radians, and then about the horizontal; used in 3-D. */
  readonly yaw: number;
  readonly pitch: number;
  /** 1: all points fit. */
  readonly zoom: number;
  /** Shift in parts of the smaller side of the picture. */
  readonly panX: number;
  readonly panY: number;
}

export interface Bounds {
  /** Middle of the points, three numbers. */
  readonly middle: readonly [number, number, number];
  /** Half the largest extent. */
  readonly radius: number;
}

/** Where points are in the picture; the arrays are used again for each frame. */
export interface Placed {
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** 0 far … 1 near; 1 everywhere in 2-D. */
  readonly depth: Float32Array;
}

/** Half of the share of the picture that the points fill at zoom 1. */
const FILL = 0.46;

export function boundsOf(points: ArrayLike<number>, dimensions: 2 | 3): Bounds {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i++) {
    const axis = i % dimensions;
    low[axis] = Math.min(low[axis]!, points[i]!);
    high[axis] = Math.max(high[axis]!, points[i]!);
  }
  const middle = low.map((value, i) => (Number.isFinite(value) ? (value + high[i]!) / 2 : 0));
  const extents = low.map((value, i) => (Number.isFinite(value) ? high[i]! - value : 0));
  const radius = Math.max(...extents) / 2;
  return { middle: middle as [number, number, number], radius: radius || 1 };
}

export function allocate(count: number): Placed {
  return { x: new Float32Array(count), y: new Float32Array(count), depth: new Float32Array(count).fill(1) };
}

/** Projects all points, in parallel; x to the right and y up become pixels from the upper left corner. */
export function place(
  points: ArrayLike<number>,
  dimensions: 2 | 3,
  { middle, radius }: Bounds,
  view: View,
  { width, height }: { readonly width: number; readonly height: number },
  placed: Placed,
): void {
  const side = Math.min(width, height);
  const scale = (view.zoom * side * FILL) / radius;
  const originX = width / 2 + view.panX * side;
  const originY = height / 2 + view.panY * side;
  const [cosYaw, sinYaw] = [Math.cos(view.yaw), Math.sin(view.yaw)];
  const [cosPitch, sinPitch] = [Math.cos(view.pitch), Math.sin(view.pitch)];
  const { x, y, depth } = placed;
  for (let i = 0, at = 0; i < x.length; i++, at += dimensions) {
    const px = points[at]! - middle[0];
    const py = points[at + 1]! - middle[1];
    if (dimensions === 2) {
      x[i] = originX + scale * px;
      y[i] = originY - scale * py;
      continue;
    }
    const pz = points[at + 2]! - middle[2];
    const right = cosYaw * px + sinYaw * pz;
    const back = cosYaw * pz - sinYaw * px;
    x[i] = originX + scale * right;
    y[i] = originY - scale * (cosPitch * py - sinPitch * back);
    depth[i] = 0.5 + (cosPitch * back + sinPitch * py) / (2.6 * radius);
  }
}

export interface Paint {
  /** Red, green, blue of each kind of point, and of the ground. */
  readonly colors: readonly (readonly [number, number, number])[];
  readonly ground: readonly [number, number, number];
  /** Kind of each point; absent: all 0. */
  readonly kinds?: ArrayLike<number>;
  /** Of a disc, in pixels. */
  readonly radius: number;
  /** 0 … 1 */
  readonly opacity: number;
  /** In 3-D, whether far points are painted before near ones; of many small points nobody sees the difference. */
  readonly ordered: boolean;
  /** Only one point of so many is painted (default 1: all). */
  readonly stride?: number;
}

/** So many shades from far to near, in 3-D. */
const SHADES = 24;
/** Of a point that is farthest away. */
const PALEST = 0.4;
const RED_BLUE = 0xff00ff;
const GREEN = 0x00ff00;
const OPAQUE = 0xff000000;

/**
 * Paints the points over a ground, far ones paler. The image is filled whole.
 *
 * A pixel is one 32-bit integer. Mixing it with a colour, d + α (c − d) in each channel, is done for red and blue in one
 * product and for green in another, with α in parts of 256; all that depends on the colour alone is in tables.
 */
export function paint(image: ImageData, placed: Placed, dimensions: 2 | 3, options: Paint): void {
  const { colors, ground, kinds, radius, opacity, ordered, stride = 1 } = options;
  const { width, height } = image;
  const pixels = new Uint32Array(image.data.buffer);
  pixels.fill(packed(ground));
  const disc = discOf(radius, opacity);
  const parts = disc.alpha.length;
  const offsets = Int32Array.from(disc.dy, (dy, part) => dy * width + disc.dx[part]!);
  const shades = dimensions === 3 ? SHADES : 1;
  const brush = brushOf(colors, disc.alpha, shades);
  const order = dimensions === 3 && ordered ? farFirst(placed.depth) : undefined;
  const last = 2 * disc.reach;
  const { x, y, depth } = placed;
  for (let k = 0; k < x.length; k += stride) {
    const i = order === undefined ? k : order[k]!;
    const left = Math.round(x[i]!) - disc.reach;
    const top = Math.round(y[i]!) - disc.reach;
    if (left < 0 || top < 0 || left + last >= width || top + last >= height) continue;
    const kind = kinds === undefined ? 0 : kinds[i]!;
    const from = (kind * shades + (shades === 1 ? 0 : shadeOf(depth[i]!))) * parts;
    const corner = top * width + left;
    for (let part = 0; part < parts; part++) {
      const at = corner + offsets[part]!;
      const term = from + part;
      const under = pixels[at]!;
      const rest = brush.rest[term]!;
      const redBlue = (brush.redBlue[term]! + Math.imul(under & RED_BLUE, rest)) >>> 8;
      const green = (brush.green[term]! + Math.imul(under & GREEN, rest)) >>> 8;
      pixels[at] = (redBlue & RED_BLUE) | (green & GREEN) | OPAQUE;
    }
  }
}

/** α c and 256 − α for each colour, shade and pixel of the disc. */
function brushOf(colors: Paint['colors'], alpha: readonly number[], shades: number) {
  const size = colors.length * shades * alpha.length;
  const brush = { redBlue: new Int32Array(size), green: new Int32Array(size), rest: new Int32Array(size) };
  let term = 0;
  for (const color of colors) {
    const whole = packed(color);
    for (let shade = 0; shade < shades; shade++) {
      const strength = PALEST + (1 - PALEST) * ((shade + 1) / shades);
      for (const covered of alpha) {
        const a = Math.round(256 * covered * strength);
        brush.redBlue[term] = Math.imul(whole & RED_BLUE, a);
        brush.green[term] = Math.imul(whole & GREEN, a);
        brush.rest[term] = 256 - a;
        term++;
      }
    }
  }
  return brush;
}

function shadeOf(depth: number): number {
  return Math.min(SHADES - 1, Math.max(0, Math.floor(depth * SHADES)));
}

/** The point nearest to a place in the picture, within a distance; undefined where there is none. */
export function pointAt(placed: Placed, x: number, y: number, within: number): number | undefined {
  let best: number | undefined;
  let least = within * within;
  for (let i = 0; i < placed.x.length; i++) {
    const distance = (placed.x[i]! - x) ** 2 + (placed.y[i]! - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/** Numbers of the points by depth, far ones first: a counting sort over shades. */
function farFirst(depth: Float32Array): Int32Array {
  const starts = new Int32Array(SHADES + 1);
  for (const value of depth) starts[shadeOf(value) + 1]!++;
  for (let i = 0; i < SHADES; i++) starts[i + 1]! += starts[i]!;
  const order = new Int32Array(depth.length);
  for (let i = 0; i < depth.length; i++) order[starts[shadeOf(depth[i]!)]!++] = i;
  return order;
}

/** The pixels of a disc with a soft edge. */
function discOf(radius: number, opacity: number) {
  const reach = Math.ceil(radius);
  const dx: number[] = [];
  const dy: number[] = [];
  const alpha: number[] = [];
  for (let row = 0; row <= 2 * reach; row++) {
    for (let column = 0; column <= 2 * reach; column++) {
      const covered = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(row - reach, column - reach)));
      if (covered === 0) continue;
      dx.push(column);
      dy.push(row);
      alpha.push(covered * opacity);
    }
  }
  return { reach, dx, dy, alpha };
}

function packed([red, green, blue]: readonly [number, number, number]): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
