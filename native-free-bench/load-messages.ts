// What the two ends of the load tell the benchmark's main process, over the channel of child_process.fork.

import type { Percentiles } from './statistics.ts';

/** Where a datagram goes. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** One run of the caller: `count` calls at a constant rate, whatever becomes of them. */
export interface RunOrder {
  readonly kind: 'run';
  readonly target: Place;
  readonly callsPerSecond: number;
  readonly count: number;
  readonly holdMs: number;
}

/** What became of a run. Times in ms. */
export interface RunOutcome {
  readonly kind: 'outcome';
  readonly offered: number;
  /** INVITE, answer, ACK, BYE and its 200 all came through. */
  readonly completed: number;
  /** Calls that failed, by cause: a status, or `silence` at a method. */
  readonly failed: Readonly<Record<string, number>>;
  readonly resentCount: number;
  /** INVITE out to 180 in, and to 200 in. */
  readonly ringing: Percentiles;
  readonly answer: Percentiles;
  /** How late INVITEs left against their schedule. */
  readonly lateness: Percentiles;
  readonly own: OwnLoad;
}

/** How busy one end of the load was itself. */
export interface OwnLoad {
  /** Share of one core, 0 to 1. */
  readonly cpuShare: number;
  /** How late its clock ran. */
  readonly lag: Percentiles;
  readonly resentCount: number;
}

/** To the answerer: begin to count, or say what was counted. */
export interface CountOrder {
  readonly kind: 'reset' | 'report';
}

/** From either end, once its socket is bound. */
export interface Bound {
  readonly kind: 'bound';
  readonly port: number;
}

/** From the answerer. */
export interface OwnLoadReport {
  readonly kind: 'load';
  readonly load: OwnLoad;
}
