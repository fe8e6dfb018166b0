// The shards in their workers. A worker that dies is replaced, and its shard begins again on the same memory.

import type { MessagePort } from 'node:worker_threads';
import { Pulses, STILL_MAX } from '../core/base/pulses.ts';
import { Ring } from '../core/base/ring.ts';
import type { LrnAnswer } from '../core/call/lrn-dips.ts';
import { ShardCounters } from '../core/shard/counters.ts';
import type { PackedSnapshot } from '../core/shard/packed-snapshot.ts';
import type { FromShard, ShardTask, ToShard } from '../core/shard/shard-task.ts';
import type { Place, Shards, ShardsUser } from '../shards.ts';
import { type ShardBirth, shardTaskOf } from './shard-birth.ts';
import type { ShardWorkers } from './shard-workers.ts';

/** Pause before a shard that died right after its birth begins again, ms: a crash loop must not eat the machine. */
const RESTART_PAUSE_MS = 1_000;
const SHORT_LIFE_MS = 1_000;

interface Seat {
  port: MessagePort | null;
  threadId: number;
  startedAtMs: number;
  finished: Promise<void>;
}

/** Runs all shards. */
export class ShardPool implements Shards {
  readonly #birth: ShardBirth;
  readonly #user: ShardsUser;
  readonly #workers: ShardWorkers;
  readonly #seats: Seat[] = [];
  readonly #pulses: Pulses;
  #snapshot: PackedSnapshot;
  #isStopping = false;
  #isDraining = false;

  constructor(birth: ShardBirth, user: ShardsUser, workers: ShardWorkers) {
    this.#birth = birth;
    this.#user = user;
    this.#snapshot = birth.snapshot;
    this.#workers = workers;
    const counters = birth.memory.shards.map((shard) => new ShardCounters(shard.counters));
    this.#pulses = new Pulses(counters.map((shard) => () => shard.get('beats')));
    for (const shard of birth.memory.shards.keys()) {
      this.#seats.push({ port: null, threadId: 0, startedAtMs: 0, finished: Promise.resolve() });
      this.#begin(shard, false);
    }
  }

  /** New routing tables for every shard; each answers by `onApplied`. */
  publish(snapshot: PackedSnapshot): void {
    this.#snapshot = snapshot;
    this.#tellAll({ kind: 'snapshot', snapshot });
  }

  /** Datagrams to these places could not be sent. */
  unreachable(places: readonly Place[]): void {
    this.#tellAll({ kind: 'unreachable', places });
  }

  /** A crash drill: ends the worker of `shard` where it stands. */
  async kill(shard: number): Promise<void> {
    const threadId = this.#seats[shard]?.threadId;
    if (threadId !== undefined) await this.#workers.terminate(threadId);
  }

  watch(): void {
    for (const shard of this.#pulses.still(performance.now())) {
      this.#user.onHung(shard, STILL_MAX);
      void this.kill(shard);
    }
  }

  drain(): void {
    this.#isDraining = true;
    this.#tellAll({ kind: 'drain' });
  }

  /** Lets the shards put out what is left, ends the workers. */
  async stop(keepsCalls: boolean): Promise<void> {
    this.#isStopping = true;
    this.#tellAll({ kind: 'stop', keepsCalls });
    await Promise.all(this.#seats.map(({ finished }) => finished));
    await this.#workers.destroy();
  }

  #begin(shard: number, isSuccessor: boolean): void {
    const seat = this.#seats[shard] as Seat;
    const worker = this.#workers.next(shard);
    seat.port = worker.port;
    seat.startedAtMs = performance.now();
    this.#pulses.begin(shard);
    worker.port.on('message', (message: FromShard) => this.#hear(shard, message, isSuccessor));
    worker.begin(shardTaskOf(shard, { ...this.#birth, snapshot: this.#snapshot }, isSuccessor));
    if (this.#isDraining) this.#tell(shard, { kind: 'drain' });
    seat.finished = worker.ended.then((end) => {
      if (end !== null) this.#died(shard, end.error);
    });
  }

  #died(shard: number, error: unknown): void {
    const seat = this.#seats[shard] as Seat;
    seat.port = null;
    if (this.#isStopping) return;
    this.#user.onDied(shard, error);
    const isShortLived = performance.now() - seat.startedAtMs < SHORT_LIFE_MS;
    if (isShortLived) setTimeout(() => this.#succeed(shard), RESTART_PAUSE_MS);
    else this.#succeed(shard);
  }

  /** Nobody would end one that begins while the others stop. */
  #succeed(shard: number): void {
    if (!this.#isStopping) this.#begin(shard, true);
  }

  #hear(shard: number, message: FromShard, isSuccessor: boolean): void {
    switch (message.kind) {
      case 'poke':
        return this.#user.onPoke();
      case 'applied':
        return this.#user.onApplied(shard, message.version);
      case 'askLrn':
        return this.#user.onAskLrn(shard, message.id, message.question, message.timeoutMs);
      case 'authFailed':
        return this.#user.onAuthFailed(shard, message.address, message.user);
      case 'defect':
        return this.#user.onDefect(shard, message.sentence, message.input);
      case 'born':
        (this.#seats[shard] as Seat).threadId = message.threadId;
        return this.#user.onBorn(shard, message, isSuccessor);
      case 'trouble':
        return this.#user.onTrouble(shard, message.sentence);
    }
  }

  lrnAnswered(shard: number, id: number, answer: LrnAnswer | null): void {
    this.#tell(shard, { kind: 'lrnAnswered', id, answer });
  }

  #tell(shard: number, message: ToShard): void {
    this.#seats[shard]?.port?.postMessage(message);
    new Ring((this.#birth.memory.shards[shard] as ShardTask['memory']).inbound).wake();
  }

  /** Posts to every shard and wakes those asleep on their ring. */
  #tellAll(message: ToShard): void {
    for (const shard of this.#seats.keys()) {
      this.#tell(shard, message);
    }
  }
}
