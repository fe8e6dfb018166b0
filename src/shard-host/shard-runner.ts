// What both hosts of a shard share, whether it runs in a worker or inline on the edge: the shard made from its task and
// its journal, its records, its gauges, its commands. The host brings datagrams and time, and takes datagrams away.

import { getHeapStatistics } from 'node:v8';
import { monotonicMs } from '../clock.ts';
import { Admission } from '../core/admission/admission.ts';
import { BlackList } from '../core/admission/black-list.ts';
import { GatewayHealth } from '../core/admission/gateway-health.ts';
import { QualityBoard } from '../core/admission/quality.ts';
import { Turns } from '../core/admission/turns.ts';
import { BOARD_RECORD_BYTES } from '../core/base/limits.ts';
import { Prng } from '../core/base/prng.ts';
import { RecordBoard } from '../core/base/record-board.ts';
import { Ring } from '../core/base/ring.ts';
import { TakenMark } from '../core/base/taken-mark.ts';
import type { Target } from '../core/base/target.ts';
import { Balances } from '../core/rating/balances.ts';
import { ShardCounters, ShardNumber } from '../core/shard/counters.ts';
import { KnownPlaces } from '../core/shard/known-places.ts';
import { unpackSnapshot } from '../core/shard/packed-snapshot.ts';
import { Shard } from '../core/shard/shard.ts';
import type { FromShard, Inheritance, ShardTask, ToShard } from '../core/shard/shard-task.ts';
import type { CallJournal } from '../store/call-journal.ts';
import { sentenceOf } from '../tandem-error.ts';
import { DatagramGate } from './datagram-gate.ts';
import type { FormerLife } from './former-life.ts';
import { inherit } from './inheritance.ts';
import { nodeDigest } from './node-digest.ts';
import { RecordsOut } from './records-out.ts';

/**
 * How late, ms, a timer may fire so that it needs no wake-up of its own: under load the next datagram comes sooner and
 * brings it along. SIP's shortest wait is 50 ms (SS_SIP_RESEND_INTERVAL), its usual one 500.
 */
const TIMER_SLACK_MS = 4;

/** How late, ms, a transaction that has ended may be forgotten: a call leaves several, and repetitions take seconds. */
const LINGERING_SLACK_MS = 250;

/** How often it looks how much of the heap is used, ms. */
const HEAP_PERIOD_MS = 1_000;

/** What a power cut may cost, ms of journal; and how long a call in set-up may wait to be shown. */
const FLUSH_PERIOD_MS = 200;

/** How often entries of earlier segments are written again when nothing else happens, ms. */
const CARRY_PERIOD_MS = 4;

/** Calls of an earlier life made again with one batch: some two milliseconds of work. */
const RESUMED_MAX = 16;

/** When a journal that could not be written is tried again, and how often that is told, ms. */
const RETRY_MS = 20;
const TELL_PERIOD_MS = 1_000;

/** What a runner asks of its host. */
export interface RunnerHost {
  /** Whether a successor settles the calls of this thread when it dies. */
  readonly isOutlived: boolean;
  /** A datagram on its way out; what it promises is kept. */
  transmit(text: string, target: Target): void;
  post(message: FromShard): void;
}

/** Runs one shard. */
export class ShardRunner {
  readonly counters: ShardCounters;
  /** What became of the calls of an earlier life. */
  readonly inheritance: Inheritance;
  readonly #journal: CallJournal;
  readonly #records: RecordsOut;
  readonly #storeIsFull: Int32Array;
  readonly #gate: DatagramGate;
  readonly #shard: Shard;
  readonly #places = new KnownPlaces();
  readonly #host: RunnerHost;
  /** The host's clock at the latest input. */
  #nowMs = monotonicMs();
  #heapDueMs = 0;
  #flushDueMs = Number.POSITIVE_INFINITY;
  #isFailing = false;
  #retryAtMs = Number.POSITIVE_INFINITY;
  #carryDueMs = Number.POSITIVE_INFINITY;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #isStopped = false;

