import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Ring } from '../../../src/core/base/ring.ts';

const CAPACITY = 256;

/** Both ends over one memory, as two threads have them. */
function ringPair(): { readonly writer: Ring; readonly reader: Ring } {
  const shared = Ring.allocate(CAPACITY);
  return { writer: new Ring(shared), reader: new Ring(shared) };
}

function write(ring: Ring, bytes: readonly number[]): boolean {
  const at = ring.reserve(bytes.length);
  if (at < 0) return false;
  ring.bytes.set(bytes, at);
  return true;
}

function readAll(ring: Ring): number[][] {
  const frames: number[][] = [];
  while (ring.next()) frames.push([...ring.bytes.subarray(ring.frameStart, ring.frameEnd)]);
  ring.release();
  return frames;
}

describe('frames', () => {
  test('come out as they went in, in order, once they are published', () => {
    const { writer, reader } = ringPair();
    write(writer, [1, 2, 3]);
    write(writer, []);
    write(writer, [4]);
    assert.deepEqual(readAll(reader), []);
    writer.publish();
    assert.deepEqual(readAll(reader), [[1, 2, 3], [], [4]]);
    assert.deepEqual(readAll(reader), []);
  });

  test('are never split: one that does not fit before the end begins at the start', () => {
    const { writer, reader } = ringPair();
    const frame = Array.from({ length: 60 }, (_, i) => i);
    for (let round = 0; round < 50; round++) {
      assert.ok(write(writer, frame));
      writer.publish();
      assert.ok(reader.next());
      assert.ok(reader.frameStart < reader.frameEnd && reader.frameEnd <= CAPACITY);
      assert.deepEqual([...reader.bytes.subarray(reader.frameStart, reader.frameEnd)], frame);
      reader.release();
    }
    assert.equal(reader.depthBytes, 0);
  });

  test('without room are refused and counted, and nothing of the others is lost', () => {
    const { writer, reader } = ringPair();
    const frame = [7, 7, 7, 7];
    let fittedCount = 0;
    while (write(writer, frame)) fittedCount += 1;
    assert.equal(fittedCount, CAPACITY / 8);
    assert.equal(reader.refusedCount, 1);
    writer.publish();
    assert.equal(reader.depthBytes, CAPACITY);
    assert.equal(readAll(reader).length, fittedCount);
    assert.ok(write(writer, frame));
  });

  test('hold room until they are released', () => {
    const { writer, reader } = ringPair();
    while (write(writer, [1])) writer.publish();
    while (reader.next()) assert.equal(writer.reserve(1), -1);
    reader.release();
    assert.ok(writer.reserve(1) >= 0);
  });

  test('larger than the ring never fit', () => {
    assert.equal(ringPair().writer.reserve(CAPACITY), -1);
  });

  test('whatever is written and read in whatever order, the ring is a queue', () => {
    const step = fc.oneof(
      fc.record({ act: fc.constant('write' as const), frame: fc.array(fc.nat(255), { maxLength: 100 }) }),
      fc.record({ act: fc.constantFrom('publish' as const, 'read' as const), frame: fc.constant([]) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { writer, reader } = ringPair();
        const reserved: number[][] = [];
        const published: number[][] = [];
        for (const { act, frame } of steps) {
          if (act === 'write' && write(writer, frame)) reserved.push(frame);
          if (act === 'publish') {
            writer.publish();
            published.push(...reserved.splice(0));
          }
          if (act === 'read') assert.deepEqual(readAll(reader), published.splice(0));
        }
      }),
    );
  });

  test('go on over the wrap of the 32-bit positions', () => {
    const shared = Ring.allocate(CAPACITY);
    // 64 bytes before 2^32, as after four gigabytes.
    const words = new Int32Array(shared);
    words[0] = -64;
    words[1] = -64;
    const writer = new Ring(shared);
    const reader = new Ring(shared);
    for (let round = 0; round < 40; round++) {
      assert.ok(write(writer, [round, round, round]));
      writer.publish();
      assert.deepEqual(readAll(reader), [[round, round, round]]);
    }
  });
});

describe('the ends', () => {
  test('a successor of either end goes on where its predecessor stood', () => {
    const shared = Ring.allocate(CAPACITY);
    const writer = new Ring(shared);
    write(writer, [1]);
    write(writer, [2]);
    writer.publish();
    const first = new Ring(shared);
    assert.ok(first.next());
    first.release();
    assert.deepEqual(readAll(new Ring(shared)), [[2]]);
    const secondWriter = new Ring(shared);
    write(secondWriter, [3]);
    secondWriter.publish();
    assert.deepEqual(readAll(new Ring(shared)), [[3]]);
  });

  test('skipAll passes by what was published', () => {
    const { writer, reader } = ringPair();
    write(writer, [1]);
    writer.publish();
    reader.skipAll();
    assert.equal(reader.depthBytes, 0);
    write(writer, [2]);
    writer.publish();
    assert.deepEqual(readAll(reader), [[2]]);
  });

  test('a reader does not go to sleep while something is published, nor longer than it asked for', () => {
    const { writer, reader } = ringPair();
    write(writer, [1]);
    assert.equal(writer.publish(), false);
    reader.sleep(60_000);
    readAll(reader);
    reader.sleep(1);
    assert.equal(writer.wake(), false);
  });

  test('publishing tells whether it has woken the reader', () => {
    const shared = Ring.allocate(CAPACITY);
    const writer = new Ring(shared);
    new Int32Array(shared)[2] = 1;
    write(writer, [1]);
    assert.equal(writer.publish(), true);
    assert.equal(writer.publish(), false);
  });

  test('a ring has a power of two of bytes', () => {
    assert.throws(() => new Ring(Ring.allocate(100)), /power of two/);
  });
});
