// A share of one core for a process under test, so that a generator on the same machine can offer ten times what it
// carries. By the kernel's scheduler (cgroup cpu controller, either version): what the process does not get, it waits
// for.

import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

/** Short, so that the pauses it makes (up to the rest of a period) stay far below what is measured. */
const PERIOD_MICROS = 10_000;

const V1 = '/sys/fs/cgroup/cpu';
const V2 = '/sys/fs/cgroup';

/** A quota in force. */
export interface CpuQuota {
  lift(): void;
}

/** Holds process `pid` down to `share` of one core; null where this machine does not let us. */
export function holdDown(pid: number, share: number): CpuQuota | null {
  const name = `tandem-bench-${process.pid}`;
  const quota = Math.round(PERIOD_MICROS * share);
  try {
    if (existsSync(`${V1}/cpu.cfs_quota_us`) || existsSync(`${V1}/cgroup.procs`)) {
      return hold(V1, name, pid, { 'cpu.cfs_period_us': `${PERIOD_MICROS}`, 'cpu.cfs_quota_us': `${quota}` });
    }
    return hold(V2, name, pid, { 'cpu.max': `${quota} ${PERIOD_MICROS}` });
  } catch {
    return null; // Not root, or no such controller.
  }
}

function hold(root: string, name: string, pid: number, settings: Readonly<Record<string, string>>): CpuQuota {
  const own = `${root}/${name}`;
  mkdirSync(own);
  try {
    for (const [file, value] of Object.entries(settings)) writeFileSync(`${own}/${file}`, value);
    writeFileSync(`${own}/cgroup.procs`, `${pid}`);
  } catch (error) {
    rmdirSync(own);
    throw error;
  }
  return {
    lift: () => {
      for (const left of readFileSync(`${own}/cgroup.procs`, 'latin1').split('\n').filter(Boolean)) {
        writeFileSync(`${root}/cgroup.procs`, left);
      }
      rmdirSync(own);
    },
  };
}