  constructor(task: ShardTask, host: RunnerHost, former: FormerLife) {
    const { memory } = task;
    this.#host = host;
    this.#storeIsFull = new Int32Array(memory.storeIsFull);
    this.counters = new ShardCounters(memory.counters);
    this.#journal = former.journal;
    const board = new RecordBoard(memory.board, BOARD_RECORD_BYTES);
    const admission = new Admission(task.admission, { taken: memory.taken, shardIndex: task.shardIndex });
    const balances = new Balances(task.balances, memory.held);
    const marks = { taken: new TakenMark(memory.cdrsTaken), charged: new TakenMark(memory.cdrsCharged) };
    const ring = new Ring(memory.cdrs);
    this.#records = new RecordsOut({
      board,
      journal: this.#journal,
      ring,
      balances,
      ...marks,
      showsLater: !host.isOutlived,
    });
    this.#gate = new DatagramGate((text, target) => host.transmit(text, target));
    this.#shard = this.#shardOf(task, admission, balances);
    this.#shard.publish(unpackSnapshot(task.snapshot));
    const parts = { board, admission, balances, marks, records: this.#records, shard: this.#shard };
    this.inheritance = inherit(task, former, parts);
    this.counters.add(ShardNumber.callsSettled, this.inheritance.settledCount);
    this.counters.add(ShardNumber.callsResumed, this.inheritance.resumedCount);
    this.counters.add(ShardNumber.journalRefused, this.inheritance.refusedCount);
    this.#records.awaitsResumed = true;
    this.putOut();
  }

  /** Whether `stop` was commanded: the host puts out what is left and ends. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  receive(text: string, address: string, port: number, listener: number, nowMs: number): void {
    this.#nowMs = nowMs;
    const source = this.#places.of(address, port, listener);
    this.#shard.isClosed = this.#isFailing || this.#records.isFull || Atomics.load(this.#storeIsFull, 0) !== 0;
    this.#shard.receive(text, source, nowMs, Date.now());
    if (this.#isFailing) this.#judge();
  }

  /** Lets everything due happen; false when nothing was. */
  advance(nowMs: number): boolean {
    this.#nowMs = nowMs;
    const dueMs = this.#shard.promptDueMs();
    if (nowMs >= this.#heapDueMs) this.#lookAtHeap(nowMs);
    if (nowMs >= this.#flushDueMs) this.#flushJournal();
    if (Math.min(dueMs, this.#shard.lingeringDueMs()) > nowMs)
      return nowMs >= Math.min(this.#retryAtMs, this.#carryDueMs);
    if (dueMs <= nowMs) this.counters.set(ShardNumber.timerLagMs, nowMs - dueMs);
    this.#shard.advance(nowMs, Date.now());
    if (this.#isFailing) this.#judge();
    return true;
  }

  /** When the host must call `advance` at the latest if nothing else wakes it; Infinity when nothing waits. */
  wakeAtMs(): number {
    const ownDueMs = Math.min(this.#flushDueMs, this.#retryAtMs, this.#carryDueMs);
    const lingeringDueMs = this.#shard.lingeringDueMs() + LINGERING_SLACK_MS;
    return Math.min(this.#shard.promptDueMs() + TIMER_SLACK_MS, lingeringDueMs, ownDueMs);
  }

  /** The end of a batch: keeps what it changed, then lets its datagrams go. */
  putOut(): void {
    try {
      if (this.#records.awaitsResumed) this.#resumeSome();
      this.#records.flush();
      this.#isFailing = false;
      this.#retryAtMs = Number.POSITIVE_INFINITY;
      this.#carryDueMs = this.#journal.hasOlder ? this.#nowMs + this.#carryPeriodMs() : Number.POSITIVE_INFINITY;
      this.#gate.release();
      if (this.#journal.needsFlush || this.#records.hasWaiting || this.#records.unsentCount > 0) this.#armFlush();
    } catch (error) {
      this.#records.publish(); // Control's taking them may be what makes room.
      this.#isFailing = true;
      this.#retryAtMs = this.#nowMs + RETRY_MS;
      this.#judge();
      this.#gate.releaseBatch();
      this.#tellTrouble(error);
    }
    this.#showGauges();
  }

  /** Runs a command; the host puts out afterwards. */
  command(command: ToShard): void {
    switch (command.kind) {
      case 'snapshot':
        this.#shard.publish(unpackSnapshot(command.snapshot));
        this.#host.post({ kind: 'applied', version: command.snapshot.version });
        return;
      case 'unreachable':
        for (const { address, port } of command.places) {
          this.#shard.unreachable(address, port, monotonicMs(), Date.now());
        }
        return;
      case 'lrnAnswered':
        this.#shard.lrnAnswered(command.id, command.answer, monotonicMs(), Date.now());
        return;
      case 'drain':
        this.#shard.isDraining = true;
        return;
      case 'stop':
        this.#shard.releaseAll('SwitchRestart', monotonicMs(), Date.now(), command.keepsCalls);
        this.#records.isLast = true;
        this.#isStopped = true;
        return;
    }
  }

  /** Nothing more comes: the journal is closed. */
  close(): void {
    try {
      this.#journal.close();
      this.#records.publish();
    } catch (error) {
      this.#tellTrouble(error);
    }
  }

  #shardOf(task: ShardTask, admission: Admission, balances: Balances): Shard {
    return new Shard({
      node: task.node,
      shardIndex: task.shardIndex,
      shardCount: task.shardCount,
      listeners: task.listeners,
      admission,
      health: new GatewayHealth(task.health),
      quality: new QualityBoard(task.quality),
      turns: new Turns(task.turns),
      blackList: new BlackList(task.blackList),
      balances,
      registration: task.registration,
      secret: task.secret,
      isSuccessor: task.isSuccessor,
      counters: this.counters,
      prng: new Prng(...task.seed),
      digest: nodeDigest,
      nowMs: monotonicMs(),
      outbox: {
        transmit: (text, target) => this.#gate.take(text, target),
        recordChanged: (record) => this.#records.changed(record),
        recordAcknowledged: (record) => this.#records.acknowledged(record),
        recordResumed: (record) => this.#records.resumed(record),
        recordEnded: (record) => this.#records.ended(record),
        askLrn: (id, question, timeoutMs) => this.#host.post({ kind: 'askLrn', id, question, timeoutMs }),
        authFailed: (address, user) => this.#host.post({ kind: 'authFailed', address, user }),
        defect: (sentence, input) => this.#host.post({ kind: 'defect', sentence, input }),
      },
    });
  }

  #carryPeriodMs(): number {
    return this.#records.awaitsControl ? FLUSH_PERIOD_MS : CARRY_PERIOD_MS;
  }

  #resumeSome(): void {
    this.#records.awaitsResumed = this.#shard.resumeSome(RESUMED_MAX, this.#nowMs, Date.now()) > 0;
  }

  #judge(): void {
    this.#gate.judge(this.#records.hasPromise, this.#records.hasAnswer);
    this.#records.hasPromise = false;
    this.#records.hasAnswer = false;
  }

  #armFlush(): void {
    this.#flushDueMs = Math.min(this.#flushDueMs, this.#nowMs + FLUSH_PERIOD_MS);
  }

  #flushJournal(): void {
    this.#flushDueMs = Number.POSITIVE_INFINITY;
    this.#records.showWaiting();
    const flushed = (): void => {
      this.#records.publish();
      // The one before was still under way, or more has come since, or the ring was full.
      if (this.#journal.needsFlush || this.#records.unsentCount > 0) this.#armFlush();
    };
    this.#journal.flush().then(flushed, (error: unknown) => {
      this.#armFlush();
      this.#tellTrouble(error);
    });
  }

  #tellTrouble(error: unknown): void {
    this.counters.add(ShardNumber.journalFailures);
    const nowMs = monotonicMs();
    if (nowMs - this.#toldAtMs < TELL_PERIOD_MS) return;
    this.#toldAtMs = nowMs;
    this.#host.post({ kind: 'trouble', sentence: sentenceOf(error) });
  }

  /** Of this thread: new calls are refused before it is full. */
  #lookAtHeap(nowMs: number): void {
    this.#heapDueMs = nowMs + HEAP_PERIOD_MS;
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    this.counters.set(ShardNumber.heapUseRatio, used / limit);
    this.counters.set(ShardNumber.journalUseRatio, this.#journal.useRatio);
  }

  #showGauges(): void {
    const { calls, dialogs, transactions, timers } = this.#shard.inspect();
    this.counters.set(ShardNumber.callsActive, calls);
    this.counters.set(ShardNumber.dialogsActive, dialogs);
    this.counters.set(ShardNumber.transactionsActive, transactions);
    this.counters.set(ShardNumber.timersActive, timers);
    this.counters.set(ShardNumber.cdrsHeld, this.#records.unsentCount);
  }
}
