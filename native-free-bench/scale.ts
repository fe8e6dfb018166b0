// Carrier scale, as a command: a switch of three shards with 10 000 routing gateways, into which a million prefixes and
// a million rates are imported while calls go on. Prints a line for each bound, PASS or FAIL, and ends with 1 when one
// failed.
//
//   npm run bench:scale [-- --gateways 10000 --prefixes 1000000 --seconds 60]

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prefixesOf } from './micro/core/routing/prefix-tables.ts';
import { PROFILES } from './profiles.ts';
import { ScaleSwitch, stopAll } from './scale-switch.ts';
import { measureDeck, measureTrie, SPREAD, scaleNetwork, writePrefixes, writeRates } from './scale-tables.ts';
import { type LoadResult, TrafficEnds } from './traffic/traffic-ends.ts';

const SHARDS = 3;
const CALLS_A_SECOND = 200;
/** What the calls of the load begin with. */
const CALLED = '999141';
const PATIENCE_MS = 10_000;
const MB = 1024 * 1024;

interface Sizes {
  readonly gateways: number;
  readonly prefixes: number;
  /** The load goes on for so long, and the imports must end within. */
  readonly seconds: number;
}

let hasFailed = false;

function judge(what: string, value: number, unit: string, max: number): void {
  const isGood = value <= max;
  hasFailed ||= !isGood;
  console.log(`${isGood ? 'PASS' : 'FAIL'}  ${what}: ${value.toFixed(1)} ${unit}, at most ${max}`);
}

async function secondsOf(action: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await action();
  return (performance.now() - begun) / 1000;
}

/** Writes both files, and judges what their tables cost; their bytes. */
async function judgeTables(directory: string, { gateways, prefixes: count }: Sizes): Promise<number> {
  const prefixes = prefixesOf('deck', count);
  await writePrefixes(join(directory, 'prefixes.csv'), prefixes, (index) => [`vendor-${(index * SPREAD) % gateways}`]);
  await writeRates(join(directory, 'rates.csv'), prefixes);
  const trie = measureTrie(prefixes);
  const deck = await measureDeck(join(directory, 'rates.csv'), prefixes);
  judge('lookup of a route prefix, median', trie.ns, 'ns', 1_000);
  judge('lookup of a rate, median', deck.ns, 'ns', 1_000);
  judge('bytes a prefix, routes', trie.sizeBytes / prefixes.length, 'bytes', 40);
  judge('bytes a prefix, rates with their columns', deck.sizeBytes / prefixes.length, 'bytes', 40);
  return trie.sizeBytes + deck.sizeBytes;
}

async function callsDuring(
  ends: TrafficEnds,
  { port }: ScaleSwitch,
  seconds: number,
  action: () => Promise<void>,
): Promise<LoadResult> {
  const mix = PROFILES.find(({ name }) => name === 'basic')?.mix ?? [];
  const calls = ends.run({
    target: { address: '127.0.0.1', port },
    seed: 1,
    arrivals: 'constant',
    steps: [{ callsPerSecond: CALLS_A_SECOND, seconds }],
    mix,
    prefixes: [CALLED],
    impairment: null,
    windDownMs: null,
    patienceMs: PATIENCE_MS,
  });
  const [result] = await Promise.all([calls, action()]);
  return result;
}

async function importUnderLoad(directory: string, ends: TrafficEnds, tandem: ScaleSwitch, seconds: number) {
  let importSeconds = 0;
  const { caller } = await callsDuring(ends, tandem, seconds, async () => {
    const rates = ['rates', join(directory, 'rates.csv'), '--name', 'retail', '--currency', 'EUR'];
    for (const words of [['prefixes', join(directory, 'prefixes.csv')], rates]) {
      const took = await secondsOf(() => tandem.command('import', ...words));
      judge(`import of ${words[0]} under load`, took, 's', 30);
      importSeconds += took;
    }
  });
  judge('imports while the calls went on (--seconds is for how long)', importSeconds, 's', seconds);
  judge(`failed calls of ${caller.offered}`, caller.offered - caller.succeeded, 'calls', 0);
  for (const [cause, count] of Object.entries(caller.failed)) console.log(`      ${count} calls: ${cause}`);
}

/** Judges its pages, and answers the memory it has then: what pages leave behind does not count as tables. */
async function askManagement(tandem: ScaleSwitch, which: string): Promise<number> {
  judge(`/metrics ${which}`, await secondsOf(() => tandem.page('/metrics')), 's', 2);
  judge(`status ${which}`, await secondsOf(() => tandem.client.get('/api/v1/status')), 's', 2);
  return tandem.anonymousBytes();
}

async function run(directory: string, ends: TrafficEnds, sizes: Sizes): Promise<void> {
  const { gateways, seconds } = sizes;
  const tableBytes = await judgeTables(directory, sizes);
  const network = join(directory, 'network.yaml');
  writeFileSync(network, scaleNetwork(gateways, ends.answererPort, CALLED.slice(0, 3)));
  const first = await ScaleSwitch.start(directory, SHARDS);
  judge('apply of the network file', await secondsOf(() => first.command('apply', network)), 's', 10);
  await importUnderLoad(directory, ends, first, seconds);
  await first.stop();
  const full = await ScaleSwitch.start(directory, SHARDS);
  judge('start with the tables', full.startSeconds, 's', 10);
  const fullBytes = await askManagement(full, 'with the tables');
  judge('rollback', await secondsOf(() => full.command('rollback', '1')), 's', 10);
  await full.stop();
  const empty = await ScaleSwitch.start(directory, SHARDS);
  const copies = (fullBytes - (await askManagement(empty, 'without them'))) / tableBytes;
  await empty.stop();
  console.log(
    `      memory with the tables: ${(fullBytes / MB).toFixed(0)} MB, the tables ${(tableBytes / MB).toFixed(0)} MB`,
  );
  judge(`copies of the tables for ${SHARDS} shards, by memory`, copies, 'copies', 2);
}

function sizesOf(words: readonly string[]): Sizes {
  const option = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const options = { gateways: option('10000'), prefixes: option('1000000'), seconds: option('60') };
  const { gateways, prefixes, seconds } = parseArgs({ args: [...words], options }).values;
  return { gateways: Number(gateways), prefixes: Number(prefixes), seconds: Number(seconds) };
}

const directory = mkdtempSync(join(tmpdir(), 'tandem-scale-'));
const ends = await TrafficEnds.start();

async function close(): Promise<void> {
  await stopAll();
  rmSync(directory, { recursive: true, force: true });
  ends.stop();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void close().finally(() => process.exit(1)));
try {
  await run(directory, ends, sizesOf(process.argv.slice(2)));
} finally {
  await close();
}
process.exitCode = hasFailed ? 1 : 0;
