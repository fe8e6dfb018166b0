// One profile against one system: the load, what the system used meanwhile, what became of it, and whether the figures
// may be believed.

import { setTimeout as pause } from 'node:timers/promises';
import { begin } from './disturbances.ts';
import type { Profile } from './profiles.ts';
import { memorySlope, SystemSamples, type SystemSecond } from './system-samples.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import type { LoadStep } from './traffic/arrivals.ts';
import { type Latency, LatencyHistogram } from './traffic/histogram.ts';
import type { LoadResult, TrafficEnds } from './traffic/traffic-ends.ts';
import type { EndLoad, LoadSecond } from './traffic/traffic-messages.ts';

/** How it is run; what the profile says where an option is left out. */
export interface RunOptions {
  readonly steps: readonly LoadStep[];
  readonly seed: number;
}

/** Latencies, ms. */
export interface RunLatencies {
  /** INVITE to 18x and to 200, as the caller sees it, the answerer's part included. */
  readonly ringing: Latency;
  readonly answer: Latency;
  /** The system's own part: INVITE in to INVITE out, 180 and 200 likewise. */
  readonly inviteAdded: Latency;
  readonly ringingAdded: Latency;
  readonly answerAdded: Latency;
}

/** What one run showed. */
export interface ProfileRun {
  readonly system: string;
  readonly profile: string;
  readonly callsPerSecond: number;
  readonly offered: number;
  readonly answered: number;
  readonly succeeded: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly refreshes: number;
  /** INVITEs at the vendors for each call. */
  readonly attemptsPerCall: number;
  readonly latencies: RunLatencies;
  /** utime + stime of all processes of the system over calls offered. */
  readonly microsPerCall: number;
  readonly byThread: Readonly<Record<string, number>>;
  readonly concurrentMost: number;
  /** Growth of memory over its idle size at the most concurrent calls, over those; null where it says nothing. */
  readonly bytesPerCall: number | null;
  readonly memorySlopeBytesPerSecond: number;
  readonly resent: { readonly caller: number; readonly answerer: number };
  /** CDRs written during the run, of calls answered among them; null when the system cannot say. */
  readonly cdrs: number | null;
  readonly limitDrift: number | null;
  readonly seconds: readonly LoadSecond[];
  readonly systemSeconds: readonly SystemSecond[];
  readonly generator: { readonly lateness: Latency; readonly caller: EndLoad; readonly answerer: EndLoad };
  /** Why the figures are not to be believed; empty when they are. */
  readonly invalid: readonly string[];
  readonly isPassed: boolean;
}

/** Beyond these the generator, and not the system, shaped the run. */
const LATENESS_P99_MAX_MS = 10;
const CPU_SHARE_MAX = 0.85;

/** What a system may still have to do after the last call, ms: it belongs to the run's price. */
const AFTERMATH_MS = 300;

/** Fewer concurrent calls say nothing of the memory of one. */
const MEMORY_CALLS_MIN = 1_000;

/** Runs `profile` against `system`; `onSecond` hears how it goes. */
export async function runProfile(
  ends: TrafficEnds,
  system: SystemUnderTest,
  profile: Profile,
  { steps, seed }: RunOptions,
  onSecond: (second: LoadSecond) => void = () => undefined,
): Promise<ProfileRun> {
  const { arrivals, mix, prefixes, impairment, windDownMs, patienceMs } = profile;
  const cdrsBefore = await system.cdrCount();
  const samples = new SystemSamples(system.group);
  const disturbance = begin(profile.disturbance, system, steps);
  const order = { target: system.place, seed, arrivals, steps, mix, prefixes, impairment, windDownMs, patienceMs };
  const result = await ends.run(order, onSecond).finally(() => disturbance.end());
  await pause(AFTERMATH_MS);
  const used = samples.stop();
  const cdrsAfter = await system.cdrCount();
  const calls = Math.max(1, result.caller.offered);
  const run = {
    ...figuresOf(result),
    system: system.name,
    profile: profile.name,
    callsPerSecond: Math.max(...steps.map(({ callsPerSecond }) => callsPerSecond)),
    microsPerCall: used.totalMicros / calls,
    byThread: Object.fromEntries(Object.entries(used.byThread).map(([name, micros]) => [name, micros / calls])),
    bytesPerCall: bytesPerCall(result.caller.seconds, samples.seconds),
    memorySlopeBytesPerSecond: memorySlope(samples.seconds),
    cdrs: cdrsBefore === null || cdrsAfter === null ? null : cdrsAfter - cdrsBefore,
    limitDrift: await system.limitDrift(),
    systemSeconds: samples.seconds,
  };
  return { ...run, isPassed: isPassed(run, profile) };
}

function figuresOf({ caller, answerer }: LoadResult) {
  const { offered, answered, succeeded, failed, refreshes, seconds, own } = caller;
  const latency = (encoded: string): Latency => LatencyHistogram.of(encoded).latency();
  const lateness = latency(caller.lateness);
  return {
    offered,
    answered,
    succeeded,
    failed,
    refreshes,
    seconds,
    attemptsPerCall: answerer.invites / Math.max(1, offered),
    latencies: {
      ringing: latency(caller.ringing),
      answer: latency(caller.answer),
      inviteAdded: latency(answerer.inviteAdded),
      ringingAdded: latency(caller.ringingAdded),
      answerAdded: latency(caller.answerAdded),
    },
    concurrentMost: Math.max(0, ...seconds.map(({ active }) => active)),
    resent: { caller: own.resent, answerer: answerer.load.resent },
    generator: { lateness, caller: own, answerer: answerer.load },
    invalid: faultsOf(lateness, own, answerer.load),
  };
}

function faultsOf(lateness: Latency, caller: EndLoad, answerer: EndLoad): string[] {
  const faults: string[] = [];
  if (lateness.p99 > LATENESS_P99_MAX_MS) faults.push(`calls were placed late, p99 ${lateness.p99.toFixed(1)} ms`);
  for (const [name, load] of Object.entries({ caller, answerer })) {
    if (load.cpuShare > CPU_SHARE_MAX) faults.push(`the ${name} used ${(load.cpuShare * 100).toFixed(0)} % of a core`);
    if (load.lag.p99 > LATENESS_P99_MAX_MS) faults.push(`the ${name} ran late, p99 ${load.lag.p99.toFixed(1)} ms`);
    if (load.sendFailures > 0) faults.push(`the ${name} could not send ${load.sendFailures} datagrams`);
  }
  return faults;
}

function isPassed(
  { offered, succeeded, cdrs, limitDrift, answered }: Omit<ProfileRun, 'isPassed'>,
  { successMin }: Profile,
): boolean {
  const areRecorded = cdrs === null || cdrs >= answered;
  return succeeded >= offered * successMin && areRecorded && (limitDrift ?? 0) === 0;
}

function bytesPerCall(seconds: readonly LoadSecond[], system: readonly SystemSecond[]): number | null {
  const idle = system[0]?.residentBytes ?? 0;
  const most = seconds.reduce((best, one) => (one.active > best.active ? one : best), { active: 0, second: 0 });
  const then = system.find(({ second }) => second >= most.second)?.residentBytes ?? 0;
  return most.active < MEMORY_CALLS_MIN || then === 0 ? null : (then - idle) / most.active;
}
