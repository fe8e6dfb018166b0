// What the overload benchmark's main process and its caller tell each other, over the channel of a child process.

import type { Percentiles } from './statistics.ts';
import type { ClockLoad, Place } from './traffic/traffic-messages.ts';

/** Calls that stay up, to be asked for signs of life later. */
export interface EstablishOrder {
  readonly kind: 'establish';
  readonly target: Place;
  readonly count: number;
}

/** Load at one rate, then at another; probes of the established calls meanwhile. */
export interface OverloadOrder {
  readonly kind: 'overload';
  readonly target: Place;
  readonly callsPerSecond: number;
  readonly seconds: number;
  readonly afterwards: { readonly callsPerSecond: number; readonly seconds: number };
}

/** What became of the calls of one part of a run. */
export interface PartOutcome {
  readonly offered: number;
  readonly completed: number;
  /** Of each second of the part: calls that ended well in it, whenever they began. */
  readonly completedBySecond: readonly number[];
  /** 503 with Retry-After of 5 to 15. */
  readonly refused: number;
  /** Other failures, by status. */
  readonly failed: Readonly<Record<string, number>>;
  /** Neither ended nor refused by the end of the run. */
  readonly silent: number;
  /** When the last call that did not succeed began, ms after the part began; 0 when all did. */
  readonly lastFailureMs: number;
}

/** The end of a run. */
export interface OverloadOutcome {
  readonly kind: 'overloaded';
  readonly load: PartOutcome;
  readonly afterwards: PartOutcome;
  /** INVITE datagrams that were sent, repetitions and those inside calls included. */
  readonly inviteDatagrams: number;
  readonly byes: ProbeOutcome;
  readonly reinvites: ProbeOutcome;
  readonly lateness: Percentiles;
  readonly own: ClockLoad;
}

/** Requests inside established calls. */
export interface ProbeOutcome {
  readonly sent: number;
  /** To the 200, ms. */
  readonly answerMs: Percentiles;
  readonly unanswered: number;
}

/** So many calls stand. */
export interface Established {
  readonly kind: 'established';
  readonly count: number;
}
