// What a shard counts, in plain arrays of shared memory: a shard adds, control reads and turns the
// numbers into metrics; a scrape never touches the call path. Each shard has its own memory, so adding
// needs no atomics: a reader may see a number a moment old, never a torn one (64-bit aligned doubles).

import { END_REASON_NAMES } from '../base/end-reason.ts';
import { ADMISSION_SLOTS_MAX } from '../base/limits.ts';
import { PASS_NAMES, type Pass } from '../routing/pass.ts';
import type { ParseFailureWhy } from '../sip/parse-fault.ts';

/**
 * Single numbers. Those named `...Active`, `...Bytes`, `...Ms` or `...Ratio` are gauges, the others only grow. A
 * datagram received is either a parse failure, or a request absorbed or passed up, or a response matched or stray: the
 * sums agree.
 */
export const ShardNumber = {
  datagramsReceived: 0,
  datagramsSent: 1,
  datagramsToNobody: 2,
  requestsRefused: 3,
  requestsAbsorbed: 4,
  requestsPassedUp: 5,
  responsesMatched: 6,
  responsesStray: 7,
  retransmissionsSentInvite: 8,
  retransmissionsSentOther: 9,
  retransmissionsReceivedInvite: 10,
  retransmissionsReceivedOther: 11,
  sendErrors: 12,
  callsActive: 13,
  dialogsActive: 14,
  transactionsActive: 15,
  timersActive: 16,
  timerLagMs: 17,
  ringAgeMs: 18,
  callsSettled: 19,
  cdrsHeld: 20,
  defects: 21,
  answered: 22,
  snapshotVersion: 23,
  heapUseRatio: 24,
  callsResumed: 25,
  journalRefused: 26,
  journalUseRatio: 27,
  journalFailures: 28,
  authChallenged: 29,
  authPassed: 30,
  authFailed: 31,
  authSuspended: 32,
  lrnAsked: 33,
  lrnLate: 34,
  requestsUnheard: 35,
  requestsWithoutRoom: 36,
  refusalAcks: 37,
  beats: 38,
  callsBegun: 39,
} as const;
export type ShardNumberName = keyof typeof ShardNumber;
export type ShardNumber = (typeof ShardNumber)[ShardNumberName];

/** Their names, in order. */
export const SHARD_NUMBERS = Object.keys(ShardNumber) as readonly ShardNumberName[];

/** Why a datagram was not a message: labels of parse_failures_total. */
export const PARSE_FAILURE_LABELS: readonly ParseFailureWhy[] = [
  'empty',
  'keepAlive',
  'startLine',
  'version',
  'headerLine',
  'unterminated',
  'missingHeader',
  'duplicateHeader',
  'headerSyntax',
  'methodMismatch',
  'contentLength',
  'tooManyHeaders',
  'tooManyVias',
  'bodyTooLarge',
  'datagramTooLarge',
];

/** Final outcomes of attempts: labels `code` of attempts_total and the first columns of a gateway's row. */
export const ATTEMPT_CODES = [
  '200',
  '2xx',
  '300',
  '301',
  '302',
  '3xx',
  '400',
  '401',
  '403',
  '404',
  '405',
  '406',
  '407',
  '408',
  '410',
  '415',
  '420',
  '421',
  '422',
  '423',
  '480',
  '481',
  '482',
  '483',
  '484',
  '485',
  '486',
  '487',
  '488',
  '491',
  '4xx',
  '500',
  '501',
  '502',
  '503',
  '504',
  '5xx',
  '600',
  '603',
  '604',
  '606',
  '6xx',
  'timeout',
  'unanswered',
  'unreachable',
  'cancelled',
] as const;
export type AttemptCode = (typeof ATTEMPT_CODES)[number];

/** What becomes of an OPTIONS probe: labels of gateway_probes_total. */
export const PROBE_OUTCOMES = ['answered', 'unanswered'] as const;
export type ProbeOutcome = (typeof PROBE_OUTCOMES)[number];

/** Upper bounds, in seconds, of the post-dial delay histogram (INVITE out to first 18x or 2xx). */
export const DELAY_BUCKETS_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 60] as const;

/** Columns of a gateway's row. */
const CODES_AT = 0;
const DELAYS_AT = ATTEMPT_CODES.length;
const DELAY_SUM_AT = DELAYS_AT + DELAY_BUCKETS_SECONDS.length + 1;
const CALLS_AT = DELAY_SUM_AT + 1;
const ANSWERED_AT = CALLS_AT + 1;
const TALK_SECONDS_AT = ANSWERED_AT + 1;
const PROBES_AT = TALK_SECONDS_AT + 1;
const PASSES_AT = PROBES_AT + PROBE_OUTCOMES.length;
const ROW = PASSES_AT + PASS_NAMES.length;

const REASONS_AT = SHARD_NUMBERS.length;
const FAILURES_AT = REASONS_AT + END_REASON_NAMES.length;
const GATEWAYS_AT = FAILURES_AT + PARSE_FAILURE_LABELS.length;

