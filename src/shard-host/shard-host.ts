// The host of one shard: a worker thread, the real clock, the rings. It sleeps in the kernel on the inbound ring until
// something comes or a timer is due, runs everything that is there as one batch, and puts the results out.
//
//   sleep -> datagrams -> shard.receive ... -> shard.advance -> records, then datagrams, then `released` -> sleep
//
// Between slices of at most SLICE_MS the worker's event loop gets its turn, for the port and for orderly ends.

import { setImmediate } from 'node:timers/promises';
import { type MessagePort, receiveMessageOnPort, threadId } from 'node:worker_threads';
import { monotonicMs } from '../clock.ts';
import { Admission } from '../core/admission/admission.ts';
import { Doorbell } from '../core/base/doorbell.ts';
import { BOARD_RECORD_BYTES } from '../core/base/limits.ts';
import { Prng } from '../core/base/prng.ts';
import { RecordBoard } from '../core/base/record-board.ts';
import { Ring } from '../core/base/ring.ts';
import { ShardCounters } from '../core/shard/counters.ts';
import { type FrameHead, readHead, stampOf } from '../core/shard/datagram-frame.ts';
import { Shard } from '../core/shard/shard.ts';
import type { FromShard, ShardTask, ToShard } from '../core/shard/shard-task.ts';
import { DatagramsOut } from './datagrams-out.ts';
import { RecordsOut } from './records-out.ts';
import { settlePredecessor } from './settlement.ts';

/** Longest time between two turns of the event loop, ms; also the longest sleep. */
const SLICE_MS = 50;

/** Datagrams run before their results are put out: bounds how long the first waits for the last. */
const BATCH_MAX = 32;

/** One shard, its clock and its rings. */
export class ShardHost {
  readonly #port: MessagePort;
  readonly #inbound: Ring;
  readonly #bytes: Buffer;
  readonly #counters: ShardCounters;
  readonly #records: RecordsOut;
  readonly #datagrams: DatagramsOut;
  readonly #shard: Shard;
  readonly #head: FrameHead = { listener: 0, port: 0, addressStart: 0, payloadStart: 0, stampMicros: 0 };
  #isStopped = false;

  constructor(task: ShardTask, port: MessagePort) {
    const { memory } = task;
    this.#port = port;
    this.#inbound = new Ring(memory.inbound);
    this.#bytes = Buffer.from(this.#inbound.bytes.buffer, this.#inbound.bytes.byteOffset, this.#inbound.bytes.length);
    this.#counters = new ShardCounters(memory.counters);
    const board = new RecordBoard(memory.board, BOARD_RECORD_BYTES);
    const admission = new Admission(task.admission, memory.taken);
    this.#records = new RecordsOut(board, new Ring(memory.cdrs));
    this.#datagrams = new DatagramsOut(new Ring(memory.outbound), new Doorbell(task.doorbell), () =>
      this.#post({ kind: 'poke' }),
    );
    const settledCount = task.isSuccessor ? settlePredecessor(board, admission, this.#records, Date.now()) : 0;
    if (task.isSuccessor) this.#inbound.skipAll();
    this.#counters.add('callsSettled', settledCount);
    this.#shard = new Shard({
      node: task.node,
      shardIndex: task.shardIndex,
      shardCount: task.shardCount,
      listeners: task.listeners,
      admission,
      counters: this.#counters,
      prng: new Prng(...task.seed),
      nowMs: monotonicMs(),
      outbox: {
        transmit: (text, target) => this.#datagrams.transmit(text, target),
        recordChanged: (record) => this.#records.changed(record),
        recordEnded: (record) => this.#records.ended(record),
        defect: (sentence, input) => this.#post({ kind: 'defect', sentence, input }),
      },
    });
    this.#flush();
    this.#post({ kind: 'born', threadId, settledCount });
    this.#publish(task);
  }

  /** Runs until `stop` is asked for. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      this.#runSlice(monotonicMs() + SLICE_MS);
      await setImmediate();
    }
  }

  #runSlice(endMs: number): void {
    this.#receiveCommands();
    for (;;) {
      if (monotonicMs() >= endMs || this.#isStopped) return;
      if (this.#runBatch()) continue;
      const wakeMs = Math.min(endMs, this.#shard.nextDueMs());
      const sleepMs = wakeMs - monotonicMs();
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
    const dueMs = this.#shard.nextDueMs();
    const nowMs = monotonicMs();
    if (count === 0 && dueMs > nowMs) return false;
    if (dueMs <= nowMs) {
      this.#counters.set('timerLagMs', nowMs - dueMs);
      this.#shard.advance(nowMs, Date.now());
    }
    this.#flush();
    return true;
  }

  #receive(nowMs: number): void {
    const { bytes, frameStart, frameEnd } = this.#inbound;
    readHead(bytes, frameStart, this.#head);
    const { addressStart, payloadStart, port, listener, stampMicros } = this.#head;
    const source = { address: this.#bytes.toString('latin1', addressStart, payloadStart), port, listener };
    this.#counters.set('ringAgeMs', ((stampOf(nowMs) - stampMicros) >>> 0) / 1000);
    this.#shard.receive(this.#bytes.toString('latin1', payloadStart, frameEnd), source, nowMs, Date.now());
  }

  /** Records before datagrams: what an answer promises is written down before the answer leaves. */
  #flush(): void {
    this.#records.flush();
    this.#shard.isClosed = this.#records.isFull;
    this.#datagrams.publish();
    this.#inbound.release();
    this.#datagrams.nudge();
    const { calls, dialogs, transactions, timers } = this.#shard.inspect();
    this.#counters.set('callsActive', calls);
    this.#counters.set('dialogsActive', dialogs);
    this.#counters.set('transactionsActive', transactions);
    this.#counters.set('timersActive', timers);
    this.#counters.set('cdrsHeld', this.#records.heldCount);
  }

  #receiveCommands(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: ToShard } | undefined;
      if (received === undefined) return;
      this.#command(received.message);
    }
  }

  #command(command: ToShard): void {
    switch (command.kind) {
      case 'snapshot':
        return this.#publish(command);
      case 'unreachable':
        for (const { address, port } of command.places) {
          this.#shard.unreachable(address, port, monotonicMs(), Date.now());
        }
        return this.#flush();
      case 'stop':
        this.#shard.releaseAll('SwitchRestart', monotonicMs(), Date.now());
        this.#flush();
        this.#isStopped = true;
        return;
    }
  }

  #publish({ snapshot }: Pick<ShardTask, 'snapshot'>): void {
    this.#shard.publish(snapshot);
    this.#post({ kind: 'applied', version: snapshot.version });
  }

  #post(message: FromShard): void {
    this.#port.postMessage(message);
  }
}
