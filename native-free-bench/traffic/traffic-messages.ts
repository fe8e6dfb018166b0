// What the two ends of the load and the benchmark's main process tell each other, over the channel of
// child_process.fork.

import type { ArrivalKind, LoadStep } from './arrivals.ts';
import type { Latency } from './histogram.ts';

/** Where a datagram goes. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** What the called end does with a call. The number says it, in its last digit, so that it survives any switch. */
export const CALLEE_ROLES = ['answer', 'busy', 'unavailable', 'ringOn', 'hangUp', 'silent'] as const;
export type CalleeRole = (typeof CALLEE_ROLES)[number];

/** One kind of call in a load. */
export interface CallKind {
  readonly weight: number;
  readonly what: 'call' | 'options' | 'register';
  readonly callee: CalleeRole;
  /** Answer to BYE, ms. */
  readonly holdMs: number;
  /** Whether that is the mean of an exponential distribution. */
  readonly isHoldDrawn: boolean;
  /** CANCEL so long after the INVITE; null never. */
  readonly cancelAfterMs: number | null;
  /** Session-Expires that the caller offers, s (RFC 4028); null offers no timer. */
  readonly sessionExpiresSeconds: number | null;
}

/** What happens to datagrams on the way, at the generator's own sockets: shares from 0 to 1. */
export interface Impairment {
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
}

/** One load. */
export interface TrafficOrder {
  readonly kind: 'traffic';
  readonly target: Place;
  readonly seed: number;
  readonly arrivals: ArrivalKind;
  readonly steps: readonly LoadStep[];
  readonly mix: readonly CallKind[];
  /** First digits of the called numbers; one is drawn for each call. */
  readonly prefixes: readonly string[];
  readonly impairment: Impairment | null;
  /** After the last arrival calls that still talk are hung up, one by one within so long, ms; null: they are not. */
  readonly windDownMs: number | null;
  /** After the last arrival calls may take so long to end, ms; then they are unfinished. */
  readonly patienceMs: number;
}

/** To the answerer: begin a new account, or say what was counted. */
export type AnswererOrder =
  | { readonly kind: 'reset'; readonly impairment?: Impairment | null; readonly seed?: number }
  | { readonly kind: 'report' };

/** One second of a load, as the caller saw it. */
export interface LoadSecond {
  readonly second: number;
  readonly offered: number;
  readonly answered: number;
  /** Came to the end that their kind of call has. */
  readonly succeeded: number;
  readonly failed: number;
  /** Calls between INVITE and end. */
  readonly active: number;
  readonly ringing: Latency;
}

/** How busy one end of the load was itself: a generator that cannot keep time must say so. */
export interface ClockLoad {
  /** Share of one core, 0 to 1. */
  readonly cpuShare: number;
  /** How late its clock ran. */
  readonly lag: Latency;
}

/** The same, and what it sent and heard beside the calls' own messages. */
export interface EndLoad extends ClockLoad {
  /** Datagrams that its own platform refused to send. */
  readonly sendFailures: number;
  readonly resent: number;
  /** Messages that came again: the system repeated them, or they were doubled on the way. */
  readonly heardAgain: number;
  readonly refreshes: Refreshes;
}

/** Session timers (RFC 4028) as one end saw the other side refresh them. */
export interface Refreshes {
  readonly count: number;
  /** The longest time without a refresh, as a share of the interval agreed; 0 without timers. Half is the rule. */
  readonly longestShare: number;
}

/** What became of a load. Histograms are encoded, of microseconds. */
export interface TrafficOutcome {
  readonly kind: 'outcome';
  readonly offered: number;
  readonly answered: number;
  readonly succeeded: number;
  /** Calls that did not come to their kind's end, by cause: a status, or `silence at` a method. */
  readonly failed: Readonly<Record<string, number>>;
  readonly seconds: readonly LoadSecond[];
  /** INVITE out to 18x in, and to 200 in, at the caller. */
  readonly ringing: string;
  readonly answer: string;
  /** The system's own part of the way back: 180 and 200 out of the answerer to their arrival here. */
  readonly ringingAdded: string;
  readonly answerAdded: string;
  /** How late INVITEs left against their schedule. */
  readonly lateness: string;
  readonly own: EndLoad;
}

/** From the answerer. */
export interface AnswererReport {
  readonly kind: 'answererReport';
  readonly load: EndLoad;
  /** INVITEs that arrived at its sockets, the dead one and repetitions of what it serves aside. */
  readonly invites: number;
  readonly answered: number;
  /** The system's own part of the way there: INVITE out of the caller to its arrival here. */
  readonly inviteAdded: string;
}

/** From either end, once its sockets are bound. */
export interface EndBound {
  readonly kind: 'bound';
  readonly port: number;
  /** Of the answerer: where every INVITE gets 503, where it gets 500, and where nothing is answered. */
  readonly refusingPort: number;
  readonly failingPort: number;
  readonly deadPort: number;
}
