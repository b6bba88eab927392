/** The components that rooms are made of. */
export { Button, type ButtonProps, Icon } from './Button.js';
export { Chart, loadPlot } from './Chart.js';
export { type Cell, type Column, DataTable, toCsv } from './DataTable.js';
export { type Bound, NumberField, Segments, Select, TextField, Toggle } from './Field.js';
export { Figure } from './Figure.js';
export { FileDrop, type FileDropProps, type GivenFile } from './FileDrop.js';
export { Formula } from './Formula.js';
export { HeatMap } from './HeatMap.js';
export { Empty, Message, messageOf, Progress } from './Message.js';
export { Facts, Panel } from './Panel.js';
export {
  Handle,
  type HandleProps,
  type Interval,
  Plane,
  type PlaneProps,
  type Scale,
  ticks,
} from './Plane.js';
export { createPlayer, Playback, type Player, type PlayerOptions } from './Playback.js';
export { type PresetOption, Presets } from './Presets.js';
export { saveBlob, saveBytes, saveText } from './save.js';
export { useWidth } from './use-width.js';
