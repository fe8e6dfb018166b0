// The switch as it is run: `tandem start` in a process of its own, a start file and a network file, records on disk.

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { START_OPTIONS } from '../../src/nursery.ts';
import type { SinkSettings } from '../../src/sink-settings.ts';
import { findRunningSwitch } from '../../src/store/data-directory.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { PATIENCE_MS, until } from './eventually.ts';
import { Management } from './management.ts';
import type { Place } from './peer.ts';
import type { Scope } from './scope.ts';

const TANDEM = fileURLToPath(new URL('../../src/cli/tandem.js', import.meta.url));
const ADDRESS = '127.0.0.1';
const START_FILE = 'tandem.yaml';

/** The sink whose files `cdrsOnDisk` reads; it has the place and the form that a start file without sinks gives it. */
export const JSON_LINES = 'json-lines';

/** How it is called in the table of processes: who stops a switch by its name does not mean the tests' ones. */
const TITLE = 'switch-under-test';

/** Loading, opening the store, starting the workers, on a loaded machine. */
const START_PATIENCE_MS = 20_000;

/** pino's number of `error`. */
const LEVEL_ERROR = 50;

/** What is known of the process once it carries calls. */
interface Parts {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown[]>;
  readonly directory: string;
  readonly management: Management;
  readonly sip: Place;
  readonly output: { text: string };
  readonly sinks: readonly SinkSettings[];
}

/** What of a switch is not as usual. */
export interface Unusual {
  /** Where its CDRs go besides the JSON lines of `cdrsOnDisk`. */
  readonly sinks?: readonly SinkSettings[];
  /** Command line of another revision, which its first life is of. */
  readonly firstProgram?: string;
}

/** One running `tandem start`. */
export class SwitchProcess {
  readonly management: Management;
  /** Where it takes calls. */
  readonly sip: Place;
  /** Of its start file and its records. */
  readonly directory: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  readonly #output: { text: string };
  readonly #sinks: readonly SinkSettings[];

  private constructor({ child, exited, directory, management, sip, output, sinks }: Parts) {
    this.#child = child;
    this.#exited = exited;
    this.#output = output;
    this.#sinks = sinks;
    this.directory = directory;
    this.management = management;
    this.sip = sip;
  }

  /**
   * Starts one with `network` in force, applied by `tandem apply`; killed after `context` if it still runs.
   */
  static async start(
    context: Scope,
    shards: number,
    network: string,
    { sinks = [], firstProgram = TANDEM }: Unusual = {},
  ): Promise<SwitchProcess> {
    const directory = temporaryDirectory();
    const startFile = join(directory, START_FILE);
    writeFileSync(startFile, startFileOf(shards, 0, sinks));
    const networkFile = join(directory, 'network.yaml');
    writeFileSync(networkFile, network);
    const { child, exited, output } = spawned(context, directory, firstProgram);
    const management = await managementOf(join(directory, 'data'), child, output);
    await promisify(execFile)(process.execPath, [TANDEM, 'apply', networkFile, '--config', startFile]);
    const { listeners } = await management.status();
    const sip = { address: ADDRESS, port: listeners[0]?.port ?? 0 };
    return new SwitchProcess({ child, exited, directory, management, sip, output, sinks });
  }

  /** Starts another life on what this one has left, at the same place. */
  async again(context: Scope, shards: number): Promise<SwitchProcess> {
    const { directory, sip } = this;
    const sinks = this.#sinks;
    writeFileSync(join(directory, START_FILE), startFileOf(shards, sip.port, sinks));
    const { child, exited, output } = spawned(context, directory);
    const management = await managementOf(join(directory, 'data'), child, output);
    return new SwitchProcess({ child, exited, directory, management, sip, output, sinks });
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The signal that has ended it; null while it runs, and after an end in order. */
  get endedBy(): NodeJS.Signals | null {
    return this.#child.signalCode;
  }

  get hostPort(): string {
    return `${this.sip.address}:${this.sip.port}`;
  }

  /** The CDRs in the files of the JSON-lines sink. */
  cdrsOnDisk(): Cdr[] {
    const folder = join(this.directory, 'data', 'cdr');
    const files = existsSync(folder) ? readdirSync(folder).sort() : [];
    const text = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('');
    // A last line without its end is being written just now.
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Cdr);
  }

