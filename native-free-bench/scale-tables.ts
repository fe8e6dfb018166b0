// What the scale benchmark imports, and what its tables cost by themselves.

import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { readerOf } from '../src/control/jobs/table-reader.ts';
import { RateDeck } from '../src/core/rating/rate-deck.ts';
import { PrefixTrie } from '../src/core/routing/prefix-trie.ts';
import { packTrie } from '../src/core/routing/prefix-trie-packer.ts';
import { CsvFile } from '../src/operator-csv.ts';
import { lookupNs } from './micro/core/routing/lookups.ts';
import { numbersFor } from './micro/core/routing/prefix-tables.ts';

const ADDRESS = '127.0.0.1';
const NUMBERS = 262_144;

/** A prime: neighbours in the list have different vendors and prices. */
export const SPREAD = 7919;

/** A customer, `gateways` vendors that no call goes to, and one that takes what begins with `called`. */
export function scaleNetwork(gateways: number, answererPort: number, called: string): string {
  const place = `remoteIp: ${ADDRESS}, signalPort: ${answererPort}`;
  const lines = [
    'accounts: [{ account: load }]',
    `mappingGateways: [{ name: caller, account: load, remoteIps: [${ADDRESS}] }]`,
    'routingGateways:',
    `  - { name: answerer, prefix: '${called}', ${place} }`,
  ];
  for (let index = 0; index < gateways; index++) lines.push(`  - { name: vendor-${index}, prefix: '0000', ${place} }`);
  return lines.join('\n');
}

/** Each prefix for those vendors that `vendorsOf` names for its place in the list. */
export function writePrefixes(
  file: string,
  prefixes: readonly string[],
  vendorsOf: (index: number) => readonly string[],
): Promise<void> {
  return writeLines(file, 'gateway,prefix', prefixes, (prefix, index) =>
    vendorsOf(index)
      .map((vendor) => `${vendor},${prefix}`)
      .join('\n'),
  );
}

/** As decks are: many prefixes, some hundreds of areas and prices, few increments. `share`: of the usual prices. */
export function writeRates(file: string, prefixes: readonly string[], share = 1): Promise<void> {
  return writeLines(file, 'prefix,area,perMinute,increments', prefixes, (prefix, index) =>
    rateLine(prefix, index, share),
  );
}

function rateLine(prefix: string, index: number, share: number): string {
  const destination = (index * SPREAD) % 800;
  const increments = destination % 3 === 0 ? '1/1' : '60/60';
  return `${prefix},Destination ${destination},${(share * (0.001 + destination / 10_000)).toFixed(6)},${increments}`;
}

async function writeLines(
  file: string,
  head: string,
  prefixes: readonly string[],
  lineOf: (prefix: string, index: number) => string,
): Promise<void> {
  const out = createWriteStream(file);
  out.write(`${head}\n`);
  for (const [index, prefix] of prefixes.entries()) {
    if (!out.write(`${lineOf(prefix, index)}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

/** Median nanoseconds of a lookup, and bytes of the whole. */
export interface TableCost {
  readonly ns: number;
  readonly sizeBytes: number;
}

/** Prefixes alone. */
export function measureTrie(prefixes: readonly string[]): TableCost {
  const packed = packTrie(prefixes.map((prefix, row) => ({ prefix, row })));
  const image = new SharedArrayBuffer(packed.length);
  new Uint8Array(image).set(packed);
  const trie = new PrefixTrie(image);
  return { ns: medianNs(prefixes, (digits) => trie.longest(digits)), sizeBytes: packed.length };
}

/** A rate table as an import made it of the file of `writeRates`. */
export async function measureDeck(file: string, prefixes: readonly string[]): Promise<TableCost> {
  const reader = readerOf({ kind: 'rates', name: 'retail', currency: 'EUR', calendars: [] });
  const csv = new CsvFile(file, reader.columns, (row) => reader.take(row));
  for await (const bytes of createReadStream(file, { highWaterMark: 512 * 1024 })) await csv.write(bytes as Buffer);
  await csv.end();
  const image = reader.finish((line, field, reason) => csv.refuse(line, field, reason))?.image;
  if (image === undefined) throw new Error('The rates were refused');
  const deck = new RateDeck(image);
  return {
    ns: medianNs(prefixes, (digits) => deck.find(digits, 0)?.terms.priceNanos ?? 0),
    sizeBytes: image.byteLength,
  };
}

function medianNs(prefixes: readonly string[], look: (digits: string) => number): number {
  return lookupNs(numbersFor(prefixes, NUMBERS), look).median;
}
