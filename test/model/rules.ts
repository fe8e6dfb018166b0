// The network that model and switch are both told of: numbers only, so that neither learns from the other.

/** Times of the switch, ms. Odd ones where two limits must not meet in one moment. */
export const LIMITS = {
  /** 64*T1: how long an answer waits for its ACK, a request in a dialog for its answer, a response for its PRACK. */
  patienceMs: 32_000,
  proceedingMs: 45_003,
  durationMs: 400_000,
  noTimerMs: 250_000,
  ttlMs: 120_000,
  protectAfterMs: 15_000,
  probeMs: 5_000,
} as const;

export const CUSTOMER = { slot: 1, capacity: 3 };

/** In the order in which they are tried. `durationMs`: talk limit of its own. */
export const VENDORS = [
  {
    ...{ slot: 11, capacity: 2, timeoutsToBan: 0, durationMs: null },
    ...{ isProtected: false, mayRedirect: true, hasCredentials: true },
  },
  {
    ...{ slot: 12, capacity: 1, timeoutsToBan: 2, durationMs: 100_003 },
    ...{ isProtected: false, mayRedirect: false, hasCredentials: false },
  },
  {
    ...{ slot: 13, capacity: null, timeoutsToBan: 0, durationMs: null },
    ...{ isProtected: false, mayRedirect: false, hasCredentials: false },
  },
  {
    ...{ slot: 14, capacity: null, timeoutsToBan: 0, durationMs: null },
    ...{ isProtected: true, mayRedirect: false, hasCredentials: false },
  },
] as const;

/** Last number of the address that redirects name. */
export const REDIRECT_HOST = 21;

/** How far an attempt may have come, in order. */
export const PHASES = ['inviting', 'trying', 'progress', 'progressSdp', 'ringing'] as const;
export type Phase = (typeof PHASES)[number];

/** Time an attempt may spend in a phase, ms: the defaults of the parameters. */
export const PHASE_MS: Readonly<Record<Phase, number>> = {
  inviting: 10_000,
  trying: 20_000,
  progress: 20_000,
  progressSdp: 120_000,
  ringing: 120_000,
};

/** A session timer: how long, and whether the switch refreshes. */
export interface Terms {
  readonly ttlMs: number;
  readonly isOurs: boolean;
}

/** What a caller can do. */
export interface CallerKind {
  readonly name: string;
  readonly reliability: 'none' | 'supported' | 'required';
  readonly terms: Terms | null;
  readonly hasOffer: boolean;
  /** Lines of its INVITE, each with its CRLF. */
  readonly headers: string;
}

const PLAIN = { reliability: 'none', terms: null, hasOffer: true } as const;

export const CALLERS: readonly CallerKind[] = [
  { ...PLAIN, name: 'plain', headers: '' },
  { ...PLAIN, name: '100rel', reliability: 'supported', headers: 'Supported: 100rel\r\n' },
  { ...PLAIN, name: '100rel required', reliability: 'required', headers: 'Require: 100rel\r\n' },
  {
    ...{ ...PLAIN, name: 'timer', terms: { ttlMs: LIMITS.ttlMs, isOurs: true } },
    headers: 'Supported: timer\r\nAllow: INVITE, UPDATE\r\n',
  },
  { ...PLAIN, name: 'timer by INVITE', terms: { ttlMs: LIMITS.ttlMs, isOurs: true }, headers: 'Supported: timer\r\n' },
  {
    ...{ ...PLAIN, name: 'refreshes itself', terms: { ttlMs: 90_000, isOurs: false } },
    headers: 'Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n',
  },
  { ...PLAIN, name: 'late offer', hasOffer: false, headers: '' },
  {
    ...{ ...PLAIN, name: 'late offer, 100rel', reliability: 'required', hasOffer: false },
    headers: 'Require: 100rel\r\n',
  },
];