const REASON_INDEX = new Map<string, number>(END_REASON_NAMES.map((name, index) => [name, REASONS_AT + index]));
const FAILURE_INDEX = new Map<string, number>(PARSE_FAILURE_LABELS.map((name, index) => [name, FAILURES_AT + index]));
const CODE_INDEX = new Map<string, number>(ATTEMPT_CODES.map((code, index) => [code, CODES_AT + index]));

/** One shard's numbers: the shard's view to add, control's view to read. */
export class ShardCounters {
  readonly #cells: Float64Array;

  constructor(shared: SharedArrayBuffer) {
    this.#cells = new Float64Array(shared);
  }

  /** Shared memory for one shard. Rows of gateways that never carry a call are never touched, so cost no memory. */
  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer((GATEWAYS_AT + ADMISSION_SLOTS_MAX * ROW) * 8);
  }

  add(number: ShardNumber, amount = 1): void {
    this.#cells[number] = (this.#cells[number] as number) + amount;
  }

  set(number: ShardNumber, value: number): void {
    this.#cells[number] = value;
  }

  get(name: ShardNumberName): number {
    return this.#cells[ShardNumber[name]] as number;
  }

  addEnd(reason: string): void {
    this.#bump(REASON_INDEX.get(reason) as number);
  }

  ends(reason: string): number {
    return this.#cells[REASON_INDEX.get(reason) as number] as number;
  }

  addParseFailure(why: ParseFailureWhy): void {
    this.#bump(FAILURE_INDEX.get(why) as number);
  }

  parseFailures(why: ParseFailureWhy): number {
    return this.#cells[FAILURE_INDEX.get(why) as number] as number;
  }

  /** Counts how an attempt toward the routing gateway in `slot` ended. */
  addAttempt(slot: number, code: AttemptCode): void {
    this.#bump(GATEWAYS_AT + slot * ROW + (CODE_INDEX.get(code) as number));
  }

  attempts(slot: number, code: AttemptCode): number {
    return this.#cells[GATEWAYS_AT + slot * ROW + (CODE_INDEX.get(code) as number)] as number;
  }

  /** Counts one post-dial delay of the gateway in `slot`. */
  addDelay(slot: number, delayMs: number): void {
    const seconds = delayMs / 1000;
    let bucket = 0;
    while (bucket < DELAY_BUCKETS_SECONDS.length && seconds > (DELAY_BUCKETS_SECONDS[bucket] as number)) bucket++;
    const base = GATEWAYS_AT + slot * ROW;
    this.#bump(base + DELAYS_AT + bucket);
    this.#cells[base + DELAY_SUM_AT] = (this.#cells[base + DELAY_SUM_AT] as number) + seconds;
  }

  /** Calls in each delay bucket, the last one above all bounds; not cumulated. */
  delays(slot: number): { readonly counts: readonly number[]; readonly sumSeconds: number } {
    const base = GATEWAYS_AT + slot * ROW;
    const counts = Array.from(this.#cells.subarray(base + DELAYS_AT, base + DELAY_SUM_AT));
    return { counts, sumSeconds: this.#cells[base + DELAY_SUM_AT] as number };
  }

  /** Counts a finished call of a gateway (either kind): for ASR and ACD. */
  addCall(slot: number, answered: boolean, talkSeconds: number): void {
    const base = GATEWAYS_AT + slot * ROW;
    this.#bump(base + CALLS_AT);
    if (!answered) return;
    this.#bump(base + ANSWERED_AT);
    this.#cells[base + TALK_SECONDS_AT] = (this.#cells[base + TALK_SECONDS_AT] as number) + talkSeconds;
  }

  calls(slot: number): { readonly calls: number; readonly answered: number; readonly talkSeconds: number } {
    const base = GATEWAYS_AT + slot * ROW;
    return {
      calls: this.#cells[base + CALLS_AT] as number,
      answered: this.#cells[base + ANSWERED_AT] as number,
      talkSeconds: this.#cells[base + TALK_SECONDS_AT] as number,
    };
  }

  /** Counts a probe of the routing gateway in `slot`. */
  addProbe(slot: number, outcome: ProbeOutcome): void {
    this.#bump(GATEWAYS_AT + slot * ROW + PROBES_AT + PROBE_OUTCOMES.indexOf(outcome));
  }

  probes(slot: number, outcome: ProbeOutcome): number {
    return this.#cells[GATEWAYS_AT + slot * ROW + PROBES_AT + PROBE_OUTCOMES.indexOf(outcome)] as number;
  }

  /** Counts a call for which the routing gateway in `slot` was passed by. */
  addPass(slot: number, pass: Pass): void {
    this.#bump(GATEWAYS_AT + slot * ROW + PASSES_AT + PASS_NAMES.indexOf(pass));
  }

  passes(slot: number, pass: Pass): number {
    return this.#cells[GATEWAYS_AT + slot * ROW + PASSES_AT + PASS_NAMES.indexOf(pass)] as number;
  }

  #bump(index: number): void {
    this.#cells[index] = (this.#cells[index] as number) + 1;
  }
}

/** The label under which a final status is counted. */
export function attemptCodeOf(status: number): AttemptCode {
  const exact = String(status);
  if (CODE_INDEX.has(exact)) return exact as AttemptCode;
  return `${Math.floor(status / 100)}xx` as AttemptCode;
}
