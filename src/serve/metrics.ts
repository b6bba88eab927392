/** What the service counts, as Prometheus reads it (text format 0.0.4). */

/** Upper bounds of the latency buckets, in seconds. */
const LATENCIES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64];

type Labels = Readonly<Record<string, string>>;

/** A number at this moment. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly values: readonly (readonly [Labels, number])[];
}

class Histogram {
  readonly counts: number[];
  sum = 0;
  count = 0;
  private readonly bounds: readonly number[];

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }

  add(value: number): void {
    this.sum += value;
    this.count++;
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    if (bucket >= 0) this.counts[bucket]!++;
  }

  /** Buckets are cumulative in the format. */
  lines(name: string, labels: Labels): string[] {
    let below = 0;
    return [
      ...this.bounds.map((bound, i) => {
        below += this.counts[i]!;
        return sample(`${name}_bucket`, { ...labels, le: String(bound) }, below);
      }),
      sample(`${name}_bucket`, { ...labels, le: '+Inf' }, this.count),
      sample(`${name}_sum`, labels, this.sum),
      sample(`${name}_count`, labels, this.count),
    ];
  }
}

export class Metrics {
  /** By route, then status. */
  private readonly requests = new Map<string, Map<number, number>>();
  private readonly durations = new Map<string, Histogram>();
  private readonly batches = new Map<string, Histogram>();
  private readonly reloads = new Map<string, { succeeded: number; failed: number }>();

  /** A request was answered. @param route the pattern, never the path: paths have no end */
  countRequest(route: string, status: number, seconds: number): void {
    const byStatus = entry(this.requests, route, () => new Map<number, number>());
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    entry(this.durations, route, () => new Histogram(LATENCIES)).add(seconds);
  }

  countBatch(operation: string, size: number): void {
    entry(this.batches, operation, () => new Histogram(BATCH_SIZES)).add(size);
  }

  countReload(model: string, result: 'succeeded' | 'failed'): void {
    entry(this.reloads, model, () => ({ succeeded: 0, failed: 0 }))[result]++;
  }

  /** All of it. @param gauges what is measured rather than counted */
  text(gauges: readonly Gauge[]): string {
    const requests = [...this.requests].flatMap(([route, byStatus]) =>
      [...byStatus].map(([status, count]) =>
        sample('lexigrad_requests_total', { route, status: String(status) }, count),
      ),
    );
    const reloads = [...this.reloads].flatMap(([model, results]) =>
      Object.entries(results).map(([result, count]) =>
        sample('lexigrad_model_reloads_total', { model, result }, count),
      ),
    );
    const histograms = (name: string, label: string, of: ReadonlyMap<string, Histogram>) =>
      [...of].flatMap(([value, histogram]) => histogram.lines(name, { [label]: value }));
    const duration = 'lexigrad_request_duration_seconds';
    const batch = 'lexigrad_batch_size';
    return [
      ...family('lexigrad_requests_total', 'counter', 'Requests answered.', requests),
      ...family(
        duration,
        'histogram',
        'Time from the head of a request to its answer.',
        histograms(duration, 'route', this.durations),
      ),
      ...family(batch, 'histogram', 'Texts in a batch.', histograms(batch, 'operation', this.batches)),
      ...family('lexigrad_model_reloads_total', 'counter', 'Reloads of models.', reloads),
      ...gauges.flatMap(({ name, help, values }) =>
        family(
          name,
          'gauge',
          help,
          values.map(([labels, value]) => sample(name, labels, value)),
        ),
      ),
      '',
    ].join('\n');
  }
}

function family(name: string, type: string, help: string, samples: readonly string[]): string[] {
  return samples.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples];
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
