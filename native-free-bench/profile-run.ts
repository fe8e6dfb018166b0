// One profile against one system: the load, what the system used meanwhile, what became of it, and whether the figures
// may be believed.

import { setTimeout as pause } from 'node:timers/promises';
import { Capture, delaysOf } from './capture.ts';
import { begin } from './disturbances.ts';
import { type HeldMemory, MemoryWatch } from './held-memory.ts';
import type { Profile } from './profiles.ts';
import { memorySlope, SystemSamples, type SystemSecond } from './system-samples.ts';
import type { CdrCounts, SystemUnderTest } from './system-under-test.ts';
import type { LoadStep } from './traffic/arrivals.ts';
import { type Latency, LatencyHistogram } from './traffic/histogram.ts';
import type { LoadResult, TrafficEnds } from './traffic/traffic-ends.ts';
import type { EndLoad, LoadSecond, Refreshes } from './traffic/traffic-messages.ts';

/** How it is run; what the profile says where an option is left out. */
export interface RunOptions {
  readonly steps: readonly LoadStep[];
  readonly seed: number;
  /** What the system adds is told by a capture of the loopback, which is kept here meanwhile; else by stamps. */
  readonly captureFile?: string | null;
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
  /** Session timers refreshed by the system, as both ends saw it; null where no call has any. */
  readonly refreshes: { readonly caller: Refreshes; readonly answerer: Refreshes } | null;
  /** INVITEs at the vendors for each call. */
  readonly attemptsPerCall: number;
  readonly latencies: RunLatencies;
  /** utime + stime of all processes of the system over calls offered. */
  readonly microsPerCall: number;
  readonly byThread: Readonly<Record<string, number>>;
  readonly concurrentMost: number;
  /** Growth of memory over its idle size at the most concurrent calls, over those; null where it says nothing. */
  readonly bytesPerCall: number | null;
  /** Of a profile that holds all its calls at a time. */
  readonly held: HeldMemory | null;
  readonly memorySlopeBytesPerSecond: number;
  /** Messages sent again: by the ends, and by the system, as the ends heard them. */
  readonly resent: { readonly caller: number; readonly answerer: number; readonly system: number };
  /** CDRs written during the run; null when the system cannot say. */
  readonly cdrs: CdrCounts | null;
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
const AFTERMATH_MS = 1_300;

/** Fewer concurrent calls say nothing of the memory of one. */
const MEMORY_CALLS_MIN = 1_000;

/** Runs `profile` against `system`; `onSecond` hears how it goes. */
export async function runProfile(
  ends: TrafficEnds,
  system: SystemUnderTest,
  profile: Profile,
  { steps, seed, captureFile = null }: RunOptions,
  onSecond: (second: LoadSecond) => void = () => undefined,
): Promise<ProfileRun> {
  const { arrivals, mix, prefixes, impairment, windDownMs, patienceMs } = profile;
  const cdrsBefore = await system.cdrCounts();
  const capture = captureFile === null ? null : await Capture.begin(captureFile);
  const held = profile.isHeld ? await MemoryWatch.begin(system, profile, steps) : null;
  const samples = new SystemSamples(system);
  const disturbance = begin(profile.disturbance, system, steps);
  const order = { target: system.place, seed, arrivals, steps, mix, prefixes, impairment, windDownMs, patienceMs };
  const result = await ends.run(order, onSecond).finally(() => disturbance.end());
  await pause(AFTERMATH_MS);
  const used = samples.stop();
  const calls = Math.max(1, result.caller.offered);
  const figures = figuresOf(result, profile);
  const run = {
    ...figures,
    latencies: { ...figures.latencies, ...(capture && delaysOf(await capture.end(), system.place.port)) },
    system: system.name,
    profile: profile.name,
    callsPerSecond: Math.max(...steps.map(({ callsPerSecond }) => callsPerSecond)),
    microsPerCall: used.totalMicros / calls,
    byThread: Object.fromEntries(Object.entries(used.byThread).map(([name, micros]) => [name, micros / calls])),
    bytesPerCall: bytesPerCall(result.caller.seconds, samples.seconds),
    held: (await held?.end(mostOf(result))) ?? null,
    memorySlopeBytesPerSecond: memorySlope(samples.seconds),
    cdrs: sinceThen(cdrsBefore, await system.cdrCounts()),
    limitDrift: await system.limitDrift(),
    systemSeconds: samples.seconds,
  };
  return { ...run, isPassed: isPassed(run, profile) };
}

function sinceThen(before: CdrCounts | null, after: CdrCounts | null): CdrCounts | null {
  if (before === null || after === null) return null;
  const answered = before.answered === null || after.answered === null ? null : after.answered - before.answered;
  return { all: after.all - before.all, answered };
}

function mostOf({ caller }: LoadResult): number {
  return Math.max(0, ...caller.seconds.map(({ active }) => active));
}

function figuresOf(result: LoadResult, { mix }: Profile) {
  const { caller, answerer } = result;
  const { offered, answered, succeeded, failed, seconds, own } = caller;
  const latency = (encoded: string): Latency => LatencyHistogram.of(encoded).latency();
  const lateness = latency(caller.lateness);
  const hasTimers = mix.some(({ sessionExpiresSeconds }) => sessionExpiresSeconds !== null);
  return {
    offered,
    answered,
    succeeded,
    failed,
    seconds,
    refreshes: hasTimers ? { caller: own.refreshes, answerer: answerer.load.refreshes } : null,
    attemptsPerCall: answerer.invites / Math.max(1, offered),
    latencies: {
      ringing: latency(caller.ringing),
      answer: latency(caller.answer),
      inviteAdded: latency(answerer.inviteAdded),
      ringingAdded: latency(caller.ringingAdded),
      answerAdded: latency(caller.answerAdded),
    },
    concurrentMost: mostOf(result),
    resent: {
      caller: own.resent,
      answerer: answerer.load.resent,
      system: own.heardAgain + answerer.load.heardAgain,
    },
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

/** RFC 4028 10: who does not refresh hears BYE a third of the interval before its end. */
const REFRESH_SHARE_MAX = 2 / 3;

function isPassed(run: Omit<ProfileRun, 'isPassed'>, profile: Profile): boolean {
  const { offered, succeeded, limitDrift, refreshes, held } = run;
  const areRefreshed =
    refreshes === null || Object.values(refreshes).every(({ longestShare }) => longestShare <= REFRESH_SHARE_MAX);
  const isTight = profile.leakBytesMax === null || leakBytesOf(run) <= profile.leakBytesMax;
  const hasCarried = succeeded >= offered * profile.successMin;
  const isClean = isRecorded(run, profile) && (limitDrift ?? 0) === 0 && isTight;
  return hasCarried && isClean && areRefreshed && (held?.isFlat ?? true);
}

/** Memory that a call has left behind in the second half of the run, bytes. */
export function leakBytesOf({
  memorySlopeBytesPerSecond,
  systemSeconds,
  offered,
}: Pick<ProfileRun, 'memorySlopeBytesPerSecond' | 'systemSeconds' | 'offered'>): number {
  return (memorySlopeBytesPerSecond * systemSeconds.length) / Math.max(1, offered);
}

/** Every call that the caller heard answered has a CDR that says so; and no other call has, where all heard all. */
function isRecorded(
  { cdrs, answered }: Pick<ProfileRun, 'cdrs' | 'answered'>,
  { disturbance, impairment }: Profile,
): boolean {
  if (cdrs === null) return true;
  if (cdrs.answered === null) return cdrs.all >= answered;
  const heardAll = impairment === null && (disturbance === 'none' || disturbance === 'management');
  return heardAll ? cdrs.answered === answered : cdrs.answered >= answered;
}

function bytesPerCall(seconds: readonly LoadSecond[], system: readonly SystemSecond[]): number | null {
  const idle = system[0]?.residentBytes ?? 0;
  const most = seconds.reduce((best, one) => (one.active > best.active ? one : best), { active: 0, second: 0 });
  const then = system.find(({ second }) => second >= most.second)?.residentBytes ?? 0;
  return most.active < MEMORY_CALLS_MIN || then === 0 ? null : (then - idle) / most.active;
}
