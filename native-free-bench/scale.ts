// Carrier scale, as a command: 1 000 000 prefixes of 10 000 routing gateways on a switch of three shards, imported
// while SIPp makes calls. Prints a line for each bound, PASS or FAIL, and ends with 1 when one failed.
// Run it: npm run bench:scale (needs sipp).

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireRunningSwitch, type SwitchClient } from '../src/cli/switch-client.ts';
import type { SwitchStatus } from '../src/control/api/status.ts';
import { PrefixTrie } from '../src/core/routing/prefix-trie.ts';
import { packTrie } from '../src/core/routing/prefix-trie-packer.ts';
import { findRunningSwitch } from '../src/store/data-directory.ts';
import { numbersFor, prefixesOf } from './micro/core/routing/prefix-tables.ts';
import { endGroup, until } from './system-under-test.ts';
import { TANDEM } from './tandem-under-test.ts';

const ADDRESS = '127.0.0.1';
const GATEWAYS = 10_000;
const PREFIXES = 1_000_000;
const SHARDS = 3;
const CALLS_A_SECOND = 200;
const LOAD_SECONDS = 40;
const COME_UP_MS = 60_000;
const MB = 1024 * 1024;

/** Ports of SIPp, apart from those of another run. */
const ANSWERER_PORT = 20_000 + (process.pid % 10_000) * 2;
const CALLER_PORT = ANSWERER_PORT + 1;

let hasFailed = false;

function judge(what: string, value: number, unit: string, max: number): void {
  const isGood = value <= max;
  hasFailed ||= !isGood;
  console.log(`${isGood ? 'PASS' : 'FAIL'}  ${what}: ${value.toFixed(1)} ${unit}, at most ${max}`);
}

function network(): string {
  const lines = [
    'accounts: [{ account: load }]',
    `mappingGateways: [{ name: caller, account: load, remoteIps: [${ADDRESS}] }]`,
    'routingGateways:',
  ];
  for (let index = 0; index < GATEWAYS; index++) {
    lines.push(`  - { name: vendor-${index}, prefix: '0000', remoteIp: ${ADDRESS}, signalPort: ${ANSWERER_PORT} }`);
  }
  // Who carries the calls of the load, before and after the import.
  lines.push(`  - { name: answerer, prefix: '999', remoteIp: ${ADDRESS}, signalPort: ${ANSWERER_PORT} }`);
  return lines.join('\n');
}

