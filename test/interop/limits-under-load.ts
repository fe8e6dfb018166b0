// Limits while SIPp calls through three shards that are killed in turn: more is offered than the gateways' lines, one
// call of four is cancelled. What the CDRs say of each moment must never pass a limit, and nothing is held in the end.
//
//   node dist/test/interop/limits-under-load.js --rate 150 --seconds 120 --kills 10

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import type { Scope } from '../hosts/scope.ts';
import { SwitchProcess } from '../hosts/switch-process.ts';
import { freePlace, startSipp } from './sipp.ts';

const SHARDS = 3;
const CALLER = '127.0.0.2';
const VENDOR = '127.0.0.3';
const HOLD_MS = 2_000;

/** Lines of the customer and of each vendor: more calls want each of them than it carries. */
const LINES = { customer: 85, first: 40, second: 45 };

/** Longest that a peer that lost its call waits until it is gone, s: 20 for an answer, 32 for a transaction. */
const LAST_SECONDS = 80;

/** What is offered. */
export interface LimitsPlan {
  readonly rate: number;
  readonly seconds: number;
  readonly kills: number;
}

/** What came of it. */
export interface LimitsReport {
  readonly calls: number;
  readonly answered: number;
  readonly settled: number;
  /** Most calls at a time, by the CDRs. */
  readonly most: Readonly<Record<keyof typeof LINES, number>>;
}

/** Offers the load to a fresh switch and checks everything. */
export async function limitsUnderLoad(scope: Scope, { rate, seconds, kills }: LimitsPlan): Promise<LimitsReport> {
  const calls = rate * seconds;
  const vendors = { first: await freePlace(VENDOR), second: await freePlace(VENDOR) };
  const tandem = await SwitchProcess.start(scope, SHARDS, networkFile(vendors));
  const common = { calls, lifeSeconds: seconds + LAST_SECONDS };
  for (const at of Object.values(vendors)) {
    await startSipp(scope, { ...common, scenario: 'answerer-of-limits', at });
  }
  const dial = { to: tandem.sip, callee: '4989100', perSecond: rate };
  const at = await freePlace(CALLER);
  const caller = await startSipp(scope, { ...common, scenario: 'caller-of-limits', at, dial, pauseMs: HOLD_MS });
  for (let kill = 0; kill < kills; kill++) {
    await sleep((seconds * 1000) / (kills + 1));
    await tandem.management.killShard(kill % SHARDS);
    await nothingDrifts(tandem);
  }
  await Promise.allSettled([caller.finished]);
  await tandem.management.atRest(LAST_SECONDS * 1000);
  await nothingDrifts(tandem);
  const cdrs = await tandem.management.cdrs();
  const report = reportOf(cdrs);
  for (const [name, lines] of Object.entries(LINES)) {
    const most = report.most[name as keyof typeof LINES];
    assert.ok(most <= lines, `${most} calls at a time on ${name}, which has ${lines} lines`);
    assert.ok(most >= lines * 0.9, `${name} was never full: ${most} of ${lines}`);
  }
  const { shards } = await tandem.management.status();
  assert.equal(
    shards.reduce((sum, { restarts }) => sum + restarts, 0),
    kills,
  );
  return report;
}

function networkFile({
  first,
  second,
}: Readonly<Record<'first' | 'second', { address: string; port: number }>>): string {
  const vendor = (
    name: 'first' | 'second',
    { address, port }: { address: string; port: number },
    priority: number,
  ) => ({
    ...{ name, prefix: '', remoteIp: address, signalPort: port, priority, capacity: LINES[name] },
  });
  return JSON.stringify({
    accounts: [{ account: 'acme' }],
    mappingGateways: [{ name: 'customer', account: 'acme', remoteIps: [CALLER], capacity: LINES.customer }],
    routingGateways: [vendor('first', first, 1), vendor('second', second, 2)],
  });
}

async function nothingDrifts(tandem: SwitchProcess): Promise<void> {
  const drift = (await tandem.management.metrics()).all('tandem_limit_drift');
  assert.ok(drift.length > 0, 'the drift is told');
  for (const { value, labels } of drift) assert.equal(value, 0, JSON.stringify(labels));
}

function reportOf(cdrs: readonly Cdr[]): LimitsReport {
  const admitted = cdrs.filter(({ attempts }) => attempts.length > 0);
  const onVendor = (name: string): Stretch[] =>
    admitted.flatMap(({ attempts, endedAtWallMs }) =>
      attempts.flatMap(({ gateway, startedAtWallMs }, index): Stretch[] => {
        const until = attempts[index + 1]?.startedAtWallMs ?? endedAtWallMs ?? 0;
        return gateway === name ? [[startedAtWallMs, until]] : [];
      }),
    );
  return {
    calls: cdrs.length,
    answered: cdrs.filter(({ answeredAtWallMs }) => answeredAtWallMs !== null).length,
    settled: cdrs.filter(({ endReason }) => endReason === 'SwitchRestart').length,
    most: {
      customer: mostAtATime(admitted.map((cdr) => [cdr.setupAtWallMs, cdr.endedAtWallMs ?? 0])),
      first: mostAtATime(onVendor('first')),
      second: mostAtATime(onVendor('second')),
    },
  };
}

/** From and until, wall clock ms. */
type Stretch = readonly [number, number];

/** A shard stamps what it does in one go with the time at which it began: a call may be that much younger, ms. */
const STAMP_TOLERANCE_MS = 50;

/** The most stretches that overlap, beyond the tolerance of their beginnings. */
function mostAtATime(stretches: readonly Stretch[]): number {
  const long = stretches.filter(([from, until]) => until - from > STAMP_TOLERANCE_MS);
  const steps = long.flatMap(([from, until]) => [
    { at: from + STAMP_TOLERANCE_MS, by: 1 },
    { at: until, by: -1 },
  ]);
  steps.sort((one, other) => one.at - other.at || one.by - other.by);
  let now = 0;
  let most = 0;
  for (const { by } of steps) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

/** A report as one line. */
export function tellLimits({ calls, answered, settled, most }: LimitsReport): string {
  const tops = Object.entries(LINES).map(([name, lines]) => `${name} ${most[name as keyof typeof LINES]} of ${lines}`);
  return `${calls} CDRs, ${answered} answered, ${settled} ended with their shard; most at a time: ${tops.join(', ')}`;
}

async function main(): Promise<void> {
  const option = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const { values } = parseArgs({ options: { rate: option('150'), seconds: option('120'), kills: option('10') } });
  const plan = { rate: Number(values.rate), seconds: Number(values.seconds), kills: Number(values.kills) };
  const closings: (() => void | Promise<void>)[] = [];
  try {
    console.log(tellLimits(await limitsUnderLoad({ after: (close) => closings.push(close) }, plan)));
  } finally {
    for (const close of closings.toReversed()) await close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
