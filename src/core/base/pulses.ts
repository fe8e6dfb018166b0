// Whether threads still move: each of those watched beats several times a second, work or not. One that has not for
// long runs in a circle, or waits for what never comes, and only its end helps.

/** How often beats are compared, ms; more often than that nothing is done. */
const PERIOD_MS = 1_000;
/** When who looks was away for so long, others may have been as well: the machine stood still, not a thread. */
const AWAY_MS = 2 * PERIOD_MS;
/**
 * Comparisons in a row without a beat: longer than any collection of garbage or write to a disk that recovers, and
 * short beside the 32 s after which calls give up.
 */
export const STILL_MAX = 10;

interface Pulse {
  /** How often it has beaten so far. */
  readonly count: () => number;
  beats: number;
  /** Since its beginning: before, it does what a start takes, as long as that takes. */
  hasMoved: boolean;
  stillCount: number;
}

/** The pulses of some threads, by number. */
export class Pulses {
  readonly #pulses: readonly Pulse[];
  #dueMs = Number.NEGATIVE_INFINITY;

  /** Each of `counts` answers how often its thread has beaten. */
  constructor(counts: readonly (() => number)[]) {
    this.#pulses = counts.map((count) => ({ count, beats: 0, hasMoved: false, stillCount: 0 }));
  }

  /** A thread begins in the place of `number`. */
  begin(number: number): void {
    const pulse = this.#pulses[number] as Pulse;
    pulse.beats = pulse.count();
    pulse.hasMoved = false;
    pulse.stillCount = 0;
  }

  /** Those that stand still at `nowMs`. Each is told once. */
  still(nowMs: number): number[] {
    if (nowMs < this.#dueMs) return [];
    const wasAway = nowMs > this.#dueMs + AWAY_MS;
    this.#dueMs = nowMs + PERIOD_MS;
    return [...this.#pulses.keys()].filter((number) => this.#isStill(this.#pulses[number] as Pulse, wasAway));
  }

  #isStill(pulse: Pulse, wasAway: boolean): boolean {
    const beats = pulse.count();
    const hasBeaten = beats !== pulse.beats;
    pulse.beats = beats;
    pulse.hasMoved ||= hasBeaten;
    pulse.stillCount = hasBeaten || wasAway || !pulse.hasMoved ? 0 : pulse.stillCount + 1;
    if (pulse.stillCount < STILL_MAX) return false;
    pulse.hasMoved = false;
    return true;
  }
}
