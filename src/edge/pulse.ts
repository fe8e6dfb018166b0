// Whether the shards in their workers still move: each adds a beat every 50 ms, work or not. One that has added none
// for long runs in a circle, or waits for what never comes, and only its end helps.

import { ShardCounters } from '../core/shard/counters.ts';

/** How often beats are compared, ms; more often than that nothing is done. */
const PERIOD_MS = 1_000;
/** When main itself was away for so long, others may have been as well: the machine stood still, not a shard. */
const AWAY_MS = 2 * PERIOD_MS;
/**
 * Comparisons in a row without a beat: longer than any collection of garbage or write to a disk that recovers, and
 * short beside the 32 s after which calls give up.
 */
export const STILL_MAX = 10;

interface Pulse {
  readonly counters: ShardCounters;
  beats: number;
  /** Since its beginning: before, it reads its journal, as long as that takes. */
  hasMoved: boolean;
  stillCount: number;
}

/** The pulses of all shards. */
export class Pulses {
  readonly #pulses: readonly Pulse[];
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(counters: readonly SharedArrayBuffer[]) {
    this.#pulses = counters.map((shared) => {
      return { counters: new ShardCounters(shared), beats: 0, hasMoved: false, stillCount: 0 };
    });
  }

  /** A worker begins with `shard`. */
  begin(shard: number): void {
    const pulse = this.#pulses[shard] as Pulse;
    pulse.beats = pulse.counters.get('beats');
    pulse.hasMoved = false;
    pulse.stillCount = 0;
  }

  /** Shards that stand still at `nowMs`. Each is told once. */
  still(nowMs: number): number[] {
    if (nowMs < this.#dueMs) return [];
    const wasAway = nowMs > this.#dueMs + AWAY_MS;
    this.#dueMs = nowMs + PERIOD_MS;
    return [...this.#pulses.keys()].filter((shard) => this.#isStill(this.#pulses[shard] as Pulse, wasAway));
  }

  #isStill(pulse: Pulse, wasAway: boolean): boolean {
    const beats = pulse.counters.get('beats');
    const hasBeaten = beats !== pulse.beats;
    pulse.beats = beats;
    pulse.hasMoved ||= hasBeaten;
    pulse.stillCount = hasBeaten || wasAway || !pulse.hasMoved ? 0 : pulse.stillCount + 1;
    if (pulse.stillCount < STILL_MAX) return false;
    pulse.hasMoved = false;
    return true;
  }
}
