// CDRs at a steady rate on the way that they take in a switch: the shard's end (packed, into its journal, then the
// ring), control in its own thread (spool, index, reports, ledger) and the sinks of files. Says whether control keeps
// up, what each part takes of the processor, and how long commits take. Run by `npm run bench -- records`, in a process
// group and a directory of its own, with name-threads and commit-probe in each thread.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { requireRunningSwitch } from '../src/cli/switch-client.ts';
import type { SwitchStatus } from '../src/control/api/status.ts';
import { ControlLink } from '../src/control/control-link.ts';
import { launchControl } from '../src/control/launched-control.ts';
import type { ControlStart } from '../src/control/messages.ts';
import { BOARD_RECORD_BYTES } from '../src/core/base/limits.ts';
import { Prng } from '../src/core/base/prng.ts';
import { RecordBoard } from '../src/core/base/record-board.ts';
import { Ring } from '../src/core/base/ring.ts';
import { TakenMark } from '../src/core/base/taken-mark.ts';
import { Balances } from '../src/core/rating/balances.ts';
import { allocateSwitchMemory, type ShardMemory, type SwitchMemory } from '../src/core/shard/shared-memory.ts';
import { readFormerLife } from '../src/shard-host/former-life.ts';
import { RecordsOut } from '../src/shard-host/records-out.ts';
import { defaultSinks, type SinkSettings } from '../src/sink-settings.ts';
import type { CallJournal } from '../src/store/call-journal.ts';
import { journalFolder } from '../src/store/journal-disk.ts';
import { journalPath, journalsPath } from '../src/store/journal-places.ts';
import { CdrTally } from './cdr-tally.ts';
import { COMMITS_FILE } from './commits-file.ts';
import { sampleGroup } from './process-cpu.ts';
import { sampleCdr } from './sample-cdrs.ts';
import { type Latency, LatencyHistogram } from './traffic/histogram.ts';

/** Between two batches of a shard, ms. */
const BATCH_MS = 5;
/** The shard's host brings its journal to the disk as often. */
const FLUSH_MS = 200;
const LOOK_MS = 1_000;
/** Before it is measured: until the compiler of V8 has seen everything. */
const WARM_UP_SECONDS = 5;
/** Control takes CDRs five times a second, and sinks take them from there once a second: so much may always wait. */
const BACKLOG_SECONDS_MAX = 2;
/** Share of the load that this side has to manage itself. */
const OFFERED_MIN = 0.99;
const END_PATIENCE_MS = 30_000;

interface Load {
  /** CDRs a second. */
  readonly rate: number;
  readonly seconds: number;
}

interface Waiting {
  readonly position: number;
  readonly atMs: number;
}

/** One shard's end, which is given CDRs instead of calls. */
class ShardEnd {
  readonly commits = new LatencyHistogram();
  /** From the journal to the spool. */
  readonly spooling = new LatencyHistogram();
  /** Time spent on records, ms. */
  spentMs = 0;
  count = 0;
  /** CDRs that the ring had no room for, at most. */
  unsentMost = 0;
  readonly #journal: CallJournal;
  readonly #records: RecordsOut;
  readonly #taken: TakenMark;
  readonly #prng = new Prng(1);
  #waiting: Waiting[] = [];
  #flushDueMs = 0;

