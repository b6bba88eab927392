/** How wide texts are on the screen, for drawings that place them. */

let canvas: CanvasRenderingContext2D | null | undefined;

/** Width in pixels of a text in the font of the page. @param size in pixels */
export function textWidth(text: string, size: number): number {
  canvas ??= document.createElement('canvas').getContext('2d');
  if (canvas === null) return text.length * size * 0.6;
  canvas.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
  return canvas.measureText(text).width;
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function cut(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  let end = text.length - 1;
  while (end > 1 && textWidth(`${text.slice(0, end)}…`, size) > width) end--;
  return `${text.slice(0, end)}…`;
}
