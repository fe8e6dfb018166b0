// tandem cdr verify: what agrees, and each kind of what does not.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CdrIndex } from '../../src/control/cdr/index/cdr-index.ts';
import { UnpackedSpool } from '../../src/control/cdr/unpacked-spool.ts';
import { CallHistory } from '../../src/control/reports/call-history.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { chargesOf } from '../../src/core/rating/bill.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import type { Stores } from '../../src/store/ports.ts';
import { pack, unpackCdr } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { place, running, tandem } from './command-line.ts';

const COUNT = 16_400;

/** A data directory with one full segment and a bit of another, all of it right. */
function filled(directory: string, spoil: (stores: Stores) => void = () => undefined): Promise<void> {
  const cdrs = Array.from({ length: COUNT }, (_, at): Cdr => sampleCdr(at + 1));
  return filledWith(directory, cdrs, spoil);
}

async function filledWith(
  directory: string,
  cdrs: readonly Cdr[],
  spoil: (stores: Stores) => void = () => undefined,
): Promise<void> {
  const stores = openLmdbStores(join(directory, 'data'));
  stores.spool.append(cdrs.map((cdr) => pack(cdr)));
  const index = new CdrIndex(stores.spool, stores.index);
  while (index.follow() > 0);
  const history = new CallHistory(stores.spool, new UnpackedSpool(stores.spool), stores.history);
  while (history.follow() > 0);
  stores.ledger.book(
    cdrs.map((cdr) => ({ id: cdr.id, losses: chargesOf(cdr) })),
    cdrs.length,
  );
  spoil(stores);
  await stores.close();
}

test('all agrees: what was compared is told', async () => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  await filled(directory);
  const { out, code, error } = await tandem(directory, 'cdr', 'verify');
  assert.equal(code, 0, error);
  assert.equal(
    out,
    'Compared with 16400 CDRs: 1 segment of the index, 2 of what reports are counted from, 16400 charges.\n' +
      'The fees of 0 answered calls were computed again; the rates of 16400 are not kept any more.\n' +
      'All agree, and every id stands once.\n',
  );
});

test('a bucket of the index, a segment of reports, a charge and an id that are wrong are each told', async () => {
  const directory = place();
  await tandem(directory, 'apply', 'net.yaml');
  await filled(directory, (stores) => {
    const span = stores.index.span(0);
    assert.ok(span !== null);
    stores.index.putSegment(0, span, [{ bucket: 7, bytes: new Uint8Array(6) }]);
    const others = openOther();
    stores.history.put(0, others.history.get(0) ?? new Uint8Array());
    const wrong = { ...sampleCdr(COUNT + 1), id: sampleCdr(5).id, account: 'other' };
    stores.spool.append([pack(wrong)]);
    stores.ledger.book([], COUNT + 1);
  });
  const { out, code } = await tandem(directory, 'cdr', 'verify');
  assert.equal(code, 1);
  assert.match(out, /\n4 faults\. Keep the data directory as it is\.\n/);
  assert.match(out, /\n +1 {2}- +searches go by keys that are not those of these records\n/);
  assert.match(out, /\n +1 {2}- +reports are counted from something else than these records\n/);
  assert.match(
    out,
    /\n16401 {2}01JABCDEFGHJKMNPQR00000005 {2}the ledger charged alpha 14280000, .* its fees are other /,
  );
  assert.match(out, /\n +- {2}01JABCDEFGHJKMNPQR00000005 {2}its id stands twice\n/);
});

test('a running switch answers page by page, and nothing but its newest records is left out', async (context) => {
  const directory = place();
  const { control, shards } = await running(context, directory);
  for (let number = 1; number <= 30; number++) shards[0]?.record(sampleCdr(number));
  control.tick(0);
  const { out, code, error } = await tandem(directory, 'cdr', 'verify', '--json');
  assert.equal(code, 0, error);
  assert.deepEqual(JSON.parse(out), {
    recordCount: 30,
    chargedCount: 30,
    ratedCount: 0,
    unratedCount: 30,
    indexCount: 0,
    historyCount: 1,
    faultCount: 0,
    faults: [],
  });
});

test('fees are computed again by the rates of their version; what differs is told', async () => {
  const directory = place();
  writeFileSync(
    join(directory, 'net.yaml'),
    'rateTables:\n' +
      '  - { name: retail, currency: EUR, rates: [{ prefix: "44", price: 0.012, period: 60, tax: 19 }] }\n' +
      'accounts:\n  - { account: alpha, rateTable: retail, creditLimit: None }\n',
  );
  await tandem(directory, 'apply', 'net.yaml');
  await filledWith(directory, [
    { ...sampleCdr(1), snapshotVersion: 1, calleeBilled: '442079', agentFees: [], ratedSeconds: 10 },
    { ...sampleCdr(2), snapshotVersion: 1, calleeBilled: '442079', agentFees: [], ratedSeconds: 10, taxNanos: 1n },
  ]);
  const { out, code } = await tandem(directory, 'cdr', 'verify');
  assert.equal(code, 1);
  assert.match(out, /\nThe fees of 2 answered calls were computed again\.\n1 fault\./);
  assert.match(out, /\n +2 {2}01\w+2 {2}by the rates of version 1 taxNanos is 1 instead of 2280000\n/);
});

/** Stores whose calls lasted longer. */
function openOther(): Stores {
  const stores = openLmdbStores(join(place(), 'data'));
  const cdrs = Array.from({ length: COUNT }, (_, at): Cdr => ({ ...sampleCdr(at + 1), holdMs: 10_001 }));
  stores.spool.append(cdrs.map((cdr) => pack(cdr)));
  assert.equal(unpackCdr(stores.spool.at(1) ?? new Uint8Array()).holdMs, 10_001);
  const history = new CallHistory(stores.spool, new UnpackedSpool(stores.spool), stores.history);
  while (history.follow() > 0);
  return stores;
}
