// The load suite.
//
//   npm run bench                              quick: what a call costs, its delays, the highest rate; under 2 minutes
//   npm run bench -- PROFILE                   one profile; `npm run bench -- list` names them
//   npm run bench -- compare --with kamailio   Debian's Kamailio in the same run, A B A B; `compare PROFILE` for
//                                              another load than wholesale
//   npm run bench -- compare --against COMMIT  another revision of Tandem, built in a worktree of its own
//
//   npm run bench -- table PROFILE             compares with Kamailio, and writes the figures into README.md
//
//   npm run bench -- peak --with kamailio      the highest rate of each, searched for in turn
//
//   npm run bench -- records                   2 000 CDRs a second; calls with CDRs, rating, checkpoints and without
//
//   --rate N, --rates 200,500  calls a second    --seconds N   length of a run     --runs N  of compare
//   --ramp FROM:TO:SECONDS     instead of a constant rate      --poisson           independent arrivals
//   --shards 0,1               of Tandem; 0: inline            --seed N            the same seed, the same calls
//   --with kamailio-proxy      Kamailio without topology hiding; both kinds with a comma between them
//   --prefixes N               size of the deck of wholesale; a million unless told otherwise
//   --tables DIR               keeps its tables there, and takes those that an earlier run of this revision has left
//   --target HOST:PORT         another SIP switch that is running already, whose vendor is --answer-on HOST:PORT
//   --out DIR                  for the reports (JSON, HTML); bench-reports/ unless told otherwise
//   --cpu-prof DIR             a profile of each of Tandem's threads
//   --capture                  what the switch adds by the kernel's time of each datagram, instead of the ends' stamps
//   --real-time                the switch in the real-time class, as config/systemd/tandem.service has it

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alignedTable } from '../src/cli/aligned-table.ts';
import { sentenceOf } from '../src/tandem-error.ts';
import { type BenchDocument, writeDocument } from './bench-document.ts';
import { type BenchOptions, readBenchOptions } from './bench-options.ts';
import { tellBench } from './bench-report.ts';
import { briefly, type CompareOptions, compareAll, NOTHING_TO_SAY, runDirect, warmUp } from './compare.ts';
import { type Comparison, comparisonsOf } from './comparison.ts';
import { figureLines, withFigures } from './figures.ts';
import { thisMachine } from './machine.ts';
import { removeRevision } from './other-revision.ts';
import { findPeak } from './peak.ts';
import { type ProfileRun, runProfile } from './profile-run.ts';
import { ELSEWHERE, PROFILES, type Profile } from './profiles.ts';
import { recordsLines, runCdrRate, startWithAndWithout } from './records-cost.ts';
import { revisionIn, startSystems } from './start-systems.ts';
import { spreadOf } from './statistics.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import { TrafficEnds } from './traffic/traffic-ends.ts';
import type { LoadSecond } from './traffic/traffic-messages.ts';

/** The quick benchmark: rates that the table of the README has, short runs, a short search for the top. */
const QUICK = { rates: [200, 500], runs: 3, seconds: 5, warmUpSeconds: 5 };
const RECORDS = { rates: [200, 500], runs: 5, seconds: 6, warmUpSeconds: 30 };
const COMPARED = { rates: [200, 500, 1_000], runs: 5, seconds: 8, warmUpSeconds: 30 };
const QUICK_PEAK = { from: 600, growth: 1.3, seconds: 4 };
const PEAK = { from: 500, growth: 1.15, seconds: 6, runs: 5 };

/** Before one profile, or a search for a peak. */
const WARM_UP_SECONDS = 5;

/** Where figures are written. */
const README = 'README.md';

const QUIET_SECONDS = 10;

/** What is alive while a benchmark runs. */
interface Scene {
  readonly ends: TrafficEnds;
  readonly directory: string;
  readonly systems: SystemUnderTest[];
  readonly say: (line: string) => void;
}

/** What was found. */
type Findings = Pick<BenchDocument, 'runs' | 'peaks'>;

