// The host of one shard in a worker thread. It sleeps in the kernel on the inbound ring until something comes or a
// timer is due, runs everything that is there as one batch, and puts the results out.
//
//   sleep -> datagrams -> shard.receive ... -> shard.advance -> records, then datagrams, then `released` -> sleep
//
// Between slices of at most SLICE_MS the worker's event loop gets its turn, for the port and for orderly ends.

import { setImmediate } from 'node:timers/promises';
import { type MessagePort, receiveMessageOnPort, threadId } from 'node:worker_threads';
import { monotonicMs } from '../clock.ts';
import { Doorbell } from '../core/base/doorbell.ts';
import { Ring } from '../core/base/ring.ts';
import { RollCall } from '../core/base/roll-call.ts';
import { ShardNumber } from '../core/shard/counters.ts';
import { type FrameHead, readHead, stampOf } from '../core/shard/datagram-frame.ts';
import type { FromShard, ShardTask, ToShard } from '../core/shard/shard-task.ts';
import { DatagramsOut } from './datagrams-out.ts';
import type { FormerLife } from './former-life.ts';
import { type RunnerHost, ShardRunner } from './shard-runner.ts';

/** Longest time between two turns of the event loop, ms; also the longest sleep. */
const SLICE_MS = 50;

/** Datagrams run before their results are put out: bounds how long the first waits for the last. */
const BATCH_MAX = 32;

/** How long it waits for another shard to begin, ms: one that cannot must not keep the others from their calls. */
const ROLL_CALL_MS = 5_000;

/** One shard, its clock and its rings. */
export class ShardHost {
  readonly #port: MessagePort;
  readonly #inbound: Ring;
  readonly #bytes: Buffer;
  readonly #datagrams: DatagramsOut;
  readonly #runner: ShardRunner;
  readonly #rollCall: RollCall;
  readonly #head: FrameHead = { listener: 0, port: 0, addressStart: 0, payloadStart: 0, stampMicros: 0 };

  constructor(task: ShardTask, port: MessagePort, former: FormerLife) {
    const { memory } = task;
    const post = (message: FromShard): void => port.postMessage(message);
    this.#port = port;
    this.#inbound = new Ring(memory.inbound);
    this.#bytes = Buffer.from(this.#inbound.bytes.buffer, this.#inbound.bytes.byteOffset, this.#inbound.bytes.length);
    const doorbell = new Doorbell(task.doorbell);
    this.#datagrams = new DatagramsOut(new Ring(memory.outbound), doorbell, () => post({ kind: 'poke' }));
    if (task.isSuccessor) this.#inbound.skipAll();
    const transmit: RunnerHost['transmit'] = (text, target) => this.#datagrams.transmit(text, target);
    this.#runner = new ShardRunner(task, { isOutlived: true, transmit, post }, former);
    this.#rollCall = new RollCall(task.rollCall);
    this.#rollCall.answer(task.shardIndex);
    post({ kind: 'born', threadId, ...this.#runner.inheritance });
    this.#runner.command({ kind: 'snapshot', snapshot: task.snapshot });
  }

  /** Runs until `stop` is asked for. */
  async run(): Promise<void> {
    this.#rollCall.waitForAll(ROLL_CALL_MS);
    while (!this.#runner.isStopped) {
      this.#runSlice(monotonicMs() + SLICE_MS);
      await setImmediate();
    }
    this.#runner.close();
  }

  #runSlice(endMs: number): void {
    this.#runner.counters.add(ShardNumber.beats);
    this.#receiveCommands();
    for (;;) {
      if (monotonicMs() >= endMs || this.#runner.isStopped) return;
      if (this.#runBatch()) continue;
      const sleepMs = Math.min(endMs, this.#runner.wakeAtMs()) - monotonicMs();
      if (sleepMs > 0) this.#inbound.sleep(sleepMs);
      if (this.#inbound.depthBytes === 0) this.#receiveCommands();
    }
  }

  /** Runs what is there now; false when nothing was. */
  #runBatch(): boolean {
    let count = 0;
    while (count < BATCH_MAX && this.#inbound.next()) {
      this.#receive(monotonicMs());
      count += 1;
    }
    const hasAdvanced = this.#runner.advance(monotonicMs());
    if (count === 0 && !hasAdvanced) return false;
    this.#flush();
    return true;
  }

  #receive(nowMs: number): void {
    const { bytes, frameStart, frameEnd } = this.#inbound;
    readHead(bytes, frameStart, this.#head);
    const { addressStart, payloadStart, port, listener, stampMicros } = this.#head;
    const address = this.#bytes.toString('latin1', addressStart, payloadStart);
    const text = this.#bytes.toString('latin1', payloadStart, frameEnd);
    this.#runner.counters.set(ShardNumber.ringAgeMs, Math.max(0, (stampOf(nowMs) - stampMicros) | 0) / 1000);
    this.#runner.receive(text, address, port, listener, nowMs);
  }

  #flush(): void {
    this.#runner.putOut();
    this.#datagrams.publish();
    this.#inbound.release();
    this.#datagrams.nudge();
  }

  #receiveCommands(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: ToShard } | undefined;
      if (received === undefined) return;
      this.#runner.command(received.message);
      this.#flush();
    }
  }
}
