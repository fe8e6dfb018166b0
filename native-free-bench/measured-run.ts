// One run of the load against one system: what it cost, how it went, and whether the figure may be believed.

import { setTimeout as pause } from 'node:timers/promises';
import type { LoadEnds } from './load-ends.ts';
import type { OwnLoad, RunOutcome } from './load-messages.ts';
import { type CpuSample, sampleGroup } from './process-cpu.ts';
import type { SystemUnderTest } from './system-under-test.ts';

/** What one run showed. */
export interface MeasuredRun {
  readonly system: string;
  readonly callsPerSecond: number;
  /** utime + stime of all processes of the system over completed calls. */
  readonly microsPerCall: number;
  readonly byThread: Readonly<Record<string, number>>;
  readonly outcome: RunOutcome;
  readonly answerer: OwnLoad;
  /** CDRs written during the run; null when the system cannot say. */
  readonly cdrs: number | null;
  /** Why the figure is not to be believed; empty when it is. */
  readonly invalid: readonly string[];
}

/** Beyond these the generator, and not the system, shaped the run. */
const LATENESS_P99_MAX_MS = 10;
const CPU_SHARE_MAX = 0.85;

/** What a system may still have to do after the last call, ms: it belongs to the run's price. */
const AFTERMATH_MS = 300;

/** Calls of the basic profile are held so long. */
const HOLD_MS = 100;

/** Runs `seconds` of load at `callsPerSecond`. */
export async function measureRun(
  ends: LoadEnds,
  system: SystemUnderTest,
  { callsPerSecond, seconds }: { readonly callsPerSecond: number; readonly seconds: number },
): Promise<MeasuredRun> {
  const before = system.group === null ? null : sampleGroup(system.group);
  const cdrsBefore = await system.cdrCount();
  const count = Math.round(callsPerSecond * seconds);
  const { outcome, answerer } = await ends.run({ target: system.place, callsPerSecond, count, holdMs: HOLD_MS });
  await pause(AFTERMATH_MS);
  const after = system.group === null ? null : sampleGroup(system.group);
  const cdrsAfter = await system.cdrCount();
  const calls = Math.max(1, outcome.completed);
  return {
    system: system.name,
    callsPerSecond,
    microsPerCall: before === null || after === null ? 0 : (after.totalMicros - before.totalMicros) / calls,
    byThread: before === null || after === null ? {} : perThread(before, after, calls),
    outcome,
    answerer,
    cdrs: cdrsBefore === null || cdrsAfter === null ? null : cdrsAfter - cdrsBefore,
    invalid: faultsOf(outcome, answerer),
  };
}

function perThread(before: CpuSample, after: CpuSample, calls: number): Record<string, number> {
  const micros: Record<string, number> = {};
  for (const [name, used] of after.byThread) micros[name] = (used - (before.byThread.get(name) ?? 0)) / calls;
  return micros;
}

function faultsOf({ lateness, own }: RunOutcome, answerer: OwnLoad): string[] {
  const faults: string[] = [];
  if (lateness.p99 > LATENESS_P99_MAX_MS) faults.push(`INVITEs left late, p99 ${lateness.p99.toFixed(1)} ms`);
  if (own.cpuShare > CPU_SHARE_MAX) faults.push(`the caller used ${percent(own.cpuShare)} of a core`);
  if (answerer.cpuShare > CPU_SHARE_MAX) faults.push(`the answerer used ${percent(answerer.cpuShare)} of a core`);
  if (answerer.lag.p99 > LATENESS_P99_MAX_MS)
    faults.push(`the answerer ran late, p99 ${answerer.lag.p99.toFixed(1)} ms`);
  return faults;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
