// Tandem under test: the command line an operator starts.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireRunningSwitch, type SwitchClient } from '../src/cli/switch-client.ts';
import type { SwitchStatus } from '../src/control/api/status.ts';
import { START_OPTIONS } from '../src/nursery.ts';
import { askMemory } from './ask-memory.ts';
import { CdrTally } from './cdr-tally.ts';
import { processesOf } from './process-cpu.ts';
import { type CdrCounts, endGroup, type Memory, REAL_TIME, type SystemUnderTest, until } from './system-under-test.ts';
import type { Place } from './traffic/traffic-messages.ts';

/** The command line of this revision, compiled. */
export const TANDEM = fileURLToPath(new URL('../src/cli/tandem.js', import.meta.url));
const PRELOADED = ['./name-threads.js', './memory-probe.js'].map((file) => new URL(file, import.meta.url).href);
const WITHOUT_RECORDS = new URL('./without-records.js', import.meta.url).href;
const ADDRESS = '127.0.0.1';
const START_MS = 30_000;
/** The sink is a moment behind the store. */
const SINK_MS = 10_000;
/** What a last call holds is given back within, ms. */
const REST_MS = 2_000;

/** How Tandem is started. */
export interface TandemOptions {
  readonly name: string;
  /** The compiled command line: TANDEM, or another revision's. */
  readonly program: string;
  /** An empty directory, for its configuration, records and log. */
  readonly directory: string;
  readonly shardCount: number;
  /** Its network file, as JSON. */
  readonly network: string;
  /** A data directory with large tables, to begin with a copy of; null for none. */
  readonly tablesPath: string | null;
  /** Directory for a profile of each thread, written at the end; null for none. */
  readonly profileDirectory: string | null;
  /** Its main thread goes ahead of everything else. Default false. */
  readonly isRealTime?: boolean;
  /** False: its shards record nothing. Default true. */
  readonly hasRecords?: boolean;
}

/** Starts it and applies the network. Rejects when it does not come up within START_MS. */
export async function startTandem(options: TandemOptions): Promise<SystemUnderTest> {
  const { directory, network, tablesPath } = options;
  if (tablesPath !== null) cpSync(tablesPath, join(directory, 'data'), { recursive: true });
  const tandem = new TandemUnderTest(options);
  try {
    await tandem.start();
    await tandem.client.post('/api/v1/apply', { name: 'bench' }, network);
    return tandem;
  } catch (error) {
    await tandem.stop();
    throw error;
  }
}

class TandemUnderTest implements SystemUnderTest {
  readonly name: string;
  readonly #options: TandemOptions;
  readonly #tally: CdrTally;
  #child: ChildProcess | null = null;
  /** Whether its end is no surprise. */
  #isEnding = false;
  /** 0 before the first start, which takes any. */
  #port = 0;

  constructor(options: TandemOptions) {
    this.name = options.name;
    this.#options = options;
    this.#tally = new CdrTally(join(this.#dataPath, 'cdr'));
  }

  get place(): Place {
    return { address: ADDRESS, port: this.#port };
  }

  get group(): number | null {
    return this.#child?.pid ?? null;
  }

  get client(): SwitchClient {
    return requireRunningSwitch(this.#dataPath);
  }

  get #dataPath(): string {
    return join(this.#options.directory, 'data');
  }

  get #hasRecords(): boolean {
    return this.#options.hasRecords ?? true;
  }

  /** Starts on what the directory has, at the place it had before. */
  async start(): Promise<void> {
    const { name, program, directory, shardCount, profileDirectory } = this.#options;
    const configFile = join(directory, 'tandem.yaml');
    writeFileSync(configFile, startFile(shardCount, this.#port));
    const profiling = profileDirectory === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profileDirectory)}`];
    const preloaded = this.#hasRecords ? PRELOADED : [...PRELOADED, WITHOUT_RECORDS];
    const preloading = preloaded.flatMap((file) => ['--import', file]);
    const logFile = join(directory, 'log');
    // Threads that it begins are as usual: those of V8, and control.
    const before = this.#options.isRealTime === true ? [...REAL_TIME, '--reset-on-fork', '1'] : [];
    const node = [process.execPath, '--expose-gc', ...START_OPTIONS, ...preloading, ...profiling];
    const [command = '', ...words] = [...before, ...node, program, 'start', '--config', configFile];
    const stdio = ['ignore', openSync(logFile, 'a'), 'inherit'] as const;
    const child = spawn(command, words, { detached: true, stdio: [...stdio], cwd: directory });
    this.#child = child;
    this.#isEnding = false;
    child.once('exit', (code, signal) => {
      if (this.#isEnding) return;
      console.error(`${name} ended unasked (${signal ?? code}). Its log:\n${readFileSync(logFile, 'utf8')}`);
    });
    const status = await until(name, START_MS, () => this.#readyStatus());
    this.#port = status.listeners[0]?.port ?? 0;
  }

  async stop(): Promise<void> {
    this.#isEnding = true;
    if (this.#child !== null) await endGroup(this.#child);
  }

  async cdrCounts(): Promise<CdrCounts | null> {
    if (!this.#hasRecords) return null;
    const { cdr } = await this.#status();
    const counts = await until('the file of CDRs', SINK_MS, async () => {
      const found = this.#tally.count();
      return found.all >= cdr.spooled ? found : null;
    });
    return { all: cdr.spooled, answered: counts.answered };
  }

  async limitDrift(): Promise<number | null> {
    if (!this.#hasRecords) return null; // The watch compares counters with the board, and nothing stands on it.
    const resting = until('rest', REST_MS, async () => ((await this.#held()) === 0 ? 0 : null));
    await resting.catch(() => undefined); // What is held then is told.
    const { limitDrift } = await this.#status();
    return limitDrift.reduce((sum, { calls }) => sum + Math.abs(calls), 0) + (await this.#held());
  }

  async disturb(how: 'killShard' | 'killSwitch' | 'askStatus'): Promise<void> {
    if (how === 'askStatus') await this.#status();
    else if (how === 'killShard') await this.client.post('/api/v1/shards/0/kill', {}, '');
    else await this.#killAndStart();
  }

  memory(): Promise<Memory> {
    return askMemory(this.group ?? 0, this.#options.directory);
  }

  async #killAndStart(): Promise<void> {
    const child = this.#child as ChildProcess;
    const ended = once(child, 'exit');
    this.#isEnding = true;
    for (const pid of processesOf(child.pid ?? 0)) process.kill(pid, 'SIGKILL');
    await ended;
    await this.start();
  }

  /** Calls that counters show where no call is; 0 while there are calls, whose counts the drift is for. */
  async #held(): Promise<number> {
    // Earlier revisions have no sharers.
    const { calls, gateways, sharers = [] } = await this.#status();
    return calls.active > 0 ? 0 : [...gateways, ...sharers].reduce((sum, one) => sum + Math.abs(one.calls), 0);
  }

  async #status(): Promise<SwitchStatus> {
    return (await this.client.get('/api/v1/status')) as SwitchStatus;
  }

  async #readyStatus(): Promise<SwitchStatus | null> {
    try {
      const status = await this.#status();
      return status.isReady ? status : null;
    } catch {
      return null; // Not there yet.
    }
  }
}

function startFile(shardCount: number, port: number): string {
  return [
    'data: ./data',
    `shards: ${shardCount}`,
    'listeners:',
    `  - { transport: udp, address: ${ADDRESS}, port: ${port} }`,
    `management: { address: ${ADDRESS}, port: 0 }`,
    '',
  ].join('\n');
}
