// The machine that figures come from: without it they mean nothing.

import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** Where the figures come from. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly kernel: string;
  readonly node: string;
  /** The last one that changed the switch. */
  readonly commit: string;
  /** Load of the last minute when the benchmark began: what else the machine had to do. */
  readonly loadBefore: number;
}

/** Describes this machine. */
export function thisMachine(): Machine {
  const [first] = cpus();
  return {
    processor: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    commit: commit(),
    loadBefore: loadavg()[0] ?? 0,
  };
}

function commit(): string {
  try {
    const git = (...parts: string[]): string => execFileSync('git', parts, { encoding: 'utf8' }).trim();
    const changes = git('status', '--porcelain', '--', 'src') === '' ? '' : ' with changes in src';
    return git('rev-list', '-1', '--abbrev-commit', 'HEAD', '--', 'src') + changes;
  } catch {
    return 'unknown'; // Not a checkout.
  }
}

/** The machine in a sentence. */
export function tellMachine({ processor, cores, memoryGigabytes, kernel, node, commit, loadBefore }: Machine): string {
  return (
    `${processor}, ${cores} cores, ${memoryGigabytes} GB; Linux ${kernel}; Node ${node}; commit ${commit}; ` +
    `load before ${loadBefore.toFixed(2)}.`
  );
}
