import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BINDING_CONTACT_MAX, BINDINGS_AT_ONE_PLACE_MAX, USER_AGENT_TEXT_MAX } from '../../../src/core/base/limits.ts';
import { type Binding, Bindings } from '../../../src/core/registration/bindings.ts';

const SAMPLE: Binding = {
  address: '192.0.2.7',
  port: 5060,
  listener: 1,
  user: 'ada',
  contact: 'sip:ada@10.0.0.7:5062',
  userAgent: 'phone 1',
  isBehindNat: true,
  callMark: -5,
  cseq: 4_000_000_000,
  expiresAtMs: 60_000.5,
  registeredAtWallMs: 1_700_000_000_000,
  refreshedAtWallMs: 1_700_000_001_000,
};

function slotsFrom(bindings: Bindings, address: string, port: number, nowMs = 0): number[] {
  const found = new Int32Array(16);
  return [...found.subarray(0, bindings.slotsFrom(address, port, nowMs, found))].sort((a, b) => a - b);
}

describe('bindings in shared memory', () => {
  test('what one shard binds another reads as it was', () => {
    const shared = Bindings.allocate();
    new Bindings(shared, 0).bind(7, SAMPLE);
    assert.deepEqual(new Bindings(shared, 1).at(7, 0), SAMPLE);
    assert.deepEqual(slotsFrom(new Bindings(shared), '192.0.2.7', 5060), [7]);
  });

  test('it is gone when its time is over, or when it is taken away', () => {
    const bindings = new Bindings(Bindings.allocate(), 0);
    bindings.bind(7, SAMPLE);
    assert.equal(bindings.isLive(7, 60_000), true);
    assert.equal(bindings.at(7, 60_001), null);
    assert.deepEqual(slotsFrom(bindings, '192.0.2.7', 5060, 60_001), []);
    bindings.unbind(7);
    assert.equal(bindings.at(7, 0), null);
    assert.deepEqual(slotsFrom(bindings, '192.0.2.7', 5060), []);
  });

  test('an IPv4-mapped source is its IPv4 source', () => {
    const bindings = new Bindings(Bindings.allocate(), 0);
    bindings.bind(7, { ...SAMPLE, address: '::ffff:192.0.2.7' });
    assert.deepEqual(slotsFrom(bindings, '192.0.2.7', 5060), [7]);
  });

  test('texts as long as they may be fit; a longer user agent is cut', () => {
    const bindings = new Bindings(Bindings.allocate(), 0);
    const full = {
      ...SAMPLE,
      address: '2001:0db8:0000:0000:0000:0000:192.168.100.100',
      user: 'u'.repeat(64),
      contact: `sip:${'c'.repeat(BINDING_CONTACT_MAX - 4)}`,
      userAgent: 'a'.repeat(USER_AGENT_TEXT_MAX),
    };
    bindings.bind(7, { ...full, userAgent: `${full.userAgent}more` });
    bindings.bind(8, SAMPLE);
    assert.deepEqual(bindings.at(7, 0), full);
  });

  test('BINDINGS_AT_ONE_PLACE_MAX: behind one place only so many are looked at', () => {
    const bindings = new Bindings(Bindings.allocate(), 0);
    for (let slot = 1; slot <= BINDINGS_AT_ONE_PLACE_MAX + 1; slot++) bindings.bind(slot, SAMPLE);
    const found = new Int32Array(BINDINGS_AT_ONE_PLACE_MAX * 2);
    assert.equal(bindings.slotsFrom('192.0.2.7', 5060, 0, found), BINDINGS_AT_ONE_PLACE_MAX);
  });

  test('a writer that died holding the lock: others are refused, its successor finds what was whole', () => {
    const shared = Bindings.allocate();
    const first = new Bindings(shared, 3);
    first.bind(7, SAMPLE);
    const words = new Int32Array(shared);
    Atomics.store(words, 1, 4); // The lock is shard 3's,
    Atomics.add(words, 0, 1); // and it has begun to write.
    const other = new Bindings(shared, 1);
    assert.equal(other.bind(8, SAMPLE), false);
    assert.deepEqual(other.at(7, 0), SAMPLE, 'readers are not kept waiting');
    other.recover();
    assert.equal(other.bind(8, SAMPLE), false, 'only its own successor lets go of it');
    new Bindings(shared, 3).recover();
    assert.equal(other.bind(8, SAMPLE), true);
    assert.deepEqual(slotsFrom(other, '192.0.2.7', 5060), [7, 8]);
  });

  test('any order of binding and unbinding leaves what a map would hold', () => {
    const step = fc.record({ slot: fc.integer({ min: 1, max: 6 }), port: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const bindings = new Bindings(shared(), 0);
        for (let slot = 1; slot <= 6; slot++) bindings.unbind(slot);
        const ports = new Map<number, number>();
        for (const { slot, port } of steps) {
          if (port === 0) bindings.unbind(slot);
          else bindings.bind(slot, { ...SAMPLE, port });
          if (port === 0) ports.delete(slot);
          else ports.set(slot, port);
        }
        for (const port of [1, 2, 3]) {
          const wanted = [...ports].filter(([, bound]) => bound === port).map(([slot]) => slot);
          assert.deepEqual(
            slotsFrom(bindings, '192.0.2.7', port),
            wanted.sort((a, b) => a - b),
          );
        }
      }),
    );
  });
});

const SHARED = Bindings.allocate();

/** One memory for all runs: what is unbound leaves nothing. */
function shared(): SharedArrayBuffer {
  return SHARED;
}
