// The figures of the overload benchmark, for people.

import { alignedTable } from '../src/cli/aligned-table.ts';
import { type Machine, tellMachine } from './machine.ts';
import type { OverloadOutcome } from './overload-messages.ts';
import type { SwitchCounts } from './overload-switch.ts';
import type { ClockLoad } from './traffic/traffic-messages.ts';

/** One point of the curve. */
export interface OverloadPoint {
  readonly factor: number;
  readonly callsPerSecond: number;
  readonly established: number;
  readonly outcome: OverloadOutcome;
  readonly answerer: ClockLoad;
  /** Of one core, used by the switch during the load. */
  readonly cpuShare: number;
  /** INVITEs that the packet filter dropped. */
  readonly filtered: number;
  readonly counts: SwitchCounts;
}

/** The whole curve. */
export interface OverloadReport {
  readonly machine: Machine;
  readonly options: { readonly seconds: number; readonly shards: number; readonly coreShare: number };
  readonly peak: number;
  /** '' without packet filter. */
  readonly filter: string;
  readonly isHeldDown: boolean;
  readonly points: readonly OverloadPoint[];
}

/** Beyond these the generator, and not the switch, shaped the run. */
const LATENESS_P99_MAX_MS = 20;
const STANDSTILL_MAX_MS = 100;
const CPU_SHARE_MAX = 0.85;

/** The first second is left out of the goodput: an overload needs a moment to be one. */
const SECONDS_LEFT_OUT = 1;

/** The report as lines. */
export function tellOverload(report: OverloadReport): string[] {
  const { machine, peak, points } = report;
  const heads = [
    'load',
    'calls/s',
    'goodput/s',
    'of peak',
    '503',
    'silent',
    'other',
    'BYE p50',
    'p99',
    'max',
    're-INV p99',
    'BYE lost',
    're-INV lost',
    'full again',
    'CPU',
    'caller CPU',
  ];
  return [
    '',
    `Peak ${peak} calls a second${conditions(report)}.`,
    '',
    ...alignedTable(
      heads,
      points.map((point) => rowOf(point, peak)),
      heads.map((_, column) => column),
    ),
    '',
    ...points.map((point) => accountOf(point)),
    ...points.flatMap((point) => doubtsOf(point)),
    '',
    tellMachine(machine),
    'goodput: calls that came to their good end, from the second second on. silent: neither answered nor refused',
    'when the run ended. BYE: to its 200, in calls set up before; lost: without answer. full again: at half the peak',
    'after the load, when the last call began that did not succeed. CPU: of one core, used by the switch.',
  ];
}

/** Completed calls a second of the load. */
export function goodputOf({ load }: OverloadOutcome): number {
  const seconds = load.completedBySecond.slice(SECONDS_LEFT_OUT);
  return seconds.reduce((sum, count) => sum + count, 0) / Math.max(1, seconds.length);
}

function conditions({ options, filter, isHeldDown }: OverloadReport): string {
  const share = isHeldDown
    ? `, the switch held down to ${(options.coreShare * 100).toFixed(0)} % of a core by a quota of its control group`
    : ', the switch with all the machine leaves it';
  const shards = options.shards === 0 ? ', shard inline' : `, ${options.shards} shards in workers`;
  return `${shards}${share}${filter === '' ? '' : `; behind config/nftables/sip.nft, which lets in ${filter}`}`;
}

function rowOf(point: OverloadPoint, peak: number): string[] {
  const { factor, callsPerSecond, outcome } = point;
  const { load, afterwards, byes, reinvites } = outcome;
  const other = Object.values(load.failed).reduce((sum, count) => sum + count, 0);
  return [
    `${factor}x`,
    String(callsPerSecond),
    goodputOf(outcome).toFixed(0),
    `${((100 * goodputOf(outcome)) / peak).toFixed(1)} %`,
    String(load.refused),
    String(load.silent),
    String(other),
    `${byes.answerMs.p50.toFixed(1)} ms`,
    byes.answerMs.p99.toFixed(1),
    byes.answerMs.max.toFixed(1),
    `${reinvites.answerMs.p99.toFixed(1)} ms`,
    String(byes.unanswered),
    String(reinvites.unanswered),
    `${(afterwards.lastFailureMs / 1000).toFixed(1)} s`,
    `${(point.cpuShare * 100).toFixed(1)} %`,
    `${(outcome.own.cpuShare * 100).toFixed(0)} %`,
  ];
}

/** INVITEs that were sent and that neither the switch nor the packet filter counted: at most what the socket lost. */
export function unexplainedOf({ outcome, filtered, counts }: OverloadPoint): number {
  const { admitted, repeated, inDialog, refused, dropped } = counts;
  return outcome.inviteDatagrams - admitted - repeated - inDialog - refused - dropped - filtered;
}

/** Every INVITE that was sent, and where it went. */
function accountOf(point: OverloadPoint): string {
  const { factor, outcome, filtered, counts } = point;
  const { admitted, repeated, inDialog, refused, dropped, lostAtSocket } = counts;
  return (
    `${factor}x: ${outcome.inviteDatagrams} INVITEs = ${admitted} admitted + ${repeated} repetitions of them + ` +
    `${inDialog} in calls + ` +
    `${refused} refused + ${dropped} dropped + ${filtered} filtered + ` +
    `${unexplainedOf(point)} unexplained; the socket lost ${lostAtSocket} datagrams.`
  );
}

/** Why a point says nothing of the switch; empty when it does. */
export function doubtsOf({ factor, outcome, answerer }: OverloadPoint): string[] {
  const doubts: string[] = [];
  const { lateness, own } = outcome;
  if (lateness.p99 > LATENESS_P99_MAX_MS) doubts.push(`INVITEs left late, p99 ${lateness.p99.toFixed(1)} ms`);
  if (own.lag.max > STANDSTILL_MAX_MS) doubts.push(`the caller stood still for ${own.lag.max.toFixed(0)} ms`);
  if (own.cpuShare > CPU_SHARE_MAX) doubts.push(`the caller used ${(own.cpuShare * 100).toFixed(0)} % of a core`);
  if (answerer.lag.max > STANDSTILL_MAX_MS) {
    doubts.push(`the answerer stood still for ${answerer.lag.max.toFixed(0)} ms`);
  }
  if (answerer.cpuShare > CPU_SHARE_MAX) {
    doubts.push(`the answerer used ${(answerer.cpuShare * 100).toFixed(0)} % of a core`);
  }
  return doubts.map((doubt) => `INVALID: ${factor}x: ${doubt}.`);
}
