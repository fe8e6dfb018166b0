// The profiles of the load suite: what is offered, by whom, and what the system under test has to be for it.

import type { ArrivalKind } from './traffic/arrivals.ts';
import type { CalleeRole, CallKind, Impairment } from './traffic/traffic-messages.ts';

/** How the system's vendors are set up; see bench-network.ts and wholesale-tables.ts. */
export type NetworkKind = 'plain' | 'rated' | 'wholesale' | 'failover' | 'impatient' | 'registrar' | 'refreshing';

/** What is done to the system while it is loaded. */
export type Disturbance = 'none' | 'killShard' | 'killSwitch' | 'strangers' | 'management';

/** One profile. */
export interface Profile {
  readonly name: string;
  readonly help: string;
  readonly network: NetworkKind;
  readonly arrivals: ArrivalKind;
  /** Defaults of --rate and --seconds. */
  readonly callsPerSecond: number;
  readonly seconds: number;
  readonly mix: readonly CallKind[];
  readonly prefixes: readonly string[];
  readonly impairment: Impairment | null;
  readonly disturbance: Disturbance;
  /** Tandem's shards, when --shards asks for fewer: a worker can be ended where there are workers. */
  readonly shardsMin: number;
  /** Whether all calls of the load are there at a time: what they hold of memory is measured then. */
  readonly isHeld: boolean;
  /** Memory that a call may leave behind for good, bytes; null where a run is too short to say. */
  readonly leakBytesMax: number | null;
  /** Share of calls that must come to their kind's end for the run to pass. */
  readonly successMin: number;
  /** After the last arrival, ms: whoever still talks then is hung up within; null: they talk to their end. */
  readonly windDownMs: number | null;
  /** After the last arrival, ms: the longest call and its repetitions. */
  readonly patienceMs: number;
}

function kind(callee: CalleeRole, more: Partial<CallKind> = {}): CallKind {
  return {
    weight: 1,
    what: 'call',
    callee,
    holdMs: 100,
    isHoldDrawn: false,
    cancelAfterMs: null,
    sessionExpiresSeconds: null,
    ...more,
  };
}

const BASIC: Omit<Profile, 'name' | 'help'> = {
  network: 'plain',
  arrivals: 'constant',
  callsPerSecond: 500,
  seconds: 10,
  mix: [kind('answer')],
  prefixes: ['1415555'],
  impairment: null,
  disturbance: 'none',
  shardsMin: 0,
  isHeld: false,
  leakBytesMax: null,
  successMin: 0.999,
  windDownMs: null,
  patienceMs: 10_000,
};

/** Mean talk time of the carrier's traffic, ms; with its ASR it makes 5 000 concurrent calls of some 320 a second. */
const TALK_MS = 58_000;

/** ASR 35 %: the rest is busy, refused by everybody, or gives up while it rings. */
const CARRIER_MIX: readonly CallKind[] = [
  kind('answer', { weight: 25, holdMs: TALK_MS, isHoldDrawn: true }),
  kind('hangUp', { weight: 10 }),
  kind('busy', { weight: 25 }),
  kind('unavailable', { weight: 15 }),
  kind('ringOn', { weight: 25, cancelAfterMs: 5_000 }),
];

const CARRIER: Omit<Profile, 'name' | 'help'> = {
  ...BASIC,
  network: 'wholesale',
  arrivals: 'poisson',
  callsPerSecond: 320,
  seconds: 600,
  mix: CARRIER_MIX,
  // Of another switch; Tandem's calls go all over its deck.
  prefixes: ['4930', '3161'],
  windDownMs: 20_000,
  patienceMs: 60_000,
};

const HELD: Omit<Profile, 'name' | 'help'> = {
  ...BASIC,
  network: 'refreshing',
  callsPerSecond: 250,
  seconds: 20,
  mix: [kind('answer', { holdMs: 100_000, sessionExpiresSeconds: 90 })],
  isHeld: true,
  patienceMs: 150_000,
};

