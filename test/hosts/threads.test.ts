// Ring and doorbell between two real threads: nothing is lost, torn or reordered, and no sleeper is forgotten.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Doorbell } from '../../src/core/base/doorbell.ts';
import { Prng } from '../../src/core/base/prng.ts';
import { Ring } from '../../src/core/base/ring.ts';
import type { SleeperStart } from './bell-sleeper.ts';
import type { EchoStart } from './ring-echo.ts';

const FRAMES = 200_000;

/** Small, so that it wraps and fills often: some 100 frames. */
const RING_BYTES = 32_768;
const FRAME_BYTES_MAX = 600;
const SEQUENCE_BYTES = 4;

/** Time for a batch to come back; a lost wake-up would make it the echo's own sleep of a minute. */
const WAKE_PATIENCE_MS = 20_000;

/** Content of frame `sequence`: its number, then bytes that follow from it. */
function fill(bytes: Uint8Array, sequence: number): void {
  bytes[0] = sequence;
  bytes[1] = sequence >>> 8;
  bytes[2] = sequence >>> 16;
  bytes[3] = sequence >>> 24;
  for (let at = SEQUENCE_BYTES; at < bytes.length; at++) bytes[at] = sequence * 31 + at;
}

function sizeOf(sequence: number): number {
  return SEQUENCE_BYTES + ((Math.imul(sequence, 0x9e3779b1) >>> 8) % (FRAME_BYTES_MAX - SEQUENCE_BYTES));
}

/** Reads what has come back; answers the number of the next frame expected. */
function drain(echoed: Ring, next: number, expected: Uint8Array): number {
  let sequence = next;
  while (echoed.next()) {
    const frame = echoed.bytes.subarray(echoed.frameStart, echoed.frameEnd);
    const want = expected.subarray(0, sizeOf(sequence));
    fill(want, sequence);
    if (Buffer.compare(frame, want) !== 0) assert.deepEqual(frame, want, `frame ${sequence}`);
    sequence += 1;
  }
  echoed.release();
  return sequence;
}

test('a ring between threads: 200 000 frames come back whole and in order, and no wake-up is lost', async () => {
  const [toEcho, echoed] = [Ring.allocate(RING_BYTES), Ring.allocate(RING_BYTES)];
  const start: EchoStart = { toEcho, echoed, frameCount: FRAMES };
  const worker = new Worker(new URL('./ring-echo.js', import.meta.url), { workerData: start });
  const ended = once(worker, 'exit');
  const [out, back] = [new Ring(toEcho), new Ring(echoed)];
  const [prng, expected] = [new Prng(1, 2, 3), new Uint8Array(FRAME_BYTES_MAX)];
  let [written, read, wakeUpCount, isFullCount] = [0, 0, 0, 0];
  while (read < FRAMES) {
    for (let rest = 1 + prng.below(200); rest > 0 && written < FRAMES; rest--) {
      const size = sizeOf(written);
      const at = out.reserve(size);
      if (at < 0) {
        isFullCount += 1;
        break;
      }
      fill(out.bytes.subarray(at, at + size), written);
      written += 1;
    }
    if (out.publish()) wakeUpCount += 1;
    // Sometimes everything is awaited, so that the other side falls asleep; mostly the two run side by side.
    const isAwaited = prng.below(8) === 0 || written === FRAMES;
    do {
      if (back.depthBytes === 0 && read < written) {
        back.sleep(WAKE_PATIENCE_MS);
        assert.ok(back.depthBytes > 0, `asleep for ${WAKE_PATIENCE_MS} ms with ${written - read} frames under way`);
      }
      read = drain(back, read, expected);
    } while (isAwaited && read < written);
  }
  assert.deepEqual(await ended, [0]);
  assert.ok(wakeUpCount > 100, `the echo was asleep now and then (${wakeUpCount} times)`);
  assert.ok(isFullCount > 100, `the ring was full now and then (${isFullCount} times)`);
  assert.deepEqual([out.depthBytes, back.depthBytes], [0, 0]);
});

test('a doorbell between threads: 200 000 rings, and no sleeper is forgotten', async () => {
  const [bell, words] = [new SharedArrayBuffer(64), new SharedArrayBuffer(12)];
  const start: SleeperStart = { bell, words, total: FRAMES };
  const worker = new Worker(new URL('./bell-sleeper.js', import.meta.url), { workerData: start });
  const ended = once(worker, 'exit');
  const [doorbell, cells, prng] = [new Doorbell(bell), new Int32Array(words), new Prng(4, 5, 6)];
  await once(worker, 'online');
  for (let count = 0; count < FRAMES; count++) {
    Atomics.add(cells, 0, 1);
    assert.equal(doorbell.ring(), false, 'who waits in the kernel needs no message');
    // Long enough now and then for the other side to wait.
    if (prng.below(200) === 0) spinUntil(() => Atomics.load(cells, 1) > 0 && prng.below(2_000) === 0);
  }
  assert.deepEqual(await ended, [0]);
  assert.ok((cells[1] ?? 0) > 0, 'the sleeper did wait');
  assert.equal(cells[2], 0, 'no wait ended by its own time');
});

function spinUntil(isSo: () => boolean): void {
  const endMs = performance.now() + WAKE_PATIENCE_MS;
  while (!isSo()) assert.ok(performance.now() < endMs, 'the other thread does its part');
}

test('who is away in its event loop is told once, by whoever rings first, and a nudge leaves it alone', () => {
  const shared = new SharedArrayBuffer(64);
  const [sleeper, ringer] = [new Doorbell(shared), new Doorbell(shared)];
  sleeper.willLeave();
  ringer.nudge();
  assert.equal(ringer.ring(), true);
  assert.equal(ringer.ring(), false, 'it has been told');
  sleeper.awake();
  assert.equal(ringer.ring(), false, 'it will look by itself');
  sleeper.willWait();
  ringer.nudge();
  sleeper.wait(WAKE_PATIENCE_MS);
  assert.equal(ringer.ring(), false);
});
