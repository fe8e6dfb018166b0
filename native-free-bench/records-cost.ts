// npm run bench -- records: what CDRs, rating and checkpoints cost. First the way of CDRs by itself at a steady rate,
// then a call with all of that beside a call without any, by the same switch in turn.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { networkFile } from './bench-network.ts';
import type { Comparison } from './comparison.ts';
import { tellRatio } from './comparison.ts';
import { placesOf } from './start-systems.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import { startTandem, TANDEM } from './tandem-under-test.ts';
import type { TrafficEnds } from './traffic/traffic-ends.ts';

/** The processor that a call may take with records, over what it takes without. */
const RATIO_MAX = 1.15;

/** CDRs a second, and for how long. */
const RATE = 2_000;
const SECONDS = 60;

/** The way of CDRs at RATE; what it says is said. False when control does not keep up. */
export async function runCdrRate(directory: string, say: (line: string) => void): Promise<boolean> {
  say(`The way of ${RATE} CDRs a second, for ${SECONDS} s:`);
  const cwd = join(directory, 'cdr-rate');
  mkdirSync(cwd);
  const program = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
  const preloading = ['./name-threads.js', './commit-probe.js'].flatMap((file) => ['--import', program(file)]);
  const load = ['--rate', String(RATE), '--seconds', String(SECONDS)];
  const child = spawn(process.execPath, [...preloading, program('./cdr-rate.js'), ...load], { cwd, detached: true });
  const stop = (): void => void child.kill('SIGKILL');
  process.once('exit', stop);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (text += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('exit', stop);
  for (const line of text.trimEnd().split('\n')) say(line);
  return code === 0;
}

/** One that rates and records, and one that does neither, for each number of shards. */
export async function startWithAndWithout(
  { shards, profileDirectory }: { readonly shards: readonly number[]; readonly profileDirectory: string | null },
  {
    ends,
    directory,
    systems,
  }: { readonly ends: TrafficEnds; readonly directory: string; readonly systems: SystemUnderTest[] },
): Promise<void> {
  for (const shardCount of shards) {
    for (const hasRecords of [true, false]) {
      // Named like another revision of the first, which it is compared as.
      const name = `tandem-${shardCount}${hasRecords ? '' : '@without'}`;
      const own = join(directory, name);
      mkdirSync(own);
      const network = networkFile(hasRecords ? 'rated' : 'plain', '127.0.0.1', placesOf(ends));
      const profiles = profileDirectory === null ? null : join(profileDirectory, name);
      const settings = { name, program: TANDEM, directory: own, shardCount, network, tablesPath: null };
      systems.push(await startTandem({ ...settings, profileDirectory: profiles, hasRecords }));
    }
  }
}

/** A line for each rate: whether records are within their bound. */
export function recordsLines(comparisons: readonly Comparison[]): string[] {
  return comparisons.map(({ system, callsPerSecond, processor }) => {
    const isKept = processor.median <= RATIO_MAX;
    return (
      `${isKept ? 'PASS' : 'FAIL'}  ${system} at ${callsPerSecond}/s: with CDRs, rating and checkpoints a call takes ` +
      `${tellRatio(processor)} of what it takes without; ${RATIO_MAX} is the bound`
    );
  });
}
