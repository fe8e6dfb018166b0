// What every system under test looks like to the benchmark: a process group that listens for SIP.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { processesOf } from './process-cpu.ts';
import type { Place } from './traffic/traffic-messages.ts';

/** CDRs of a system so far. */
export interface CdrCounts {
  readonly all: number;
  /** Of calls that were answered; null when the system does not tell them apart. */
  readonly answered: number | null;
}

/** What a system holds. */
export interface Memory {
  readonly residentBytes: number;
  /** Alive in the heaps of its threads, garbage aside; null where nobody can ask. */
  readonly heapBytes: number | null;
}

/** A running system. */
export interface SystemUnderTest {
  readonly name: string;
  readonly place: Place;
  /** Its process group now; null for none (no system between caller and answerer). */
  readonly group: number | null;
  /** CDRs it has written so far; null when it cannot say. */
  cdrCounts(): Promise<CdrCounts | null>;
  /** By how much its limit counters are wrong; null when it cannot say. */
  limitDrift(): Promise<number | null>;
  /** Ends a worker, kills and starts the whole, or asks its management something; nothing where it cannot. */
  disturb(how: 'killShard' | 'killSwitch' | 'askStatus'): Promise<void>;
  /** null when it cannot be looked into. */
  memory(): Promise<Memory | null>;
  stop(): Promise<void>;
}

/** What a command runs under in the real-time class; its priority, 1, follows. */
export const REAL_TIME = ['chrt', '--rr'];

const STOP_MS = 8_000;

/** Ends a process group: SIGTERM to its leader, SIGKILL to who is left after STOP_MS. */
export async function endGroup(leader: ChildProcess): Promise<void> {
  const group = leader.pid;
  if (group === undefined || leader.exitCode !== null) return;
  const ended = once(leader, 'exit');
  leader.kill('SIGTERM');
  const timeout = new AbortController();
  await Promise.race([ended, pause(STOP_MS, undefined, { signal: timeout.signal }).catch(() => undefined)]);
  timeout.abort();
  for (const pid of processesOf(group)) process.kill(pid, 'SIGKILL');
}

/** Asks `look` every 50 ms until it answers something; throws after `timeoutMs` with what it waited for. */
export async function until<T>(what: string, timeoutMs: number, look: () => Promise<T | null>): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > endMs) throw new Error(`${what} did not come within ${timeoutMs} ms`);
    await pause(50);
  }
}
