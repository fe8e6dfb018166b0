// npm run bench: what one call costs. The real command line on one side, a generator of its own on the other; the basic
// call (INVITE 100 180 200 ACK, 100 ms hold, BYE 200) at constant rates, five interleaved runs each.
//
//   --rates 200,500   calls a second          --runs 5        runs at each rate
//   --seconds 8       length of a run         --shards 1      of Tandem; 0: inline; 0,1: both; else its default
//   --with kamailio   Debian's Kamailio in the same run, A B A B
//   --against COMMIT  another revision of Tandem in the same run, A B A B, built in a worktree of its own
//   --cpu-prof DIR    a profile of each of Tandem's threads   --json   one document

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultShardCount } from '../src/config.ts';
import { sentenceOf } from '../src/tandem-error.ts';
import { tellBench } from './bench-report.ts';
import { startKamailio } from './compare/kamailio/kamailio-under-test.ts';
import { comparisonsOf } from './comparison.ts';
import { LoadEnds } from './load-ends.ts';
import { thisMachine } from './machine.ts';
import { type MeasuredRun, measureRun } from './measured-run.ts';
import { buildRevision, removeRevision } from './other-revision.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import { startTandem, TANDEM } from './tandem-under-test.ts';

interface BenchOptions {
  readonly rates: readonly number[];
  readonly runs: number;
  readonly seconds: number;
  /** One Tandem for each. */
  readonly shards: readonly number[];
  readonly withKamailio: boolean;
  /** Another revision to run beside this one; null for none. */
  readonly against: string | null;
  readonly profileDirectory: string | null;
  readonly isJson: boolean;
}

/** Until the compiler of V8 has seen everything. */
const WARM_UP = { callsPerSecond: 500, seconds: 5 };
const DIRECT = { callsPerSecond: 200, seconds: 2 };

function readOptions(): BenchOptions {
  const { values } = parseArgs({
    options: {
      rates: { type: 'string', default: '200,500' },
      runs: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '8' },
      shards: { type: 'string', default: String(defaultShardCount()) },
      with: { type: 'string' },
      against: { type: 'string' },
      'cpu-prof': { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.with !== undefined && values.with !== 'kamailio') throw new Error('--with knows kamailio');
  return {
    rates: values.rates.split(',').map((rate) => positive('--rates', rate)),
    runs: positive('--runs', values.runs),
    seconds: positive('--seconds', values.seconds),
    shards: values.shards.split(',').map((count) => (count === '0' ? 0 : positive('--shards', count))),
    withKamailio: values.with === 'kamailio',
    against: values.against ?? null,
    profileDirectory: values['cpu-prof'] ?? null,
    isJson: values.json,
  };
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${option} takes whole numbers above 0, not "${text}"`);
}

/** Prints the report; answers whether every run may be believed. */
async function bench(options: BenchOptions): Promise<boolean> {
  const machine = thisMachine();
  const directory = mkdtempSync(join(tmpdir(), 'tandem-bench-'));
  const systems: SystemUnderTest[] = [];
  const ends = await LoadEnds.start();
  const clear = async (): Promise<void> => {
    for (const system of systems) await system.stop();
    ends.stop();
    removeRevision(revisionIn(directory));
    rmSync(directory, { recursive: true, force: true });
  };
  // Systems are process groups of their own: a Ctrl-C does not reach them by itself.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void clear().finally(() => process.exit(1)));
  try {
    await startSystems(options, ends, directory, systems);
    const say = options.isJson ? (): void => undefined : (line: string): void => console.error(line);
    const runs = await runAll(options, ends, systems, say);
    if (options.isJson) console.log(JSON.stringify({ machine, options, runs, comparisons: comparisonsOf(runs) }));
    else for (const line of tellBench(runs, machine)) console.log(line);
    return runs.every(({ invalid }) => invalid.length === 0);
  } finally {
    await clear();
  }
}

function revisionIn(directory: string): string {
  return join(directory, 'revision');
}

async function startSystems(
  { shards, withKamailio, against, profileDirectory }: BenchOptions,
  ends: LoadEnds,
  directory: string,
  systems: SystemUnderTest[],
): Promise<void> {
  const { answererPort } = ends;
  const revision = against === null ? null : buildRevision(against, revisionIn(directory));
  const start = async (name: string, program: string, shardCount: number): Promise<void> => {
    const own = join(directory, name);
    mkdirSync(own);
    const profiles = profileDirectory === null ? null : join(profileDirectory, name);
    const options = { name, program, directory: own, shardCount, answererPort, profileDirectory: profiles };
    systems.push(await startTandem(options));
  };
  for (const shardCount of shards) {
    const name = `tandem-${shardCount}`;
    await start(name, TANDEM, shardCount);
    if (revision !== null) await start(`${name}@${revision.name}`, revision.program, shardCount);
  }
  if (!withKamailio) return;
  const kamailioDirectory = join(directory, 'kamailio');
  mkdirSync(kamailioDirectory);
  systems.push(await startKamailio(kamailioDirectory, answererPort));
}

/** Warm-up, a run without any system for the generator's own share, then all systems at all rates, round by round. */
async function runAll(
  { rates, runs, seconds }: BenchOptions,
  ends: LoadEnds,
  systems: readonly SystemUnderTest[],
  say: (line: string) => void,
): Promise<MeasuredRun[]> {
  const measured: MeasuredRun[] = [];
  for (const system of systems) await measureRun(ends, system, WARM_UP);
  measured.push(await measureRun(ends, direct(ends), DIRECT));
  for (let round = 1; round <= runs; round++) {
    for (const callsPerSecond of rates) {
      for (const system of systems) {
        const run = await measureRun(ends, system, { callsPerSecond, seconds });
        const doubt = run.invalid.length > 0 ? `  INVALID: ${run.invalid.join('; ')}` : '';
        say(`${round}/${runs}  ${system.name} at ${callsPerSecond}/s: ${run.microsPerCall.toFixed(0)} us/call${doubt}`);
        measured.push(run);
      }
    }
  }
  return measured;
}

/** No system at all: the caller calls the answerer. */
function direct(ends: LoadEnds): SystemUnderTest {
  const none = async (): Promise<null> => null;
  return { name: 'direct', place: ends.directPlace(), group: null, cdrCount: none, stop: async () => undefined };
}

try {
  if (!(await bench(readOptions()))) process.exitCode = 1;
} catch (error) {
  console.error(sentenceOf(error));
  process.exitCode = 2;
}
