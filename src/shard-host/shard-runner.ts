// What both hosts of a shard share, whether it runs in a worker or inline on the edge: the shard made from its task,
// its
// records, its gauges, its commands. The host brings datagrams and time, and takes datagrams away.

import { getHeapStatistics } from 'node:v8';
import { monotonicMs } from '../clock.ts';
import { Admission } from '../core/admission/admission.ts';
import { GatewayHealth } from '../core/admission/gateway-health.ts';
import { QualityBoard } from '../core/admission/quality.ts';
import { Turns } from '../core/admission/turns.ts';
import { BOARD_RECORD_BYTES } from '../core/base/limits.ts';
import { Prng } from '../core/base/prng.ts';
import { RecordBoard } from '../core/base/record-board.ts';
import { Ring } from '../core/base/ring.ts';
import type { Target } from '../core/base/target.ts';
import type { Source } from '../core/call/incoming-request.ts';
import { ShardCounters, ShardNumber } from '../core/shard/counters.ts';
import { Shard } from '../core/shard/shard.ts';
import type { FromShard, ShardTask, ToShard } from '../core/shard/shard-task.ts';
import { nodeDigest } from './node-digest.ts';
import { RecordsOut } from './records-out.ts';
import { settlePredecessor } from './settlement.ts';

/**
 * How late, ms, a timer may fire so that it needs no wake-up of its own: under load the next datagram comes sooner and
 * brings it along. SIP's shortest wait is 50 ms (SS_SIP_RESEND_INTERVAL), its usual one 500.
 */
const TIMER_SLACK_MS = 4;

/** How often it looks how much of the heap is used, ms. */
const HEAP_PERIOD_MS = 1_000;

/** What a runner asks of its host. */
export interface RunnerHost {
  /** A datagram on its way out; it leaves after the records of its batch are written. */
  transmit(text: string, target: Target): void;
  post(message: FromShard): void;
}

/** Runs one shard. */
export class ShardRunner {
  readonly counters: ShardCounters;
  /** How many calls of a dead predecessor were settled. */
  readonly settledCount: number;
  readonly #records: RecordsOut;
  readonly #storeIsFull: Int32Array;
  readonly #shard: Shard;
  readonly #host: RunnerHost;
  #heapDueMs = 0;
  #isStopped = false;

  constructor(task: ShardTask, host: RunnerHost) {
    const { memory } = task;
    this.#host = host;
    this.#storeIsFull = new Int32Array(memory.storeIsFull);
    this.counters = new ShardCounters(memory.counters);
    const board = new RecordBoard(memory.board, BOARD_RECORD_BYTES);
    const admission = new Admission(task.admission, memory.taken);
    this.#records = new RecordsOut(board, new Ring(memory.cdrs));
    this.settledCount = task.isSuccessor ? settlePredecessor(board, admission, this.#records, Date.now()) : 0;
    this.counters.add(ShardNumber.callsSettled, this.settledCount);
    this.#shard = new Shard({
      node: task.node,
      shardIndex: task.shardIndex,
      shardCount: task.shardCount,
      listeners: task.listeners,
      admission,
      health: new GatewayHealth(task.health),
      quality: new QualityBoard(task.quality),
      turns: new Turns(task.turns),
      counters: this.counters,
      prng: new Prng(...task.seed),
      digest: nodeDigest,
      nowMs: monotonicMs(),
      outbox: {
        transmit: (text, target) => host.transmit(text, target),
        recordChanged: (record) => this.#records.changed(record),
        recordEnded: (record) => this.#records.ended(record),
        defect: (sentence, input) => host.post({ kind: 'defect', sentence, input }),
      },
    });
    this.writeRecords();
  }

  /** Whether `stop` was commanded: the host puts out what is left and ends. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  receive(text: string, source: Source, nowMs: number): void {
    this.#shard.isClosed = this.#records.isFull || Atomics.load(this.#storeIsFull, 0) !== 0;
    this.#shard.receive(text, source, nowMs, Date.now());
  }

  /** Lets everything due happen; false when nothing was. */
  advance(nowMs: number): boolean {
    const dueMs = this.#shard.nextDueMs();
    if (nowMs >= this.#heapDueMs) this.#lookAtHeap(nowMs);
    if (dueMs > nowMs) return false;
    this.counters.set(ShardNumber.timerLagMs, nowMs - dueMs);
    this.#shard.advance(nowMs, Date.now());
    return true;
  }

  /** Of this thread: new calls are refused before it is full. */
  #lookAtHeap(nowMs: number): void {
    this.#heapDueMs = nowMs + HEAP_PERIOD_MS;
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    this.counters.set(ShardNumber.heapUseRatio, used / limit);
  }

  /** When the host must call `advance` at the latest if nothing else wakes it; Infinity when nothing waits. */
  wakeAtMs(): number {
    return this.#shard.nextDueMs() + TIMER_SLACK_MS;
  }

  /** Writes what the batch changed. Comes before its datagrams leave: what an answer promises is written down first. */
  writeRecords(): void {
    this.#records.flush();
    const { calls, dialogs, transactions, timers } = this.#shard.inspect();
    this.counters.set(ShardNumber.callsActive, calls);
    this.counters.set(ShardNumber.dialogsActive, dialogs);
    this.counters.set(ShardNumber.transactionsActive, transactions);
    this.counters.set(ShardNumber.timersActive, timers);
    this.counters.set(ShardNumber.cdrsHeld, this.#records.heldCount);
  }

  /** Runs a command; the host flushes afterwards. */
  command(command: ToShard): void {
    switch (command.kind) {
      case 'snapshot':
        this.#shard.publish(command.snapshot);
        this.#host.post({ kind: 'applied', version: command.snapshot.version });
        return;
      case 'unreachable':
        for (const { address, port } of command.places) {
          this.#shard.unreachable(address, port, monotonicMs(), Date.now());
        }
        return;
      case 'stop':
        this.#shard.releaseAll('SwitchRestart', monotonicMs(), Date.now());
        this.#isStopped = true;
        return;
    }
  }
}
