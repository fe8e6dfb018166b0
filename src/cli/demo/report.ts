// What the demo shows: who takes part, a line that lives, and the summary.

import type { SwitchStatus } from '../../control/api/status.ts';
import { alignedTable } from '../aligned-table.ts';
import { CUSTOMERS, SWITCH_ADDRESS, VENDORS } from './network.ts';
import type { DemoSummary, Tally } from './tally.ts';
import type { Temper } from './vendor.ts';

const TEMPERS: Readonly<Record<Temper, string>> = {
  dead: 'never answers',
  halfBusy: 'busy half the time',
  good: 'takes every call',
};

/** What is printed before the first call. */
export function introduction(
  ports: { readonly sip: number; readonly management: number },
  seconds: number | null,
): string[] {
  const customers = CUSTOMERS.map(({ name, address }) => `${name} (${address})`);
  const vendors = VENDORS.map(({ name, temper, prefix }) => {
    return `${name} for ${prefix === '' ? 'all numbers' : `${prefix}...`} (${TEMPERS[temper]})`;
  });
  return [
    `Tandem carries SIP on ${SWITCH_ADDRESS}:${ports.sip}; metrics on http://${SWITCH_ADDRESS}:${ports.management}/metrics.`,
    `Customers: ${customers.join(', ')}.`,
    `Vendors: ${vendors.join(', ')}.`,
    seconds === null ? 'Ctrl-C ends it.' : `It ends after ${seconds} s, or by Ctrl-C.`,
    '',
  ];
}

/** The state of the demo in one line. */
export function liveLine(seconds: number, tally: Tally, { calls }: SwitchStatus): string {
  const { asr, recentDelayMs } = tally;
  return [
    `${String(Math.floor(seconds)).padStart(4)} s`,
    `${calls.perSecond.toFixed(1).padStart(6)} CPS`,
    `${String(calls.active).padStart(5)} CC`,
    `ASR ${percent(asr).padStart(6)}`,
    `PDD p50 ${milliseconds(recentDelayMs).padStart(7)}`,
    `${String(tally.cdrCount).padStart(6)} CDRs`,
  ].join('   ');
}

/** Rewrites one line on a terminal; elsewhere each is a line of its own. */
export class LiveLine {
  #isOpen = false;

  show(line: string): void {
    if (!process.stdout.isTTY) {
      process.stdout.write(`${line}\n`);
      return;
    }
    // Carriage return, the line, erase what a longer one left behind (ECMA-48 EL).
    process.stdout.write(`\r${line}\u001b[K`);
    this.#isOpen = true;
  }

  /** Leaves the last line standing. */
  close(): void {
    if (this.#isOpen) process.stdout.write('\n');
    this.#isOpen = false;
  }
}

/** The summary as lines. */
export function tellSummary(summary: DemoSummary): string[] {
  const { offered, answered, cdrs, refused, seconds, postDialDelayMs, faults } = summary;
  const reasons = Object.entries(summary.endReasons).map(([reason, count]) => [reason, String(count)]);
  const gateways = summary.gateways.map((gateway) => [
    gateway.name,
    String(gateway.attempts),
    String(gateway.heard),
    String(gateway.answered),
    percent(gateway.asr),
  ]);
  const delays =
    postDialDelayMs === null
      ? 'nothing rang'
      : `PDD p50 ${milliseconds(postDialDelayMs.p50)}, p95 ${milliseconds(postDialDelayMs.p95)}`;
  return [
    '',
    `${offered} calls offered in ${seconds.toFixed(0)} s, ${answered} answered, ${cdrs} CDRs; ${delays}.`,
    ...(refused === 0 ? [] : [`More came than this machine carries: ${refused} were refused (503) before they began.`]),
    '',
    ...alignedTable(['calls ended by', 'count'], [...reasons, ['total', String(cdrs)]], [1]),
    '',
    ...alignedTable(['vendor', 'attempts', 'heard', 'answered', 'ASR'], gateways, [1, 2, 3, 4]),
    '',
    ...verdict(faults, refused === 0 ? 'call' : 'call that began'),
  ];
}

function verdict(faults: readonly string[], what: string): string[] {
  if (faults.length > 0) return ['It does not add up:', ...faults.map((sentence) => `! ${sentence}`)];
  return [`It adds up: one CDR for each ${what}, every attempt heard by its vendor, every limit back at 0.`];
}

function percent(ratio: number | null): string {
  return ratio === null ? '-' : `${(ratio * 100).toFixed(1)} %`;
}

function milliseconds(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(0)} ms`;
}