async function writeDeck(file: string, prefixes: readonly string[]): Promise<void> {
  const out = createWriteStream(file);
  out.write('gateway,prefix\n');
  for (const [index, prefix] of prefixes.entries()) {
    if (!out.write(`vendor-${(index * 7919) % GATEWAYS},${prefix}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

/** A switch on `directory`: how long it took, and its process. */
async function start(directory: string): Promise<{ child: ChildProcess; client: SwitchClient; tookMs: number }> {
  const begun = performance.now();
  const log = openSync(join(directory, 'log'), 'a');
  const child = spawn(process.execPath, [TANDEM, 'start', '--config', join(directory, 'tandem.yaml')], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  const client = await until('the switch', COME_UP_MS, () => readyClient(join(directory, 'data')));
  return { child, client, tookMs: performance.now() - begun };
}

async function readyClient(dataPath: string): Promise<SwitchClient | null> {
  try {
    const client = requireRunningSwitch(dataPath);
    const status = (await client.get('/api/v1/status')) as SwitchStatus;
    return status.isReady ? client : null;
  } catch {
    return null; // Not there yet.
  }
}

function tandem(directory: string, ...args: string[]): Promise<unknown> {
  return promisify(execFile)(process.execPath, [TANDEM, ...args, '--config', join(directory, 'tandem.yaml')]);
}

async function tookMs(action: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await action();
  return performance.now() - begun;
}

/** The load: resolves with the calls that failed. */
function load(directory: string, sipPort: number): { readonly failed: Promise<number>; stop(): void } {
  const common = ['-nostdin', '-i', ADDRESS];
  const answerer = spawn('sipp', ['-sn', 'uas', '-p', String(ANSWERER_PORT), ...common], { stdio: 'ignore' });
  const calls = CALLS_A_SECOND * LOAD_SECONDS;
  const shape = ['-r', String(CALLS_A_SECOND), '-m', String(calls), '-d', '1000', '-s', '99912345', '-l', '10000'];
  const errors = ['-trace_stat', '-fd', '1', '-stf', join(directory, 'calls.csv')];
  const place = ['-p', String(CALLER_PORT), `${ADDRESS}:${sipPort}`];
  const caller = spawn('sipp', ['-sn', 'uac', ...shape, ...errors, ...common, ...place], { stdio: 'ignore' });
  const failed = once(caller, 'exit').then(() => {
    const rows = readFileSync(join(directory, 'calls.csv'), 'utf8').trim().split('\n');
    const heads = rows[0]?.split(';') ?? [];
    const succeeded = Number(rows.at(-1)?.split(';')[heads.indexOf('SuccessfulCall(C)')]);
    return calls - succeeded;
  });
  return {
    failed,
    stop: () => {
      answerer.kill('SIGKILL');
      caller.kill('SIGKILL');
    },
  };
}

function residentBytes({ pid }: ChildProcess): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Median nanoseconds of a lookup in batches of 64, and bytes a prefix. */
function measureTrie(prefixes: readonly string[]): { readonly ns: number; readonly bytes: number } {
  const packed = packTrie(prefixes.map((prefix, row) => ({ prefix, row })));
  const image = new SharedArrayBuffer(packed.length);
  new Uint8Array(image).set(packed);
  const trie = new PrefixTrie(image);
  const numbers = numbersFor(prefixes, 262_144);
  const batches: number[] = [];
  let sum = 0;
  for (let at = 0; at < numbers.length; at += 64) {
    const begun = process.hrtime.bigint();
    for (let index = at; index < at + 64; index++) sum += trie.longest(numbers[index] as string);
    batches.push(Number(process.hrtime.bigint() - begun) / 64);
  }
  batches.sort((one, other) => one - other);
  return { ns: sum === 0 ? 0 : (batches[batches.length >> 1] ?? 0), bytes: packed.length / prefixes.length };
}

async function importUnderLoad(directory: string, deck: string, client: SwitchClient): Promise<void> {
  const { listeners } = (await client.get('/api/v1/status')) as SwitchStatus;
  const running = load(directory, listeners[0]?.port ?? 0);
  try {
    judge('import under load', (await tookMs(() => tandem(directory, 'import', 'prefixes', deck))) / 1000, 's', 30);
    judge(`failed calls of ${CALLS_A_SECOND * LOAD_SECONDS}`, await running.failed, 'calls', 0);
  } finally {
    running.stop();
  }
}

async function askManagement(directory: string, client: SwitchClient): Promise<void> {
  const port = findRunningSwitch(join(directory, 'data'))?.managementPort ?? 0;
  const page = (): Promise<unknown> => fetch(`http://${ADDRESS}:${port}/metrics`).then((answer) => answer.text());
  judge('/metrics', await tookMs(page), 'ms', 2_000);
  judge('status', await tookMs(() => client.get('/api/v1/status')), 'ms', 2_000);
}

async function run(directory: string): Promise<void> {
  const prefixes = prefixesOf('deck', PREFIXES);
  const { ns, bytes } = measureTrie(prefixes);
  judge('lookup, median', ns, 'ns', 1_000);
  judge('bytes a prefix', bytes, 'bytes', 40);
  const deck = join(directory, 'deck.csv');
  await writeDeck(deck, prefixes);
  writeFileSync(join(directory, 'network.yaml'), network());
  const listener = `listeners: [{ address: ${ADDRESS}, port: 0 }]`;
  const settings = `data: ${directory}/data\nshards: ${SHARDS}\n${listener}\nmanagement: { port: 0 }\n`;
  writeFileSync(join(directory, 'tandem.yaml'), settings);
  const first = await start(directory);
  try {
    const applyMs = await tookMs(() => tandem(directory, 'apply', join(directory, 'network.yaml')));
    judge('apply of the network file', applyMs / 1000, 's', 10);
    await importUnderLoad(directory, deck, first.client);
  } finally {
    await endGroup(first.child);
  }
  const full = await start(directory);
  judge('start with the tables', full.tookMs / 1000, 's', 10);
  await askManagement(directory, full.client);
  const fullBytes = residentBytes(full.child);
  await tandem(directory, 'rollback', '1');
  await endGroup(full.child);
  const empty = await start(directory);
  const copies = (fullBytes - residentBytes(empty.child)) / (bytes * PREFIXES);
  await endGroup(empty.child);
  console.log(`      resident with the tables: ${(fullBytes / MB).toFixed(0)} MB`);
  judge(`copies of the table in ${SHARDS} shards, by resident memory`, copies, 'copies', 2);
}

const directory = mkdtempSync(join(tmpdir(), 'tandem-scale-'));
try {
  await run(directory);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = hasFailed ? 1 : 0;