async function main(): Promise<boolean> {
  const options = readBenchOptions(process.argv.slice(2));
  if (options.command === 'list') return list();
  const profile = profileNamed(options.profile);
  const machine = thisMachine();
  const scene = await openScene(options);
  try {
    const found = await run(options, profile, scene);
    const title = ['Tandem bench', ...(options.command === 'profile' ? [] : [options.command]), profile.name].join(' ');
    const document = {
      title,
      machine,
      atIso: new Date().toISOString(),
      ...found,
      comparisons: comparisonsOf(found.runs),
    };
    if (options.isJson) console.log(JSON.stringify(document));
    else for (const line of tellBench(found.runs, machine)) console.log(line);
    for (const line of peakLines(found.peaks)) scene.say(line);
    if (options.command === 'records') judgeRecords(document.comparisons, scene.say);
    if (options.command === 'table') writeFigures(document, profile.name);
    for (const path of writeDocument(document, options.outDirectory)) scene.say(`Written: ${path}`);
    return found.runs.every(({ invalid, isPassed }) => invalid.length === 0 && isPassed);
  } finally {
    await closeScene(scene);
  }
}

function judgeRecords(comparisons: readonly Comparison[], say: Scene['say']): void {
  const lines = recordsLines(comparisons);
  for (const line of lines) say(line);
  if (lines.some((line) => line.startsWith('FAIL'))) process.exitCode = 1;
}

function writeFigures(document: BenchDocument, profile: string): void {
  const lines = figureLines(document);
  writeFileSync(README, withFigures(readFileSync(README, 'utf8'), profile, lines));
  for (const line of lines) console.log(line);
}

function list(): boolean {
  const rows = PROFILES.map(({ name, callsPerSecond, seconds, help }) => [
    name,
    `${callsPerSecond}`,
    `${seconds}`,
    help,
  ]);
  for (const line of alignedTable(['profile', 'calls/s', 'seconds', 'what'], rows, [1, 2])) console.log(line);
  for (const [name, sentence] of ELSEWHERE) console.log(`${name}: ${sentence}.`);
  return true;
}

function profileNamed(name: string): Profile {
  const profile = PROFILES.find((one) => one.name === name);
  if (profile !== undefined) return profile;
  const instead = ELSEWHERE.get(name);
  throw new Error(instead ?? `There is no profile ${name}; there are ${PROFILES.map((one) => one.name).join(', ')}`);
}

async function openScene({ answerOn, isJson }: BenchOptions): Promise<Scene> {
  const directory = mkdtempSync(join(tmpdir(), 'tandem-bench-'));
  const ends = await TrafficEnds.start(
    answerOn === null ? {} : { answererAddress: answerOn.address, answererPort: answerOn.port },
  );
  const scene = { ends, directory, systems: [], say: isJson ? () => undefined : (line: string) => console.error(line) };
  // Systems are process groups of their own: a Ctrl-C does not reach them by itself.
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void closeScene(scene).finally(() => process.exit(1)));
  }
  return scene;
}

async function closeScene({ ends, directory, systems }: Scene): Promise<void> {
  for (const system of systems) await system.stop();
  ends.stop();
  removeRevision(revisionIn(directory));
  rmSync(directory, { recursive: true, force: true });
}

async function run(options: BenchOptions, profile: Profile, scene: Scene): Promise<Findings> {
  switch (options.command) {
    case 'quick':
      return quick(options, profile, scene);
    case 'compare':
    case 'table':
      return compare(options, briefly(profile), scene);
    case 'records':
      return records(options, profile, scene);
    case 'peak':
      return peak(options, briefly(profile), scene);
    default:
      return one(options, profile, scene);
  }
}

function compareOptionsOf(
  { rates, runs, seconds, seed, warmUpSeconds }: BenchOptions,
  usual = COMPARED,
): CompareOptions {
  return {
    rates: rates ?? usual.rates,
    runs: runs ?? usual.runs,
    seconds: seconds ?? usual.seconds,
    seed,
    warmUpSeconds: warmUpSeconds ?? usual.warmUpSeconds,
  };
}

async function compare(options: BenchOptions, profile: Profile, scene: Scene): Promise<Findings> {
  const offered = await startSystems(options, { ...scene, profile }, scene.systems);
  const runs = await compareAll(compareOptionsOf(options), { ...scene, profile: offered }, scene.systems, scene.say);
  return { runs, peaks: [] };
}

async function records(options: BenchOptions, profile: Profile, scene: Scene): Promise<Findings> {
  const { ends, systems, say } = scene;
  if (!(await runCdrRate(scene.directory, say))) process.exitCode = 1;
  const offered = await startWithAndWithout(options, { ...scene, profile }, systems);
  const runs = await compareAll(compareOptionsOf(options, RECORDS), { ends, profile: offered }, systems, say);
  return { runs, peaks: [] };
}

