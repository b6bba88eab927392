/** `[batch, 3]`; sizes that are not known are question marks. */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.map((axis) => (axis === '' ? '?' : axis)).join(', ')}]`;
}
