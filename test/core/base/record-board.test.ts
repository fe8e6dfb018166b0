import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RecordBoard } from '../../../src/core/base/record-board.ts';

const RECORD_BYTES = 32;
const SLOT_COUNT = 4;

function boards(): { readonly writer: RecordBoard; readonly reader: RecordBoard; readonly shared: SharedArrayBuffer } {
  const shared = RecordBoard.allocate(SLOT_COUNT, RECORD_BYTES);
  return { writer: new RecordBoard(shared, RECORD_BYTES), reader: new RecordBoard(shared, RECORD_BYTES), shared };
}

describe('the board', () => {
  test('shows what was written last, to anybody, and nothing in a free slot', () => {
    const { writer, reader } = boards();
    const slot = writer.take();
    assert.equal(reader.read(slot), null);
    writer.write(slot, Uint8Array.of(1, 2, 3));
    writer.write(slot, Uint8Array.of(4, 5));
    assert.deepEqual(reader.read(slot), Uint8Array.of(4, 5));
    writer.give(slot);
    assert.equal(reader.read(slot), null);
  });

  test('tells a slot that was never written from one that is free again', () => {
    const { writer, reader } = boards();
    const slot = writer.take();
    assert.ok(reader.isUntouched(slot));
    writer.write(slot, Uint8Array.of(1));
    writer.give(slot);
    assert.ok(!reader.isUntouched(slot));
    assert.ok(reader.isUntouched(slot + 1));
  });

  test('gives a copy: what is written later does not change it', () => {
    const { writer, reader } = boards();
    const slot = writer.take();
    writer.write(slot, Uint8Array.of(1));
    const copy = reader.read(slot);
    writer.write(slot, Uint8Array.of(2));
    assert.deepEqual(copy, Uint8Array.of(1));
  });

  test('is full when all slots are taken, and takes those given back again', () => {
    const { writer } = boards();
    const slots = Array.from({ length: SLOT_COUNT }, () => writer.take());
    assert.deepEqual(slots, [0, 1, 2, 3]);
    assert.equal(writer.take(), -1);
    writer.give(2);
    assert.equal(writer.take(), 2);
    assert.equal(writer.take(), -1);
  });

  test('a successor takes no slot that has a record of the dead before that is given back, and then each once', () => {
    const { writer, shared } = boards();
    for (let slot = 0; slot < SLOT_COUNT; slot++) writer.write(writer.take(), Uint8Array.of(slot));
    writer.give(1);
    const successor = new RecordBoard(shared, RECORD_BYTES);
    assert.equal(successor.take(), 1);
    successor.write(1, Uint8Array.of(9));
    for (const slot of [0, 2, 3]) successor.give(slot);
    const slots = Array.from({ length: SLOT_COUNT }, () => successor.take());
    assert.deepEqual(slots.sort(), [-1, 0, 2, 3]);
  });

  test('leaves the old record when the new one is too long', () => {
    const { writer, reader } = boards();
    const slot = writer.take();
    assert.ok(writer.write(slot, new Uint8Array(RECORD_BYTES).fill(1)));
    assert.equal(writer.write(slot, new Uint8Array(RECORD_BYTES + 1).fill(2)), false);
    assert.deepEqual(reader.read(slot), new Uint8Array(RECORD_BYTES).fill(1));
  });

  test('a record as long as any may be stands whole, beside short ones and others as long', () => {
    const bytesMax = 2_048;
    const shared = RecordBoard.allocate(SLOT_COUNT, bytesMax);
    const [writer, reader] = [new RecordBoard(shared, bytesMax), new RecordBoard(shared, bytesMax)];
    const records = [bytesMax, 1, bytesMax, bytesMax - 1].map((length, index) =>
      Uint8Array.from({ length }, (_, at) => (at * 7 + index * 31) % 251),
    );
    for (const record of records) assert.ok(writer.write(writer.take(), record));
    for (const [slot, record] of records.entries()) assert.deepEqual(reader.read(slot), record);
    writer.write(0, Uint8Array.of(5));
    assert.deepEqual(reader.read(0), Uint8Array.of(5));
    assert.deepEqual(reader.read(2), records[2]);
  });

  test('memory of a long record alone is touched: a short one leaves that for the rest of a long one as it was', () => {
    const bytesMax = 2_048;
    const shared = RecordBoard.allocate(SLOT_COUNT, bytesMax);
    const board = new RecordBoard(shared, bytesMax);
    for (let slot = 0; slot < SLOT_COUNT; slot++) board.write(board.take(), new Uint8Array(500).fill(1));
    const written = new Uint8Array(shared).findLastIndex((byte) => byte !== 0);
    assert.ok(written < SLOT_COUNT * 800, `byte ${written} of ${shared.byteLength} was written`);
  });

  test('slots do not touch each other', () => {
    const { writer, reader } = boards();
    for (let slot = 0; slot < SLOT_COUNT; slot++)
      writer.write(writer.take(), new Uint8Array(RECORD_BYTES).fill(slot + 1));
    writer.give(1);
    for (const slot of [0, 2, 3]) assert.deepEqual(reader.read(slot), new Uint8Array(RECORD_BYTES).fill(slot + 1));
  });

  test('shows no record that is being written, and after a writer died in the middle its slot can be cleared', () => {
    const { writer, reader, shared } = boards();
    const slot = writer.take();
    writer.write(slot, Uint8Array.of(1));
    const words = new Int32Array(shared);
    words[0] = (words[0] as number) + 1; // The writer began and went no further.
    assert.equal(reader.read(slot), null);
    const successor = new RecordBoard(shared, RECORD_BYTES);
    successor.clear(slot);
    assert.equal(reader.read(slot), null);
    successor.write(slot, Uint8Array.of(9));
    assert.deepEqual(reader.read(slot), Uint8Array.of(9));
  });

  test('outlives its writer: a successor reads every live record', () => {
    const { writer, shared } = boards();
    writer.write(writer.take(), Uint8Array.of(1));
    writer.write(writer.take(), Uint8Array.of(2));
    const successor = new RecordBoard(shared, RECORD_BYTES);
    const found = Array.from({ length: successor.slotCount }, (_, slot) => successor.read(slot));
    assert.deepEqual(found, [Uint8Array.of(1), Uint8Array.of(2), null, null]);
  });
});