async function peak(options: BenchOptions, profile: Profile, scene: Scene): Promise<Findings> {
  const { ends, systems, say } = scene;
  const offered = await startSystems(options, { ...scene, profile }, systems);
  for (const system of systems) await warmUp(ends, system, profile, offered, options.warmUpSeconds ?? WARM_UP_SECONDS);
  const peaks: ProfileRun[] = [];
  for (let round = 0; round < (options.runs ?? PEAK.runs); round++) {
    for (const system of systems) {
      const found = await findPeak(ends, system, offered, { ...PEAK, seed: options.seed + round }, say);
      if (found.peak !== null) peaks.push(found.peak);
    }
  }
  for (const { name } of systems) {
    if (peaks.some(({ system }) => system === name)) continue;
    say(`FAILED: ${name} did not even carry ${PEAK.from} calls a second.`);
    process.exitCode = 1;
  }
  return { runs: [], peaks };
}

async function quick(options: BenchOptions, profile: Profile, scene: Scene): Promise<Findings> {
  const offered = await startSystems(options, { ...scene, profile }, scene.systems);
  const { ends, systems, say } = scene;
  const runs = await compareAll(compareOptionsOf(options, QUICK), { ends, profile: offered }, systems, say);
  const [system] = systems as [SystemUnderTest];
  const { peak } = await findPeak(ends, system, offered, { ...QUICK_PEAK, seed: options.seed }, say);
  return { runs, peaks: peak === null ? [] : [peak] };
}

async function one(options: BenchOptions, profile: Profile, scene: Scene): Promise<Findings> {
  const { ends, systems, say } = scene;
  const offered = await startOne(options, profile, scene);
  const [system] = systems as [SystemUnderTest];
  const runs: ProfileRun[] = [];
  const isCallable = profile.mix.every(({ what }) => what === 'call');
  if (isCallable) {
    const basic = profileNamed('basic');
    runs.push(await runDirect(ends, basic, options.seed));
    await warmUp(ends, system, basic, offered, options.warmUpSeconds ?? WARM_UP_SECONDS);
  }
  const arrivals = options.isPoisson ? 'poisson' : profile.arrivals;
  const steps = options.ramp ?? [
    { callsPerSecond: options.rates?.[0] ?? profile.callsPerSecond, seconds: options.seconds ?? profile.seconds },
  ];
  const captureFile = options.isCaptured ? join(scene.directory, 'capture.pcap') : null;
  const how = { steps, seed: options.seed, captureFile };
  runs.push(await runProfile(ends, system, { ...offered, arrivals }, how, tellSecond(say)));
  return { runs, peaks: [] };
}

/** The one system that a profile is run against. */
async function startOne(options: BenchOptions, profile: Profile, scene: Scene): Promise<Profile> {
  if (options.target === null) {
    const shards = options.shards.slice(0, 1).map((count) => Math.max(count, profile.shardsMin));
    return startSystems({ ...options, shards }, { ...scene, profile }, scene.systems);
  }
  scene.systems.push({ name: 'target', place: options.target, ...NOTHING_TO_SAY });
  return profile;
}

function tellSecond(say: (line: string) => void): (second: LoadSecond) => void {
  return ({ second, offered, answered, succeeded, failed, active, ringing }) => {
    // While calls only talk there is nothing to tell, but now and then that they do.
    if (offered + answered + succeeded + failed === 0 && second % QUIET_SECONDS !== 0) return;
    say(
      `${String(second + 1).padStart(5)} s: ${offered} offered, ${answered} answered, ${succeeded} as planned, ` +
        `${failed} failed, ${active} now; INVITE to 180 p50 ${ringing.p50.toFixed(2)}, ` +
        `p99 ${ringing.p99.toFixed(2)} ms`,
    );
  };
}

function peakLines(peaks: readonly ProfileRun[]): string[] {
  return [...new Set(peaks.map(({ system }) => system))].map((name) => {
    const own = peaks.filter(({ system }) => system === name);
    const { min, median, max } = spreadOf(own.map(({ callsPerSecond }) => callsPerSecond));
    const { median: micros } = spreadOf(own.map(({ microsPerCall }) => microsPerCall));
    const searches = own.length === 1 ? '' : ` (${min} - ${max}; ${own.length} searches)`;
    return (
      `Highest rate of ${name}, the generator on the same machine: ${median} calls a second${searches}, ` +
      `${micros.toFixed(0)} us/call.`
    );
  });
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  console.error(sentenceOf(error));
  process.exitCode = 2;
}
