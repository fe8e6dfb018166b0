// The wholesale network: everything on. A million prefixes, each with two or three vendors of which the last one
// serves, a million rates to sell by and a million to buy by, accounts with credit, an agent, limits on gateways,
// accounts and groups, a least profit. Made once, by the command line of the program under test, in a data directory
// that every switch of the run begins with a copy of.

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CAPACITY, type VendorPlaces } from './bench-network.ts';
import { prefixesOf } from './micro/core/routing/prefix-tables.ts';
import { SPREAD, writePrefixes, writeRates } from './scale-tables.ts';

/** Prefixes of the deck, and rates of each of its two tables. */
export const DECK_PREFIXES = 1_000_000;

/** Vendors of each of three rows: the first always fails, the second fails, the third serves. */
const VENDORS_A_ROW = 20;
/** Prefixes that calls are offered for, from all over the deck. */
const CALLED_PREFIXES = 10_000;
/** What vendors are paid of what customers pay. */
const BUY_SHARE = 0.8;

/** How many vendors are tried for a prefix whose place in the deck is even, and for one whose place is odd. */
const EVEN_ATTEMPTS = 2;
const ODD_ATTEMPTS = 3;

/** The tables, as they are before the first call. */
export class WholesaleTables {
  readonly #directory: string;
  readonly #network: string;
  readonly #prefixes: readonly string[];
  readonly #prepared = new Map<string, Promise<string>>();
  #files: Promise<void> | null = null;

  /** `directory`, made if need be, holds all that is written, and is taken as it is when it holds it already. */
  constructor(directory: string, network: string, prefixCount: number) {
    this.#directory = directory;
    this.#network = network;
    this.#prefixes = prefixesOf('deck', prefixCount);
  }

  /** Prefixes to offer calls for. */
  get called(): readonly string[] {
    // An odd step: as many calls with two attempts as with three.
    const step = Math.floor(this.#prefixes.length / CALLED_PREFIXES) | 1;
    return this.#prefixes.filter((_, index) => index % step === 0);
  }

  /** A data directory with everything in it, as `program` (a compiled command line) writes it. */
  directoryFor(program: string): Promise<string> {
    const made = this.#prepared.get(program) ?? this.#prepare(program, this.#prepared.size);
    this.#prepared.set(program, made);
    return made;
  }

  async #prepare(program: string, sequence: number): Promise<string> {
    const own = join(this.#directory, `${this.#prefixes.length}-${sequence}`);
    const dataPath = join(own, 'data');
    const readyMark = join(own, 'ready');
    if (existsSync(readyMark)) return dataPath;
    rmSync(own, { recursive: true, force: true });
    mkdirSync(own, { recursive: true });
    this.#files ??= this.#write();
    await this.#files;
    const config = join(own, 'tandem.yaml');
    writeFileSync(config, 'data: ./data\n');
    const tandem = (...words: string[]): Promise<unknown> =>
      promisify(execFile)(process.execPath, [program, ...words, '--config', config]);
    await tandem('apply', this.#file('empty.json'));
    for (const name of ['sell', 'buy']) {
      await tandem('import', 'rates', this.#file(`${name}.csv`), '--name', name, '--currency', 'EUR');
    }
    await tandem('apply', this.#file('network.json'));
    await tandem('import', 'prefixes', this.#file('prefixes.csv'));
    writeFileSync(readyMark, '');
    return dataPath;
  }

  async #write(): Promise<void> {
    writeFileSync(this.#file('empty.json'), '{}');
    writeFileSync(this.#file('network.json'), this.#network);
    await writeRates(this.#file('sell.csv'), this.#prefixes);
    await writeRates(this.#file('buy.csv'), this.#prefixes, BUY_SHARE);
    await writePrefixes(this.#file('prefixes.csv'), this.#prefixes, vendorsFor);
  }

  #file(name: string): string {
    return join(this.#directory, name);
  }
}

/** Vendors of the prefix at `index` of the deck: 2.5 on average, spread over all. */
function vendorsFor(index: number): readonly string[] {
  const vendor = (index * SPREAD) % VENDORS_A_ROW;
  const attempts = index % 2 === 0 ? EVEN_ATTEMPTS : ODD_ATTEMPTS;
  const failing = [`first-${vendor}`, `second-${vendor}`].slice(0, attempts - 1);
  return [...failing, `serving-${vendor}`];
}

/** The network file, as JSON. Rates and prefixes are imported beside it; `isRated`: somebody pays by them. */
export function wholesaleNetwork(places: VendorPlaces, isRated = true): string {
  const { address, port, failingPort } = places;
  const limits = { capacity: CAPACITY, cps: CAPACITY };
  const vendors = (row: string, signalPort: number, priority: number): object[] =>
    Array.from({ length: VENDORS_A_ROW }, (_, index) => ({
      name: `${row}-${index}`,
      clearingAccount: `vendor-${index}`,
      // Nothing goes there but by the deck.
      prefix: 's',
      remoteIp: address,
      signalPort,
      priority,
      gatewayGroups: [row],
      ...limits,
    }));
  const paying = (rateTable: string, creditLimit: string): object => (isRated ? { rateTable, creditLimit } : {});
  const customer = { ...paying('sell', '1000000'), ...limits };
  const profit = isRated ? { minProfitPercent: 1 } : {};
  return JSON.stringify({
    accounts: [
      { account: 'agent', type: 'agent', ...customer },
      { account: 'bench', agent: 'agent', ...customer },
      ...Array.from({ length: VENDORS_A_ROW }, (_, index) => {
        return { account: `vendor-${index}`, type: 'settlement', ...paying('buy', 'None'), ...limits };
      }),
    ],
    gatewayGroups: ['first', 'second', 'serving'].map((name) => ({ name, ...limits })),
    mappingGateways: [{ name: 'caller', account: 'bench', remoteIps: [address], ...profit, ...limits }],
    routingGateways: [
      ...vendors('first', failingPort, 1),
      ...vendors('second', failingPort, 2),
      ...vendors('serving', port, 3),
    ],
  });
}
