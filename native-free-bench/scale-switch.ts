// The switch of the scale benchmark: started on a directory again and again, asked by its command line.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireRunningSwitch, type SwitchClient } from '../src/cli/switch-client.ts';
import type { SwitchStatus } from '../src/control/api/status.ts';
import { START_OPTIONS } from '../src/nursery.ts';
import { findRunningSwitch } from '../src/store/data-directory.ts';
import { endGroup, until } from './system-under-test.ts';
import { TANDEM } from './tandem-under-test.ts';

const ADDRESS = '127.0.0.1';
const COME_UP_MS = 60_000;

/** Those that run: each is a process group of its own, and a Ctrl-C does not reach it by itself. */
const running = new Set<ChildProcess>();

/** Ends every switch that was started. */
export async function stopAll(): Promise<void> {
  for (const child of running) await endGroup(child);
}

/** One that runs. */
export class ScaleSwitch {
  readonly #directory: string;
  readonly #child: ChildProcess;
  readonly client: SwitchClient;
  /** Until it took calls. */
  readonly startSeconds: number;
  /** Where it takes them. */
  readonly port: number;

  private constructor(
    directory: string,
    child: ChildProcess,
    client: SwitchClient,
    told: { readonly startSeconds: number; readonly port: number },
  ) {
    this.#directory = directory;
    this.#child = child;
    this.client = client;
    this.startSeconds = told.startSeconds;
    this.port = told.port;
  }

  /** Starts one on what `directory` has. */
  static async start(directory: string, shardCount: number): Promise<ScaleSwitch> {
    const file = join(directory, 'tandem.yaml');
    const listener = `listeners: [{ address: ${ADDRESS}, port: 0 }]`;
    writeFileSync(file, `data: ${directory}/data\nshards: ${shardCount}\n${listener}\nmanagement: { port: 0 }\n`);
    const begun = performance.now();
    const log = openSync(join(directory, 'log'), 'a');
    const child = spawn(process.execPath, [...START_OPTIONS, TANDEM, 'start', '--config', file], {
      detached: true,
      stdio: ['ignore', log, log],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    await until('the switch', COME_UP_MS, () => isReady(join(directory, 'data'), child));
    const startSeconds = (performance.now() - begun) / 1000;
    const client = requireRunningSwitch(join(directory, 'data'));
    const { listeners } = (await client.get('/api/v1/status')) as SwitchStatus;
    return new ScaleSwitch(directory, child, client, { startSeconds, port: listeners[0]?.port ?? 0 });
  }

  /** `tandem` with `words`. Rejects when it fails. */
  command(...words: string[]): Promise<unknown> {
    return promisify(execFile)(process.execPath, [TANDEM, ...words, '--config', join(this.#directory, 'tandem.yaml')]);
  }

  /** A page of its management port. */
  async page(path: string): Promise<string> {
    const port = findRunningSwitch(join(this.#directory, 'data'))?.managementPort;
    return (await fetch(`http://${ADDRESS}:${port}${path}`)).text();
  }

  /** Memory that is its own: neither programs nor pages of its store. */
  anonymousBytes(): number {
    const [, kilobytes] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  }

  stop(): Promise<void> {
    return endGroup(this.#child);
  }
}

async function isReady(dataPath: string, child: ChildProcess): Promise<true | null> {
  const running = findRunningSwitch(dataPath);
  if (running?.pid !== child.pid) return null;
  const answer = await fetch(`http://${ADDRESS}:${running?.managementPort}/readyz`).catch(() => null);
  return answer?.ok ? true : null;
}
