// Do the limit counters say what is so? The boards show which slots each live call holds; recounted, they must
// equal the counters. While calls come and go a recount takes milliseconds and is never of one moment, so it is
// bounded instead: with n takes and gives during the recount, the truth lies within n of it. Only a difference that
// no such n explains, three times in a row, is a drift; at rest a leak of one call shows at once.

import { APPLIANCE_SLOT } from '../core/admission/admission.ts';
import { ATTEMPT_CODES } from '../core/shard/counters.ts';
import { countHeldSlots } from './live-calls.ts';
import type { SwitchView } from './switch-view.ts';

/** Recounts that must agree. */
const RECOUNTS = 3;

/** The watch over all limits. */
export class LimitDrift {
  readonly #view: SwitchView;
  readonly #suspects = new Map<number, number[]>();

  constructor(view: SwitchView) {
    this.#view = view;
  }

  /** Recounts the given slots. Call every few seconds. */
  recount(slots: readonly number[]): void {
    const before = slots.map((slot) => this.#giveCount(slot));
    const callsBefore = slots.map((slot) => this.#view.admission.calls(slot));
    const held = countHeldSlots(this.#view);
    for (const [index, slot] of slots.entries()) {
      const calls = callsBefore[index] ?? 0;
      const gives = this.#giveCount(slot) - (before[index] ?? 0);
      const takes = this.#view.admission.calls(slot) - calls + gives;
      this.#judge(slot, calls - (held.get(slot) ?? 0), Math.max(gives, 0) + Math.max(takes, 0));
    }
  }

  /** Slots whose counter is wrong, with how many calls too many (or, negative, too few) it shows. */
  drifting(): ReadonlyMap<number, number> {
    const found = new Map<number, number>();
    for (const [slot, differences] of this.#suspects) {
      if (differences.length >= RECOUNTS) found.set(slot, smallest(differences));
    }
    return found;
  }

  #judge(slot: number, difference: number, uncertainty: number): void {
    const proven = Math.sign(difference) * Math.max(0, Math.abs(difference) - uncertainty);
    const earlier = this.#suspects.get(slot) ?? [];
    const isSameSide = earlier.every((value) => Math.sign(value) === Math.sign(proven));
    if (proven === 0) this.#suspects.delete(slot);
    else this.#suspects.set(slot, isSameSide ? [...earlier, proven].slice(-RECOUNTS) : [proven]);
  }

  /** Calls and attempts that ended on `slot`: as many as gave a call back. */
  #giveCount(slot: number): number {
    if (slot === APPLIANCE_SLOT) return this.#view.ended();
    let count = this.#view.gatewayCalls(slot).calls;
    for (const { counters } of this.#view.shards) {
      for (const code of ATTEMPT_CODES) count += counters.attempts(slot, code);
    }
    return count;
  }
}

function smallest(differences: readonly number[]): number {
  return differences.reduce((least, value) => (Math.abs(value) < Math.abs(least) ? value : least));
}
