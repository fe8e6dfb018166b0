// tandem cdr verify: whether index, reports and ledger agree with the CDRs of the spool, their fees with the rates that
// they had, and no id stands twice.

import type { SwitchConfig } from '../config.ts';
import { type CdrFault, NOTHING_FOUND, type VerifiedPage, verifyCdrs } from '../control/cdr/checks/verify-cdrs.ts';
import { UnpackedSpool } from '../control/cdr/unpacked-spool.ts';
import { CallHistory } from '../control/reports/call-history.ts';
import { alignedTable } from './aligned-table.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { counted, EXIT_OK, EXIT_REFUSED, print, type Terminal } from './terminal.ts';

/** Faults that are told. */
const FAULTS_TOLD_MAX = 100;
const PAGE_MS_MAX = 60_000;

/** What all pages found together. */
interface Verified extends Record<CountName, number> {
  faultCount: number;
  readonly faults: CdrFault[];
}

type CountName = keyof typeof NOTHING_FOUND;

const COUNT_NAMES = Object.keys(NOTHING_FOUND) as readonly CountName[];

/** Looks at all of it. Ends with EXIT_REFUSED when something does not agree. */
export async function cdrVerify(config: SwitchConfig, terminal: Terminal): Promise<number> {
  const client = runningSwitch(config.dataPath);
  const verified =
    client === null
      ? await withStoppedSwitch(config, false, ({ stores }) => {
          const history = new CallHistory(stores.spool, new UnpackedSpool(stores.spool), stores.history);
          while (history.follow() > 0);
          return allPages((after) => verifyCdrs({ stores, history }, after), terminal);
        })
      : await allPages(async (after) => {
          const page = await client.get('/api/v1/cdrs/verify', { after: String(after) }, PAGE_MS_MAX);
          return page as VerifiedPage;
        }, terminal);
  print(terminal, verified, () => linesOf(verified));
  return verified.faultCount === 0 ? EXIT_OK : EXIT_REFUSED;
}

type PageAfter = (after: number) => VerifiedPage | Promise<VerifiedPage>;

async function allPages(pageAfter: PageAfter, terminal: Terminal): Promise<Verified> {
  const sum: Verified = { ...NOTHING_FOUND, faultCount: 0, faults: [] };
  const seen = new SeenIds();
  const take = (faults: readonly CdrFault[]): void => {
    sum.faultCount += faults.length;
    sum.faults.push(...faults.slice(0, FAULTS_TOLD_MAX - sum.faults.length));
  };
  for (let after: number | null = 0; after !== null; ) {
    const page: VerifiedPage = await pageAfter(after);
    for (const id of page.ids) seen.add(id);
    take(page.faults);
    for (const count of COUNT_NAMES) sum[count] += page[count];
    terminal.progress(`${sum.recordCount} CDRs, ${counted(sum.faultCount, 'fault')}`);
    after = page.after;
  }
  take(
    (await repeatedIds(pageAfter, seen.repeated())).map((id) => ({ position: 0, id, fault: 'its id stands twice' })),
  );
  terminal.progress('');
  return sum;
}

/** The ids with these hashes that do stand twice. */
async function repeatedIds(pageAfter: PageAfter, hashes: ReadonlySet<bigint>): Promise<string[]> {
  const counts = new Map<string, number>();
  for (let after: number | null = hashes.size === 0 ? null : 0; after !== null; ) {
    const page: VerifiedPage = await pageAfter(after);
    for (const id of page.ids) if (hashes.has(hashOf(id))) counts.set(id, 1 + (counts.get(id) ?? 0));
    after = page.after;
  }
  return [...counts].filter(([, count]) => count > 1).map(([id]) => id);
}

/** Millions of ids, as hashes of 64 bits. */
class SeenIds {
  #hashes = new BigUint64Array(65_536);
  #count = 0;

  add(id: string): void {
    if (this.#count === this.#hashes.length) {
      const larger = new BigUint64Array(2 * this.#count);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes[this.#count++] = hashOf(id);
  }

  /** Hashes that more than one id has: one that stands twice, or hardly ever two. */
  repeated(): Set<bigint> {
    const sorted = this.#hashes.subarray(0, this.#count).sort();
    const repeated = new Set<bigint>();
    for (let at = 1; at < sorted.length; at++) if (sorted[at] === sorted[at - 1]) repeated.add(sorted[at] as bigint);
    return repeated;
  }
}

const HASH_WORDS = new Uint32Array(2);
const HASH = new BigUint64Array(HASH_WORDS.buffer);

/** Two FNV-1a hashes of other beginnings, side by side. */
function hashOf(id: string): bigint {
  let [one, other] = [0x811c_9dc5, 0x0100_0193];
  for (let at = 0; at < id.length; at++) {
    one = Math.imul(one ^ id.charCodeAt(at), 0x0100_0193);
    other = Math.imul(other + id.charCodeAt(at), 0x85eb_ca6b) ^ (other >>> 15);
  }
  HASH_WORDS[0] = one;
  HASH_WORDS[1] = other;
  return HASH[0] as bigint;
}

function linesOf(verified: Verified): string[] {
  const { recordCount, chargedCount, ratedCount, unratedCount, indexCount, historyCount, faultCount, faults } =
    verified;
  const segments = `${counted(indexCount, 'segment')} of the index, ${historyCount} of what reports are counted from`;
  const gone = unratedCount === 0 ? '' : `; the rates of ${unratedCount} are not kept any more`;
  const lead = [
    `Compared with ${counted(recordCount, 'CDR')}: ${segments}, ${counted(chargedCount, 'charge')}.`,
    `The fees of ${counted(ratedCount, 'answered call')} were computed again${gone}.`,
  ];
  if (faultCount === 0) return [...lead, 'All agree, and every id stands once.'];
  const rows = faults.map(({ position, id, fault }) => [position === 0 ? '-' : String(position), id || '-', fault]);
  const more = faultCount > faults.length ? [`... and ${faultCount - faults.length} more.`] : [];
  const todo = 'Keep the data directory as it is.';
  return [
    ...lead,
    `${counted(faultCount, 'fault')}. ${todo}`,
    '',
    ...alignedTable(['place', 'CDR', 'what'], rows, [0]),
    ...more,
  ];
}
