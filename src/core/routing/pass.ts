// Why a routing gateway whose prefix fits a call is passed by: the filters in their order, each with what it says about
// the call, its letter in a decision, and the words for it.

/** One filter: its letter in a decision, what it says about the call, and the words for it. */
interface PassRow {
  readonly letter: string;
  /** It has nothing to do with this caller; it has no room; it costs too much. */
  readonly kind: 'foreign' | 'closed' | 'price';
  readonly words: string;
}

/** The filters in their order. */
export const PASSES = {
  locked: { letter: 'L', kind: 'closed', words: 'locked' },
  closedHours: { letter: 'H', kind: 'closed', words: 'its calendar is closed' },
  notAllowed: { letter: 'A', kind: 'foreign', words: 'the allow lists of the two gateways keep them apart' },
  unregistered: { letter: 'U', kind: 'closed', words: 'not registered' },
  numbers: { letter: 'E', kind: 'foreign', words: 'its number lists do not let these numbers pass' },
  out: { letter: 'O', kind: 'closed', words: 'out: it does not answer' },
  banned: { letter: 'B', kind: 'closed', words: 'banned: it asked for no calls for a while (Retry-After)' },
  full: { letter: 'F', kind: 'closed', words: 'full' },
  rate: { letter: 'R', kind: 'closed', words: 'at its call rate' },
  groupFull: { letter: 'G', kind: 'closed', words: 'a group of it is full, or has only lines that it leaves free' },
  groupRate: { letter: 'S', kind: 'closed', words: 'a group of it is at its call rate' },
  callerPool: { letter: 'P', kind: 'closed', words: 'every number of its caller pool is in use' },
  noBuyRate: { letter: 'N', kind: 'price', words: 'its account has no rate for this number' },
  otherCurrency: { letter: 'C', kind: 'price', words: 'its rate is in another currency than the call is sold in' },
  tooDear: { letter: 'D', kind: 'price', words: 'its rate is above maxSecondRates' },
  unprofitable: { letter: 'M', kind: 'price', words: 'the profit is below minProfitPercent' },
} as const satisfies Record<string, PassRow>;

/** A filter's name. */
export type Pass = keyof typeof PASSES;

/** All names, in order: labels of metrics. */
export const PASS_NAMES = Object.keys(PASSES) as readonly Pass[];
