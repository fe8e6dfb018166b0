// What tandem cdr verify compares while the switch goes on: records of several versions, and records that go meanwhile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyCdrs } from '../../src/control/cdr/checks/verify-cdrs.ts';
import { endedAt, KEYS_OF_RECORD_MAX, writeEarlierKeys, writeKeys } from '../../src/control/cdr/index/search-keys.ts';
import { OpenSegment, SEGMENT_RECORDS } from '../../src/control/cdr/index/segment.ts';
import { UnpackedSpool } from '../../src/control/cdr/unpacked-spool.ts';
import { CallHistory } from '../../src/control/reports/call-history.ts';
import { Configuration } from '../../src/control/tables/configuration.ts';
import { chargesOf } from '../../src/core/rating/bill.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { Stores } from '../../src/store/ports.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';

function verify(stores: Stores, after = 0) {
  const history = new CallHistory(stores.spool, new UnpackedSpool(stores.spool), stores.history);
  return verifyCdrs({ stores, history }, after);
}

test('calls of two versions that ended among each other: each version is read once, faults are in order', () => {
  const stores = openMemoryStores();
  const { configuration } = stores;
  const applied = new Configuration(configuration, [{ address: '192.0.2.1' }], 0);
  for (const account of ['one', 'other']) {
    const text = `accounts: [{ account: ${account} }]\n`;
    applied.apply({ text, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  }
  const cdrs = Array.from({ length: 400 }, (_, at) => ({ ...sampleCdr(at + 1), snapshotVersion: 1 + (at % 2) }));
  stores.spool.append(cdrs.map((cdr) => pack(cdr)));
  let readCount = 0;
  const version = (number: number) => {
    readCount += 1;
    return configuration.version(number);
  };
  const counted = Object.create(configuration, { version: { value: version } }) as typeof configuration;
  const { ratedCount, faults } = verify({ ...stores, configuration: counted });
  assert.deepEqual([ratedCount, readCount], [400, 2]);
  assert.ok(faults.length > 300, 'nothing of them is rated by these versions');
  assert.deepEqual(
    faults.map(({ position }) => position),
    faults.map(({ position }) => position).sort((one, next) => one - next),
  );
});

test('records that have gone between two pages are not missing; others are', () => {
  const stores = openMemoryStores();
  const cdrs = Array.from({ length: SEGMENT_RECORDS + 100 }, (_, at) => sampleCdr(at + 1));
  stores.spool.append(cdrs.map((cdr) => pack(cdr)));
  stores.spool.trim(50, SEGMENT_RECORDS + 50, SEGMENT_RECORDS + 100);
  const isMissing = (): boolean => verify(stores, SEGMENT_RECORDS).faults.some(({ fault }) => /missing/.test(fault));
  assert.equal(isMissing(), false);
  const { spool } = stores;
  const oldest = { position: 1, record: pack(sampleCdr(1)) };
  const withOlder = new Proxy(spool, {
    get(target, name: keyof typeof spool) {
      const method = target[name].bind(target) as (...given: readonly unknown[]) => unknown;
      return (...given: readonly unknown[]) => (name === 'after' && given[0] === 0 ? [oldest] : method(...given));
    },
  });
  assert.ok(verify({ ...stores, spool: withOlder }, SEGMENT_RECORDS).faults.some(({ fault }) => /missing/.test(fault)));
});

test('of a long call that ended after later ones were rolled up, nothing else is expected of these', () => {
  const stores = openMemoryStores();
  const cdrs = [5, 6, 7, 1, 8].map((number) => sampleCdr(number));
  stores.spool.append(cdrs.map((cdr) => pack(cdr)));
  const charges = cdrs.map((cdr) => ({ id: cdr.id, losses: chargesOf(cdr) }));
  stores.ledger.book(charges.slice(0, 3), 3);
  stores.ledger.rollUp(1, 10);
  stores.ledger.book(charges.slice(3), 5);
  const { chargedCount, faults } = verify(stores);
  assert.deepEqual([chargedCount, faults], [2, []]);
});

test('a segment of the index keeps the keys of the release that made it; those of other records are a fault', () => {
  const cdrs = Array.from({ length: SEGMENT_RECORDS }, (_, at) => ({ ...sampleCdr(at + 1), calleeBilled: `9${at}` }));
  const faultsWith = (write: typeof writeKeys, indexed = cdrs) => {
    const stores = openMemoryStores();
    stores.spool.append(cdrs.map((cdr) => pack(cdr)));
    const made = new OpenSegment();
    for (const cdr of indexed) made.add(endedAt(cdr), KEYS_OF_RECORD_MAX, (keys, at) => write(cdr, keys, at));
    stores.index.putSegment(0, made, made.seal());
    const { indexCount, faults } = verify(stores);
    assert.equal(indexCount, 1);
    return faults.filter(({ fault }) => /searches/.test(fault)).length;
  };
  assert.equal(faultsWith(writeKeys), 0);
  assert.equal(faultsWith(writeEarlierKeys), 0);
  const others = cdrs.map((cdr, at) => (at === 7 ? { ...cdr, calleeBilled: '1' } : cdr));
  assert.equal(faultsWith(writeKeys, others), 1);
});
