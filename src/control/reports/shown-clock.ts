// The clocks of one time zone, for who asks about many moments that they show: a stretch of them is looked up once.

import { stretchesOf, type ZoneStretch } from '../tables/time-zone.ts';

const DAY_MS = 24 * 3_600_000;

/** Clocks, and when they show what. What they show is told in ms since they showed 1970. */
export class ShownClock {
  readonly #timeZone: string;
  /** Those of the day before to the day after, by the day that is shown. */
  readonly #stretches = new Map<number, readonly ZoneStretch[]>();

  constructor(timeZone: string) {
    this.#timeZone = timeZone;
  }

  /** The moment at which they first show `shownMs` or later, wall clock ms. */
  first(shownMs: number): number {
    for (const { fromWallMs, untilWallMs, aheadMs } of this.#around(shownMs)) {
      if (untilWallMs + aheadMs > shownMs) return Math.max(fromWallMs, shownMs - aheadMs);
    }
    return shownMs;
  }

  /** The second one at which they show it, where they are set back over it; null where they are not. */
  again(shownMs: number): number | null {
    const first = this.first(shownMs);
    for (const { fromWallMs, untilWallMs, aheadMs } of this.#around(shownMs)) {
      const wallMs = shownMs - aheadMs;
      if (wallMs > first && wallMs >= fromWallMs && wallMs < untilWallMs) return wallMs;
    }
    return null;
  }

  #around(shownMs: number): readonly ZoneStretch[] {
    const day = Math.floor(shownMs / DAY_MS);
    const known = this.#stretches.get(day);
    if (known !== undefined) return known;
    const stretches = stretchesOf(this.#timeZone, (day - 1) * DAY_MS, (day + 2) * DAY_MS);
    this.#stretches.set(day, stretches);
    return stretches;
  }
}
