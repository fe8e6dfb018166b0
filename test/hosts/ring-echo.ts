// The other thread of the ring's test: sends every frame back as it came, and sleeps when there is none.

import { workerData } from 'node:worker_threads';
import { Ring } from '../../src/core/base/ring.ts';

/** What the thread is started with. */
export interface EchoStart {
  readonly toEcho: SharedArrayBuffer;
  readonly echoed: SharedArrayBuffer;
  readonly frameCount: number;
}

/** Longer than the whole test: a sleeper that is not woken is found out. */
const SLEEP_MS = 60_000;
const PAUSE_MS = 1;

function echo({ toEcho, echoed, frameCount }: EchoStart): void {
  const source = new Ring(toEcho);
  const sink = new Ring(echoed);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let count = 0; count < frameCount; ) {
    let isSome = false;
    while (source.next()) {
      isSome = true;
      const frame = source.bytes.subarray(source.frameStart, source.frameEnd);
      for (;;) {
        const at = sink.reserve(frame.length);
        if (at >= 0) {
          sink.bytes.set(frame, at);
          break;
        }
        sink.publish();
        Atomics.wait(pause, 0, 0, PAUSE_MS);
      }
      count += 1;
    }
    source.release();
    sink.publish();
    if (!isSome) source.sleep(SLEEP_MS);
  }
}

echo(workerData as EchoStart);
