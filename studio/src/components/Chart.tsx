import type { PlotOptions } from '@observablehq/plot';
import { useEffect, useRef } from 'preact/hooks';
import { isDark } from '../shell/theme.js';
import { useWidth } from './use-width.js';

type Plot = typeof import('@observablehq/plot');
let loading: Promise<Plot> | undefined;

/** Observable Plot, fetched when the first chart is shown. */
export function loadPlot(): Promise<Plot> {
  loading ??= import('@observablehq/plot');
  return loading;
}

/**
 * A chart by Observable Plot, as wide as its place. Put it into a `Figure`. Wrap `draw` in useCallback or useMemo-ed
 * data where it is expensive: the chart is drawn again whenever `draw` is another function.
 *
 * @param label what a screen reader says the chart shows
 */
export function Chart(props: {
  readonly label: string;
  readonly height?: number;
  readonly draw: (plot: Plot) => PlotOptions;
}) {
  const { label, height = 240, draw } = props;
  const [place, width] = useWidth<HTMLDivElement>();
  const drawn = useRef(0);
  const dark = isDark.value;
  useEffect(() => {
    const turn = ++drawn.current;
    const element = place.current;
    if (width === 0 || element === null) return;
    void loadPlot().then((plot) => {
      if (turn !== drawn.current) return;
      const style = {
        background: 'transparent',
        fontFamily: 'var(--font)',
        fontSize: '12px',
        overflow: 'visible',
      };
      const picture = plot.plot({ width, height, style, ...draw(plot) });
      // The label below says it all; those that Plot gives to its parts are not for people.
      for (const part of picture.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
      picture.setAttribute('role', 'img');
      picture.setAttribute('aria-label', label);
      element.replaceChildren(picture);
    });
  }, [draw, width, height, label, dark]);
  return <div ref={place} style={{ minHeight: `${height}px`, minWidth: 0 }} />;
}
