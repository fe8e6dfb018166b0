// The workers of the shards: a Piscina pool of fixed size, one never-ending task each. A worker that dies is replaced
// and its shard begins again on the same memory.

import { randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Ring } from '../core/base/ring.ts';
import type { LrnAnswer } from '../core/call/lrn-dips.ts';
import type { Listener } from '../core/routing/snapshot.ts';
import type { PackedSnapshot } from '../core/shard/packed-snapshot.ts';
import type { FromShard, ShardTask, ToShard } from '../core/shard/shard-task.ts';
import type { SwitchMemory } from '../core/shard/shared-memory.ts';
import type { Place, Shards, ShardsUser } from '../shards.ts';
import { ThreadPool } from '../thread-pool.ts';

/** Pause before a shard that died right after its birth begins again, ms: a crash loop must not eat the machine. */
const RESTART_PAUSE_MS = 1_000;
const SHORT_LIFE_MS = 1_000;

/** V8's setting of the workers' heaps, MiB, read when one is made: a head start before the old is first collected. */
const HEAP_FLAG = '--initial-heap-size=256';

/** What all shards are made with. */
export interface ShardPoolOptions {
  readonly node: string;
  readonly listeners: readonly Listener[];
  readonly memory: SwitchMemory;
  readonly snapshot: PackedSnapshot;
  /** Where the shards' journals are, a folder each. */
  readonly journalsPath: string;
  /** Whether a call is answered only when that is on the disk. */
  readonly isStrict: boolean;
  /** The key of nonces; hexadecimal. */
  readonly secret: string;
}

/** The task of `shard`. `isSuccessor`: a worker has died on this memory. */
export function shardTaskOf(shard: number, options: ShardPoolOptions, isSuccessor: boolean): ShardTask {
  const { node, listeners, memory, snapshot, journalsPath, isStrict, secret } = options;
  const [seed0 = 0, seed1 = 0, seed2 = 0] = randomFillSync(new Uint32Array(3));
  return {
    node,
    shardIndex: shard,
    shardCount: memory.shards.length,
    listeners,
    memory: memory.shards[shard] as ShardTask['memory'],
    admission: memory.admission,
    health: memory.health,
    quality: memory.quality,
    turns: memory.turns,
    blackList: memory.blackList,
    registration: memory.registration,
    secret,
    balances: memory.balances,
    rollCall: memory.rollCall,
    doorbell: memory.doorbell,
    seed: [seed0, seed1, seed2],
    snapshot,
    isSuccessor,
    journalPath: join(journalsPath, String(shard)),
    isStrict,
  };
}

interface Seat {
  port: MessagePort | null;
  threadId: number;
  startedAtMs: number;
  finished: Promise<void>;
}

/** Runs all shards. */
export class ShardPool implements Shards {
  readonly #options: ShardPoolOptions;
  readonly #user: ShardsUser;
  readonly #pool: ThreadPool;
  readonly #seats: Seat[] = [];
  #snapshot: PackedSnapshot;
  #isStopping = false;

  constructor(options: ShardPoolOptions, user: ShardsUser) {
    this.#options = options;
    this.#user = user;
    this.#snapshot = options.snapshot;
    const count = options.memory.shards.length;
    setFlagsFromString(HEAP_FLAG);
    this.#pool = new ThreadPool({
      module: new URL('../shard-host/shard-worker.js', import.meta.url).href,
      task: 'runShard',
      threads: count,
      isPermanent: true,
      niceIncrement: 0,
    });
    for (let shard = 0; shard < count; shard++) {
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
    if (threadId !== undefined) await this.#pool.terminate(threadId);
  }

  drain(): void {
    this.#tellAll({ kind: 'drain' });
  }

  /** Lets the shards put out what is left, ends the workers. */
  async stop(keepsCalls: boolean): Promise<void> {
    this.#isStopping = true;
    this.#tellAll({ kind: 'stop', keepsCalls });
    await Promise.all(this.#seats.map(({ finished }) => finished));
    await this.#pool.destroy();
  }

  #begin(shard: number, isSuccessor: boolean): void {
    const seat = this.#seats[shard] as Seat;
    const { port1, port2 } = new MessageChannel();
    seat.port = port1;
    seat.startedAtMs = performance.now();
    port1.on('message', (message: FromShard) => this.#hear(shard, message, isSuccessor));
    const job = { task: shardTaskOf(shard, { ...this.#options, snapshot: this.#snapshot }, isSuccessor), port: port2 };
    seat.finished = this.#pool.run(job, [port2]).then(
      () => port1.close(),
      (error: unknown) => this.#died(shard, error),
    );
  }

  #died(shard: number, error: unknown): void {
    const seat = this.#seats[shard] as Seat;
    seat.port?.close();
    seat.port = null;
    if (this.#isStopping) return;
    this.#user.onDied(shard, error);
    const isShortLived = performance.now() - seat.startedAtMs < SHORT_LIFE_MS;
    if (isShortLived) setTimeout(() => this.#begin(shard, true), RESTART_PAUSE_MS);
    else this.#begin(shard, true);
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
    new Ring((this.#options.memory.shards[shard] as ShardTask['memory']).inbound).wake();
  }

  /** Posts to every shard and wakes those asleep on their ring. */
  #tellAll(message: ToShard): void {
    for (const shard of this.#seats.keys()) {
      this.#tell(shard, message);
    }
  }
}
