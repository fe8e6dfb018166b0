// Latencies of millions of messages in little memory: HDR histograms of microseconds, three digits exact. The only
// file that knows hdr-histogram-js.

import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';

/** Longest that is told apart, microseconds; what takes longer counts as this. */
const MICROS_MAX = 60_000_000;

/** What a histogram says, in ms; all 0 when it is empty. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** A histogram that is being filled. */
export class LatencyHistogram {
  readonly #histogram: Histogram = build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MICROS_MAX,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });

  /** The histograms that `encoded` texts stand for, in one. */
  static of(...encoded: readonly string[]): LatencyHistogram {
    const whole = new LatencyHistogram();
    for (const text of encoded) whole.#histogram.add(decodeFromCompressedBase64(text, 32, false));
    return whole;
  }

  record(micros: number): void {
    this.#histogram.recordValue(Math.min(MICROS_MAX, Math.max(0, Math.round(micros))));
  }

  reset(): void {
    this.#histogram.reset();
  }

  /** As text that `of` takes. */
  encoded(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  latency(): Latency {
    const at = (percent: number): number => this.#histogram.getValueAtPercentile(percent) / 1000;
    const count = this.#histogram.totalCount;
    if (count === 0) return { count, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 };
    return { count, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: this.#histogram.maxValue / 1000 };
  }
}