/** All profiles, by name. */
export const PROFILES: readonly Profile[] = [
  { ...BASIC, name: 'basic', help: 'INVITE 100 180 200 ACK, 100 ms of talk, BYE 200' },
  {
    ...CARRIER,
    name: 'wholesale',
    help: '5 000 concurrent calls, ASR 35 %, 2.5 attempts a call, a deck of a million prefixes, limits, billing, CDRs',
  },
  {
    ...BASIC,
    name: 'failover',
    help: 'the first vendor is dead, the second says 503, the third serves',
    network: 'failover',
    callsPerSecond: 100,
    patienceMs: 30_000,
  },
  {
    ...BASIC,
    name: 'cancel',
    help: 'callers give up 300 ms after they began',
    mix: [kind('ringOn', { cancelAfterMs: 300 })],
  },
  {
    ...BASIC,
    name: 'noanswer',
    help: 'vendors ring until the switch gives up',
    network: 'impatient',
    callsPerSecond: 200,
    mix: [kind('ringOn')],
    patienceMs: 30_000,
  },
  {
    ...BASIC,
    name: 'session-refresh',
    help: 'calls of 100 s whose session timers (90 s) are refreshed by the switch',
    callsPerSecond: 50,
    mix: [kind('answer', { holdMs: 100_000, sessionExpiresSeconds: 90 })],
    seconds: 20,
    patienceMs: 130_000,
  },
  {
    ...BASIC,
    name: 'registrations',
    help: 'REGISTER, challenged, of a thousand devices',
    network: 'registrar',
    mix: [kind('answer', { what: 'register' })],
  },
  { ...BASIC, name: 'options', help: 'OPTIONS outside of calls', mix: [kind('answer', { what: 'options' })] },
  {
    ...BASIC,
    name: 'lossy',
    help: '5 % of the datagrams lost, 2 % twice, 5 % out of order, in both directions',
    callsPerSecond: 200,
    impairment: { loss: 0.05, duplicate: 0.02, reorder: 0.05 },
    // A request is sent eight times at most; it or its answer is lost each time once in a hundred million.
    successMin: 0.995,
    patienceMs: 40_000,
  },
  {
    ...BASIC,
    name: 'flood',
    help: 'ten INVITEs of strangers for each call of a customer',
    callsPerSecond: 200,
    disturbance: 'strangers',
  },
  {
    ...CARRIER,
    name: 'soak',
    help: 'the traffic of wholesale for long; the slope of memory',
    seconds: 1_800,
    // Less than one entry of a Map that is never deleted.
    leakBytesMax: 32,
  },
  {
    ...BASIC,
    name: 'crash',
    help: 'the worker of a shard is ended in the middle',
    arrivals: 'poisson',
    callsPerSecond: 200,
    seconds: 20,
    disturbance: 'killShard',
    shardsMin: 2,
    // Its calls in set-up are lost: some tenths of a second of half of the calls.
    successMin: 0.95,
    patienceMs: 40_000,
  },
  {
    ...BASIC,
    name: 'restart',
    help: 'kill -9 of the switch in the middle, which starts again; calls of 4 s',
    arrivals: 'poisson',
    callsPerSecond: 200,
    seconds: 20,
    mix: [kind('answer', { holdMs: 4_000 })],
    disturbance: 'killSwitch',
    // Calls in set-up are lost, answered ones are not.
    successMin: 0.97,
    patienceMs: 20_000,
  },
  {
    ...HELD,
    name: 'hold-5000',
    help: '5 000 calls at a time for 100 s, session timers of 90 s refreshed by the switch; memory of a call',
  },
  {
    ...HELD,
    name: 'hold-50000',
    help: '50 000 calls at a time for as long, with the same timers; memory of a call',
    callsPerSecond: 650,
    seconds: 77,
    mix: [kind('answer', { holdMs: 115_000, sessionExpiresSeconds: 90 })],
  },
  {
    ...BASIC,
    name: 'api',
    help: 'a thousand requests a second to the management API under calls',
    callsPerSecond: 200,
    disturbance: 'management',
  },
  {
    ...BASIC,
    name: 'mixed',
    help: 'a little of everything',
    arrivals: 'poisson',
    callsPerSecond: 300,
    mix: [
      kind('answer', { weight: 40, holdMs: 3_000, isHoldDrawn: true }),
      kind('hangUp', { weight: 15 }),
      kind('busy', { weight: 15 }),
      kind('unavailable', { weight: 10 }),
      kind('ringOn', { weight: 15, cancelAfterMs: 1_000 }),
      kind('answer', { weight: 5, what: 'options' }),
    ],
    patienceMs: 60_000,
  },
];

/** Names that the suite has no profile of its own for, and what takes its place. */
export const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['overload', 'npm run bench:overload finds the peak and offers multiples of it'],
  ['media', 'the switch relays no media yet; there is nothing to load'],
]);