  constructor(memory: SwitchMemory, journal: CallJournal) {
    const [own] = memory.shards as [ShardMemory];
    this.#journal = journal;
    this.#taken = new TakenMark(own.cdrsTaken);
    this.#records = new RecordsOut({
      board: new RecordBoard(own.board, BOARD_RECORD_BYTES),
      journal,
      ring: new Ring(own.cdrs),
      taken: this.#taken,
      balances: new Balances(memory.balances, own.held),
      charged: new TakenMark(own.cdrsCharged),
    });
  }

  get takenCount(): number {
    return this.#taken.position;
  }

  /** Forgets what was measured so far. */
  begin(): void {
    this.commits.reset();
    this.spooling.reset();
    this.spentMs = 0;
    this.unsentMost = 0;
  }

  /** A batch in which `count` calls end. */
  batch(count: number): void {
    const cdrs = Array.from({ length: count }, (_, at) => sampleCdr(this.count + at + 1, Date.now(), this.#prng));
    const beganMs = performance.now();
    for (const cdr of cdrs) this.#records.settle(cdr);
    const packedMs = performance.now();
    this.#records.flush();
    const nowMs = performance.now();
    this.spentMs += nowMs - beganMs;
    this.count += count;
    if (count > 0) {
      this.commits.record(1_000 * (nowMs - packedMs));
      this.#waiting.push({ position: this.count, atMs: nowMs });
    }
    this.unsentMost = Math.max(this.unsentMost, this.#records.unsentCount);
    this.#lookAtTaken(nowMs);
    if (nowMs < this.#flushDueMs) return;
    this.#flushDueMs = nowMs + FLUSH_MS;
    void this.#journal.flush();
  }

  close(): void {
    this.#journal.close();
  }

  #lookAtTaken(nowMs: number): void {
    const { position } = this.#taken;
    const still = this.#waiting.findIndex((one) => one.position > position);
    const spooled = this.#waiting.splice(0, still < 0 ? this.#waiting.length : still);
    for (const { atMs } of spooled) this.spooling.record(1_000 * (nowMs - atMs));
  }
}

/** What status showed of the sinks. */
class Looks {
  backlogMost = 0;
  failureCount = 0;
  readonly #status: () => Promise<SwitchStatus>;

  constructor(status: () => Promise<SwitchStatus>) {
    this.#status = status;
  }

  /** Answers the largest backlog now. */
  async look(): Promise<number> {
    const { cdr } = await this.#status();
    const backlog = Math.max(...cdr.sinks.map((sink) => sink.backlog));
    this.backlogMost = Math.max(this.backlogMost, backlog);
    this.failureCount = cdr.storeFailures;
    return backlog;
  }
}

/** Ends `rate` calls a second for `seconds`. */
async function offer(shard: ShardEnd, looks: Looks, { rate, seconds }: Load): Promise<void> {
  const beganMs = performance.now();
  let [offered, lookDueMs] = [0, beganMs + LOOK_MS];
  for (let nowMs = beganMs; nowMs < beganMs + 1_000 * seconds; nowMs = performance.now()) {
    const owed = Math.floor((rate * (nowMs - beganMs)) / 1_000) - offered;
    offered += owed;
    shard.batch(owed);
    if (nowMs >= lookDueMs) {
      lookDueMs += LOOK_MS;
      void looks.look();
    }
    await pause(BATCH_MS);
  }
}

/** Resolves when all is in the spool and in the files; answers after how long, ms. */
async function workedOff(shard: ShardEnd, looks: Looks): Promise<number> {
  const beganMs = performance.now();
  while (shard.takenCount < shard.count || (await looks.look()) > 0) {
    if (performance.now() > beganMs + END_PATIENCE_MS) return Number.POSITIVE_INFINITY;
    shard.batch(0);
    await pause(BATCH_MS);
  }
  return performance.now() - beganMs;
}

function startOf(dataPath: string, memory: SwitchMemory, sinks: readonly SinkSettings[]): ControlStart {
  return {
    dataPath,
    management: { address: '127.0.0.1', port: 0 },
    listeners: [],
    memory,
    sinks,
    diskShare: 50,
    node: 'bench',
    version: 'bench',
    startedAtWallMs: Date.now(),
    logLevel: 'error',
    isDurable: true,
    hosts: [],
    dnsServers: [],
    lrnUrl: '',
    keyFile: '',
    journalsPath: journalsPath(dataPath, 1),
    isWatched: false,
  };
}

/** What was found. */
interface Outcome {
  readonly count: number;
  /** All there were, the warm-up's too, and how many of them are in the file. */
  readonly countOfAll: number;
  readonly writtenCount: number;
  /** From the last CDR until all was done. */
  readonly lateMs: number;
  readonly controlMs: number;
  readonly spoolCommits: Latency;
}

/** Runs it in the working directory. */
async function measure(
  shard: ShardEnd,
  looks: Looks,
  load: Load,
): Promise<Omit<Outcome, 'spoolCommits' | 'writtenCount'>> {
  await offer(shard, looks, { rate: load.rate, seconds: WARM_UP_SECONDS });
  shard.begin();
  looks.backlogMost = 0;
  const [countBefore, before] = [shard.count, controlMs()];
  await offer(shard, looks, load);
  const spentMs = controlMs() - before;
  const count = shard.count - countBefore;
  return { count, countOfAll: shard.count, controlMs: spentMs, lateMs: await workedOff(shard, looks) };
}

/** Processor time of the control thread so far. */
function controlMs(): number {
  return (sampleGroup(process.pid).byThread.get('control') ?? 0) / 1_000;
}

function hasKeptUp({ count, countOfAll, writtenCount }: Outcome, shard: ShardEnd, looks: Looks, load: Load): boolean {
  return (
    count >= OFFERED_MIN * load.rate * load.seconds &&
    looks.backlogMost <= BACKLOG_SECONDS_MAX * load.rate &&
    shard.unsentMost === 0 &&
    looks.failureCount === 0 &&
    writtenCount === countOfAll
  );
}

function lines(outcome: Outcome, shard: ShardEnd, looks: Looks, load: Load): string[] {
  const { count, countOfAll, writtenCount, lateMs, controlMs, spoolCommits } = outcome;
  const cost = (ms: number): string =>
    `${((100 * ms) / (1_000 * load.seconds)).toFixed(1)} % of a core, ${((1_000 * ms) / count).toFixed(1)} us a CDR`;
  const times = ({ p50, p99, max }: Latency): string =>
    `p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)}, most ${max.toFixed(2)} ms`;
  return [
    `${hasKeptUp(outcome, shard, looks, load) ? 'PASS' : 'FAIL'}  ${count} CDRs in ${load.seconds} s; ` +
      `${writtenCount} of ${countOfAll}, the warm-up's too, are in the file`,
    `at most ${looks.backlogMost} waited for a sink; all was done ${lateMs.toFixed(0)} ms after the last one`,
    `shard's end (pack, journal, ring): ${cost(shard.spentMs)}`,
    `control (spool, index, reports, ledger, two files): ${cost(controlMs)}`,
    `commit of the journal, which an answer waits for: ${times(shard.commits.latency())}`,
    `commit of the spool, ${spoolCommits.count} in all: ${times(spoolCommits)}`,
    `from the journal to the spool: ${times(shard.spooling.latency())}`,
  ];
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: { rate: { type: 'string', default: '2000' }, seconds: { type: 'string', default: '60' } },
  });
  const load = { rate: Number(values.rate), seconds: Number(values.seconds) };
  const dataPath = join(process.cwd(), 'data');
  const csv = { kind: 'file', name: 'csv', format: 'csv', rotation: 'hour', gzip: true } as const;
  const sinks = [...defaultSinks(dataPath), { ...csv, directory: join(dataPath, 'csv') }];
  const memory = allocateSwitchMemory(1);
  const ignore = (): void => undefined;
  const user = { onSnapshot: ignore, onKillShard: ignore, onLrnAnswered: ignore, onDied: console.error };
  const control = await ControlLink.open(startOf(dataPath, memory, sinks), user, launchControl());
  const { journal } = readFormerLife(journalFolder(journalPath(journalsPath(dataPath, 1), 0)), false);
  const shard = new ShardEnd(memory, journal);
  await control.managementPort;
  const client = requireRunningSwitch(dataPath);
  const looks = new Looks(async () => (await client.get('/api/v1/status')) as SwitchStatus);
  const measured = await measure(shard, looks, load);
  shard.close();
  await control.stop();
  const writtenCount = new CdrTally(join(dataPath, 'cdr')).count().all;
  const spoolCommits = LatencyHistogram.of(readFileSync(COMMITS_FILE, 'utf8')).latency();
  const outcome = { ...measured, writtenCount, spoolCommits };
  for (const line of lines(outcome, shard, looks, load)) console.log(line);
  return hasKeptUp(outcome, shard, looks, load);
}

if (!(await main())) process.exitCode = 1;
