// Do the limit counters say what is so? The boards show which places each live call holds (slots of names, entries of
// numbers); recounted, they must equal the counters. While calls come and go a recount is never of one moment: it takes
// milliseconds, and a shard writes its board later than its counters: by a batch or, inline, by a fifth of a second.
// So a recount is bounded. It takes three ticks: one to note the counters, one to count, one to see how many calls came
// and went meanwhile; with n of them the truth lies within n of what was counted. Only a difference that no such n
// explains, three times in a row, is a drift. At rest a leak of a single call shows within seconds.

import type { Admission } from '../core/admission/admission.ts';
import { APPLIANCE_SLOT } from '../core/base/appliance-slot.ts';
import { ATTEMPT_CODES } from '../core/shard/counters.ts';
import { countHeldSlots } from './live-calls.ts';
import type { SwitchView } from './switch-view.ts';
import type { Configuration } from './tables/configuration.ts';

/** Recounts that must agree. */
const RECOUNTS = 3;

/** What is known of one slot in the middle of a recount. */
interface Recount {
  readonly slot: number;
  readonly gives: number;
  readonly callsBefore: number;
  /** Counter less board, at the second tick. */
  difference: number;
}

/** The watch over all limits. */
export class LimitDrift {
  readonly #view: SwitchView;
  readonly #suspects = new Map<number, number[]>();
  #recounts: Recount[] = [];
  #stage: 'idle' | 'noted' | 'counted' = 'idle';

  constructor(view: SwitchView) {
    this.#view = view;
  }

  /** Begins a recount of `slots`, unless one is under way. Of others, that limit nothing any more, nothing is told. */
  begin(slots: readonly number[]): void {
    if (this.#stage !== 'idle') return;
    const looked = new Set(slots);
    for (const slot of this.#suspects.keys()) if (!looked.has(slot)) this.#suspects.delete(slot);
    this.#recounts = slots.map((slot) => {
      const callsBefore = this.#view.admission.calls(slot);
      return { slot, gives: this.#giveCount(slot), callsBefore, difference: 0 };
    });
    this.#stage = 'noted';
  }

  /** Goes on with a recount that was begun. Once a tick: a tick is longer than a shard's batch. */
  tick(): void {
    if (this.#stage === 'noted') this.#count();
    else if (this.#stage === 'counted') this.#conclude();
  }

  /** Slots whose counter is wrong, with how many calls too many (or, negative, too few) it shows. */
  drifting(): ReadonlyMap<number, number> {
    const found = new Map<number, number>();
    for (const [slot, differences] of this.#suspects) {
      if (differences.length >= RECOUNTS) found.set(slot, smallest(differences));
    }
    return found;
  }

  #count(): void {
    const held = countHeldSlots(this.#view);
    for (const recount of this.#recounts) {
      recount.difference = this.#view.admission.calls(recount.slot) - (held.get(recount.slot) ?? 0);
    }
    this.#stage = 'counted';
  }

  #conclude(): void {
    for (const { slot, gives, callsBefore, difference } of this.#recounts) {
      const given = this.#giveCount(slot) - gives;
      const taken = this.#view.admission.calls(slot) - callsBefore + given;
      this.#judge(slot, difference, Math.max(given, 0) + Math.max(taken, 0));
    }
    this.#stage = 'idle';
  }

  #judge(slot: number, difference: number, uncertainty: number): void {
    const proven = Math.sign(difference) * Math.max(0, Math.abs(difference) - uncertainty);
    if (proven === 0) {
      this.#suspects.delete(slot);
      return;
    }
    const earlier = this.#suspects.get(slot) ?? [];
    const isSameSide = earlier.every((value) => Math.sign(value) === Math.sign(proven));
    this.#suspects.set(slot, isSameSide ? [...earlier, proven].slice(-RECOUNTS) : [proven]);
  }

  /** Calls and attempts that ended on `slot`: at least as many as gave a call back. */
  #giveCount(slot: number): number {
    if (slot === APPLIANCE_SLOT) return this.#view.ended();
    if (this.#view.admission.isNumber(slot)) return this.#view.admission.numbersGiven(slot);
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

/** Every place that limits calls: of the appliance, of gateways, accounts and groups, of numbers that have called. */
export function limitedPlaces({ snapshot, shared }: Configuration, admission: Admission): number[] {
  const named = [...snapshot.mappingGateways, ...snapshot.routingGateways, ...shared.accounts, ...shared.groups];
  return [APPLIANCE_SLOT, ...named.map(({ slot }) => slot), ...admission.numberPlaces()];
}