  /** Waits until `count` CDRs are recorded and every sink has them, then reads those on disk. More are not hidden. */
  async cdrs(count: number, patienceMs?: number): Promise<Cdr[]> {
    await until(
      `${count} CDRs on disk`,
      async () => {
        const { cdr } = await this.management.status();
        return cdr.spooled >= count && cdr.sinks.every(({ backlog }) => backlog === 0);
      },
      patienceMs,
    );
    return this.cdrsOnDisk();
  }

  /** Processor time used so far, all threads, ms. */
  cpuMs(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime and stime, in the kernel's ticks of 10 ms.
    return 10 * (Number(fields[11]) + Number(fields[12]));
  }

  /** SIGTERM; the process must end by itself, in order, without having logged an error other than those `expected`. */
  async stop(expected: (line: string) => boolean = () => false, patienceMs = PATIENCE_MS): Promise<void> {
    this.#child.kill('SIGTERM');
    const hasEnded = (): boolean => this.#child.exitCode !== null || this.#child.signalCode !== null;
    await until('the process ends', hasEnded, patienceMs);
    const [code, signal] = await this.#exited;
    assert.deepEqual([code, signal], [0, null], `it ends in order; it said:\n${this.#output.text}`);
    const errors = this.errors().filter((line) => !expected(line));
    assert.deepEqual(errors, [], 'nothing went wrong in its log');
  }

  /** Runs `tandem` with `args` on this switch; answers what it wrote. Throws when it was refused. */
  async tandem(...args: string[]): Promise<string> {
    const startFile = join(this.directory, START_FILE);
    return (await promisify(execFile)(process.execPath, [TANDEM, ...args, '--config', startFile])).stdout;
  }

  /** The text of its log so far. */
  get log(): string {
    return this.#output.text;
  }

  /** Lines of the log that tell of an error, and whatever is no line of the log. */
  errors(): string[] {
    const lines = this.#output.text.split('\n').filter((line) => line !== '');
    return lines.filter(
      (line) => !line.startsWith('{') || (JSON.parse(line) as { level: number }).level >= LEVEL_ERROR,
    );
  }
}

interface Spawned {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown[]>;
  readonly output: { text: string };
}

function spawned(context: Scope, directory: string, program = TANDEM): Spawned {
  const output = { text: '' };
  const command = [...START_OPTIONS, `--title=${TITLE}`, program, 'start', '--config', join(directory, START_FILE)];
  const child = spawn(process.execPath, command, { cwd: directory });
  const exited = once(child, 'close'); // Its log has been read then.
  context.after(() => void child.kill('SIGKILL'));
  child.stdout.on('data', (bytes: Buffer) => (output.text += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (output.text += bytes.toString()));
  return { child, exited, output };
}

/** Everything on free ports, but SIP on `sipPort` where it is not 0. */
function startFileOf(shards: number, sipPort: number, sinks: readonly SinkSettings[]): string {
  const place = (port: number): string => `{address: ${ADDRESS}, port: ${port}}`;
  const lines = ['data: ./data', `shards: ${shards}`, `listeners: [${place(sipPort)}]`, `management: ${place(0)}`];
  // JSON is YAML.
  if (sinks.length > 0) lines.push(`sinks: ${JSON.stringify([{ kind: 'file', name: JSON_LINES }, ...sinks])}`);
  return `${[...lines, 'node: test', 'drainSeconds: 0'].join('\n')}\n`;
}

async function managementOf(path: string, child: ChildProcess, output: { text: string }): Promise<Management> {
  let port = 0;
  await until(
    'the switch is up',
    () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} and said:\n${output.text}`);
      port = findRunningSwitch(path)?.managementPort ?? 0;
      return port !== 0;
    },
    START_PATIENCE_MS,
  );
  const management = new Management(path, port);
  await until('every shard is ready', async () => (await management.status()).isReady, START_PATIENCE_MS);
  return management;
}
