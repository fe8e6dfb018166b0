// /metrics. Only this file knows prom-client, which prints the families and adds the process's own. Families are read
// out of shared memory when somebody asks: a scrape never touches the call path, and between scrapes nothing is done.

import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { Family, Sample } from './family.ts';

/** Gauges of prom-client whose names end like a counter's; the same by type stand beside them. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/**
 * Of prom-client's watch of the event loop, which wakes its thread at each sample: a hundred times a second unless
 * told, and what it says of the wait includes the pause between samples. `nodejs_eventloop_lag_seconds` is taken at a
 * scrape.
 */
const WATCHED = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
  (what) => `nodejs_eventloop_lag_${what}_seconds`,
);
const WATCH_PERIOD_MS = 60_000;

/** The page of one switch. */
export class Metrics {
  readonly #registry = new Registry();

  constructor(families: readonly Family[]) {
    for (const family of families) {
      const metric = { name: family.name, get: () => Promise.resolve(objectOf(family)) };
      this.#registry.registerMetric(metric as unknown as Metric);
    }
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: WATCH_PERIOD_MS });
    for (const name of [...MISNAMED, ...WATCHED]) this.#registry.removeSingleMetric(name);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The page, read now. */
  print(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Names of all series the page can have, those of histograms included. */
  async seriesNames(): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    for (const { name, type } of await this.#registry.getMetricsAsJSON()) {
      const suffixes = String(type) === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      for (const suffix of suffixes) names.add(name + suffix);
    }
    return names;
  }
}

interface MetricObject {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: 'sum';
  readonly values: readonly Sample[];
}

function objectOf({ name, help, type, read }: Family): MetricObject {
  return { name, help, type, aggregator: 'sum', values: read() };
}
