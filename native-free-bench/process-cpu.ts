// What the processes of a system under test used of the processor, from /proc: utime and stime of all of them together,
// and by thread.

import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's unit of utime and stime on Linux (USER_HZ), microseconds. */
const TICK_MICROS = 10_000;

/** Fields of /proc/PID/stat counted from the one after the name. */
const GROUP_FIELD = 2;
const UTIME_FIELD = 11;
const STIME_FIELD = 12;

/** Processor time used since the start, microseconds. */
export interface CpuSample {
  readonly totalMicros: number;
  /** By name of the thread; those of one name are added up. From schedstat, which is finer than ticks. */
  readonly byThread: ReadonlyMap<string, number>;
}

/** Samples every process of process group `group`. */
export function sampleGroup(group: number): CpuSample {
  let totalMicros = 0;
  const byThread = new Map<string, number>();
  for (const pid of processesOf(group)) {
    const fields = statOf(pid);
    if (fields === null) continue;
    totalMicros += (Number(fields[UTIME_FIELD]) + Number(fields[STIME_FIELD])) * TICK_MICROS;
    addThreads(pid, byThread);
  }
  return { totalMicros, byThread };
}

/** The processes of a group, lowest first. */
export function processesOf(group: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => Number(statOf(pid)?.[GROUP_FIELD]) === group);
}

/**
 * Memory of a group, bytes: what is resident without the pages of files, which are the kernel's cache, grow with every
 * record that a store takes, and are dropped when others need the room.
 */
export function residentBytes(group: number): number {
  let bytes = 0;
  for (const pid of processesOf(group)) {
    const text = read(`/proc/${pid}/smaps_rollup`) ?? '';
    for (const [, kilobytes] of text.matchAll(/^Pss_(?:Anon|Shmem):\s+(\d+)/gm)) bytes += Number(kilobytes) * 1024;
  }
  return bytes;
}

function addThreads(pid: number, byThread: Map<string, number>): void {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return; // The process ended meanwhile.
  }
  for (const thread of threads) {
    const name = read(`/proc/${pid}/task/${thread}/comm`)?.trim();
    const spentNanos = Number(read(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0] ?? 0);
    if (name !== undefined) byThread.set(name, (byThread.get(name) ?? 0) + spentNanos / 1000);
  }
}

function statOf(pid: number): string[] | null {
  const text = read(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null; // Processes and threads come and go while they are looked at.
  }
}
