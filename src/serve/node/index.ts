/** The HTTP service on Node: what needs sockets, files and a process. */
import type { Gauge } from '../metrics.js';

export { fileReloader, loadServable, watchFiles } from './model-files.js';
export { type Listening, type ListenOptions, listen } from './server.js';

/** The process's memory and start, under the names that Prometheus's own clients use. */
export function processGauges(): Gauge[] {
  return [
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory.',
      values: [[{}, process.memoryUsage.rss()]],
    },
    {
      name: 'process_start_time_seconds',
      help: 'When the process started.',
      values: [[{}, Date.now() / 1000 - process.uptime()]],
    },
  ];
}
