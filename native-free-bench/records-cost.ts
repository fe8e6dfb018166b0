// npm run bench -- records: what CDRs, rating and checkpoints cost. First the way of CDRs by itself at a steady rate,
// then a call with all of that beside a call without any, by the same switch in turn.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Comparison } from './comparison.ts';
import { tellRatio } from './comparison.ts';
import type { Profile } from './profiles.ts';
import { routingOf, type StartScene, type SystemOptions } from './start-systems.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import { startTandem, TANDEM } from './tandem-under-test.ts';

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

/**
 * One that rates and records, and one that does neither, for each number of shards. Answers the profile with numbers
 * that they have routes for.
 */
export async function startWithAndWithout(
  options: SystemOptions,
  { profile, ...scene }: StartScene,
  systems: SystemUnderTest[],
): Promise<Profile> {
  const network = profile.network === 'plain' ? 'rated' : profile.network;
  const routing = routingOf({ ...scene, profile: { ...profile, network } }, options);
  const tablesPath = await routing.tablesFor(TANDEM);
  for (const shardCount of options.shards) {
    for (const hasRecords of [true, false]) {
      // Named like another revision of the first, which it is compared as.
      const name = `tandem-${shardCount}${hasRecords ? '' : '@without'}`;
      const directory = join(scene.directory, name);
      mkdirSync(directory);
      const profileDirectory = options.profileDirectory === null ? null : join(options.profileDirectory, name);
      const network = hasRecords ? routing.network : routing.unrated;
      const settings = { name, program: TANDEM, directory, shardCount, network, tablesPath };
      systems.push(await startTandem({ ...settings, profileDirectory, hasRecords }));
    }
  }
  return { ...profile, prefixes: routing.prefixes };
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
