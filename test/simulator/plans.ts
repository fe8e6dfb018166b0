// What each offered call is to go through: drawn from the seed and the call's number, so that a call is the same
// however many others there are.

import { Prng } from '../../src/core/base/prng.ts';

/** A request inside the call. */
export interface Ask {
  /** After the answer, ms. */
  readonly afterMs: number;
  readonly method: 'INVITE' | 'UPDATE' | 'INFO';
}

/** What a side does once the call is answered. */
export interface TalkPlan {
  /** Hangs up so long after the answer, ms; null leaves it to the other side or to the switch. */
  readonly hangUpAfterMs: number | null;
  readonly asks: readonly Ask[];
}

/** What the caller does. */
export interface CallerPlan {
  /** Gives up so long after the INVITE, ms; null waits as long as it takes. */
  readonly cancelAfterMs: number | null;
  /** False: every ACK of the 2xx is lost on the way. */
  readonly acknowledges: boolean;
  /** True: the INVITE has no SDP, the offer is in the 2xx and the answer in the ACK. */
  readonly offersLate: boolean;
  readonly talk: TalkPlan;
}

/** What a vendor does with an INVITE. Times count from its arrival, ms; null leaves the step out. */
export interface AnswererPlan {
  readonly tryingAfterMs: number | null;
  readonly progressAfterMs: number | null;
  readonly progressHasSdp: boolean;
  readonly ringAfterMs: number | null;
  readonly finalAfterMs: number | null;
  /** 200, or a failure. */
  readonly status: number;
  /** Answers a CANCEL with 200 and goes on nevertheless, as one that has just been answered does. */
  readonly isDeafToCancel: boolean;
  /** Answers with two 2xx of different tags. */
  readonly forks: boolean;
  readonly talk: TalkPlan;
}

/** One call to offer. */
export interface OfferedCall {
  readonly index: number;
  /** Which customer calls; one past the last is a stranger. */
  readonly customer: number;
  readonly number: string;
  readonly caller: CallerPlan;
  /** By vendor. */
  readonly answerers: readonly AnswererPlan[];
}

/** Digits that every number begins with; the call's own follow. */
export const NUMBER_PREFIX = '4930';

/** Of numbers without any route, with one vendor that has room for few, and with one at which nobody listens. */
const UNROUTED_PREFIX = '999';
export const SCARCE_PREFIX = '7';
export const UNPLUGGED_PREFIX = '8';

const SILENT: AnswererPlan = {
  tryingAfterMs: null,
  progressAfterMs: null,
  progressHasSdp: false,
  ringAfterMs: null,
  finalAfterMs: null,
  status: 0,
  isDeafToCancel: false,
  forks: false,
  talk: { hangUpAfterMs: null, asks: [] },
};

/** The plan of call `index` of `seed`. */
export function planOf(
  seed: number,
  index: number,
  bounds: { readonly customers: number; readonly vendors: number },
): OfferedCall {
  const prng = new Prng(seed, index, 0x51_50);
  const prefix = [UNROUTED_PREFIX, SCARCE_PREFIX, SCARCE_PREFIX, UNPLUGGED_PREFIX][prng.below(100)] ?? NUMBER_PREFIX;
  const callerHangsUp = prng.chance(0.5);
  const isMutual = prng.chance(0.1);
  const talkMs = prng.chance(0.05) ? null : 200 + prng.below(20_000);
  const answerers: AnswererPlan[] = [];
  for (let vendor = 0; vendor < bounds.vendors; vendor++) {
    answerers.push(answererPlan(prng, { hangUpAfterMs: callerHangsUp && !isMutual ? null : talkMs, asks: asks(prng) }));
  }
  const digits = String(index).padStart(8, '0');
  return {
    index,
    customer: prng.chance(0.01) ? bounds.customers : prng.below(bounds.customers),
    number: `${prefix}${digits}`,
    caller: {
      cancelAfterMs: prng.chance(0.15) ? prng.below(prng.chance(0.3) ? 60 : 12_000) : null,
      acknowledges: !prng.chance(0.01),
      offersLate: prng.chance(0.1),
      talk: { hangUpAfterMs: callerHangsUp || isMutual ? talkMs : null, asks: asks(prng) },
    },
    answerers,
  };
}

/** The number that call `index` of `seed` asks for. */
export function numberOf(seed: number, index: number): string {
  return planOf(seed, index, { customers: 1, vendors: 1 }).number;
}

function asks(prng: Prng): Ask[] {
  const drawn: Ask[] = [];
  while (prng.chance(0.15)) {
    const method = (['INVITE', 'INVITE', 'UPDATE', 'INFO'] as const)[prng.below(4)] ?? 'INFO';
    drawn.push({ afterMs: prng.below(8000), method });
  }
  return drawn;
}

function answererPlan(prng: Prng, talk: TalkPlan): AnswererPlan {
  const fate = prng.below(100);
  if (fate < 8) return SILENT;
  if (fate < 28) return failing(prng);
  if (fate < 33) return ringing(prng);
  const isSlow = fate < 38;
  const paceMs = isSlow ? 6000 : 400;
  const ringAfterMs = prng.chance(0.8) ? 20 + prng.below(paceMs) : null;
  const answerAfterMs = (ringAfterMs ?? 0) + prng.below(prng.chance(0.3) ? 100 : 2 * paceMs);
  return {
    tryingAfterMs: prng.chance(0.8) ? prng.below(isSlow ? 3000 : 5) : null,
    progressAfterMs: prng.chance(0.3) ? prng.below(paceMs) : null,
    progressHasSdp: prng.chance(0.6),
    ringAfterMs,
    // Answers after the switch has lost its patience, 100 and 180 having been said or not.
    finalAfterMs: prng.chance(0.04) ? 9000 + prng.below(4000) : answerAfterMs,
    status: 200,
    isDeafToCancel: prng.chance(0.1),
    forks: prng.chance(0.04),
    talk,
  };
}

function failing(prng: Prng): AnswererPlan {
  const statuses = [486, 486, 503, 503, 500, 404, 480, 603, 600, 408, 302] as const;
  const status = statuses[prng.below(statuses.length)] ?? 503;
  const ringAfterMs = prng.chance(0.2) ? prng.below(300) : null;
  const finalAfterMs = (ringAfterMs ?? 0) + prng.below(500);
  return { ...SILENT, tryingAfterMs: prng.chance(0.7) ? prng.below(5) : null, ringAfterMs, finalAfterMs, status };
}

/** Rings and is never answered; half of them are told to stop only by CANCEL, others forget that as well. */
function ringing(prng: Prng): AnswererPlan {
  return { ...SILENT, tryingAfterMs: 0, ringAfterMs: prng.below(500), isDeafToCancel: prng.chance(0.2) };
}
