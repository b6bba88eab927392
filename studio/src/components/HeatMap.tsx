import { useLayoutEffect, useRef } from 'preact/hooks';
import { divergingPixel, pixels, type Rgb } from '../shell/colors.js';

/**
 * A grid of numbers as a picture that fills its place.
 *
 * @param values row by row, the top row first. @param columns numbers in a row.
 * @param color of a number (default: the diverging scale from −1 to 1).
 */
export function HeatMap(props: {
  readonly values: ArrayLike<number>;
  readonly columns: number;
  readonly color?: (value: number) => Rgb;
  /** Hard edges between the cells instead of smooth ones. */
  readonly cells?: boolean;
}) {
  const { values, columns, color = divergingPixel, cells = false } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = pixels.value;
  useLayoutEffect(() => {
    const rows = Math.floor(values.length / columns);
    const element = canvas.current;
    if (element === null || rows === 0) return;
    element.width = columns;
    element.height = rows;
    const image = new ImageData(columns, rows);
    for (let i = 0; i < rows * columns; i++) {
      const [red, green, blue] = color(values[i]!);
      image.data.set([red, green, blue, 255], 4 * i);
    }
    element.getContext('2d')!.putImageData(image, 0, 0);
  }, [values, columns, color, theme]);
  const imageRendering = cells ? 'pixelated' : 'auto';
  // What it shows is said by the plane around it.
  return <canvas ref={canvas} style={{ width: '100%', height: '100%', imageRendering }} />;
}
