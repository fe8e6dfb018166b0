// Tandem under test: the command line an operator starts.

import { spawn } from 'node:child_process';
import { cpSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireRunningSwitch, type SwitchClient } from '../src/cli/switch-client.ts';
import type { SwitchStatus } from '../src/control/api/status.ts';
import { findRunningSwitch } from '../src/store/data-directory.ts';
import { endGroup, type SystemUnderTest, until } from './system-under-test.ts';

/** The command line of this revision, compiled. */
export const TANDEM = fileURLToPath(new URL('../src/cli/tandem.js', import.meta.url));
const NAME_THREADS = new URL('./name-threads.js', import.meta.url).href;
const ADDRESS = '127.0.0.1';
const START_MS = 30_000;

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
}

/** Starts it and applies the network. Rejects when it does not come up within START_MS. */
export async function startTandem(options: TandemOptions): Promise<SystemUnderTest> {
  const { directory, network, tablesPath, profileDirectory } = options;
  const configFile = join(directory, 'tandem.yaml');
  writeFileSync(configFile, startFile(options.shardCount));
  if (tablesPath !== null) cpSync(tablesPath, join(directory, 'data'), { recursive: true });
  const profiling = profileDirectory === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  let isStopping = false;
  const logFile = join(directory, 'log');
  const started = spawn(
    process.execPath,
    ['--import', NAME_THREADS, ...profiling, options.program, 'start', '--config', configFile],
    { detached: true, stdio: ['ignore', openSync(logFile, 'w'), 'inherit'] },
  );
  started.once('exit', (code, signal) => {
    if (!isStopping)
      console.error(`${options.name} ended unasked (${signal ?? code}). Its log:\n${readFileSync(logFile, 'utf8')}`);
  });
  const stop = (): Promise<void> => {
    isStopping = true;
    return endGroup(started);
  };
  try {
    const client = await until(options.name, START_MS, () => clientOf(join(directory, 'data')));
    await client.post('/api/v1/apply', { name: 'bench' }, network);
    const [listener] = (await statusOf(client)).listeners;
    return {
      name: options.name,
      place: { address: ADDRESS, port: listener?.port ?? 0 },
      group: started.pid ?? null,
      cdrCount: async () => (await statusOf(client)).cdr.spooled,
      limitDrift: () => driftOf(join(directory, 'data')),
      disturb: async (how) => {
        if (how === 'askStatus') await statusOf(client);
        else await client.post('/api/v1/shards/0/kill', {}, '');
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function clientOf(dataPath: string): Promise<SwitchClient | null> {
  try {
    const client = requireRunningSwitch(dataPath);
    return (await statusOf(client)).isReady ? client : null;
  } catch {
    return null; // Not there yet.
  }
}

async function statusOf(client: SwitchClient): Promise<SwitchStatus> {
  return (await client.get('/api/v1/status')) as SwitchStatus;
}

function startFile(shardCount: number): string {
  return [
    'data: ./data',
    `shards: ${shardCount}`,
    'listeners:',
    `  - { transport: udp, address: ${ADDRESS}, port: 0 }`,
    `management: { address: ${ADDRESS}, port: 0 }`,
    '',
  ].join('\n');
}

/** The sum of what the metrics page says. */
async function driftOf(dataPath: string): Promise<number> {
  const port = findRunningSwitch(dataPath)?.managementPort ?? 0;
  const page = await (await fetch(`http://${ADDRESS}:${port}/metrics`)).text();
  const lines = page.matchAll(/^tandem_limit_drift(?:\{[^}]*\})? (-?\d+)/gm);
  return [...lines].reduce((sum, [, value]) => sum + Math.abs(Number(value)), 0);
}
