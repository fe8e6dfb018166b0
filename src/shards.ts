// The shards of a switch as main sees them, wherever they run: in worker threads, or inline on the edge's thread. Types
// only.

import type { LrnAnswer, LrnQuestion } from './core/call/lrn-dips.ts';
import type { PackedSnapshot } from './core/shard/packed-snapshot.ts';
import type { Inheritance } from './core/shard/shard-task.ts';

/** The shards of one switch, wherever they run. */
export interface Shards {
  /** New routing tables; each shard answers by `onApplied`. */
  publish(snapshot: PackedSnapshot): void;
  /** Datagrams to these places could not be sent. */
  unreachable(places: readonly Place[]): void;
  /** What the LRN source says to a question of `shard`. */
  lrnAnswered(shard: number, id: number, answer: LrnAnswer | null): void;
  /** A crash drill: ends the worker of `shard` where it stands. */
  kill(shard: number): Promise<void>;
  /** Called several times a second: a shard that has stood still for long is ended, and begins again. */
  watch(): void;
  /** No new calls from now on. */
  drain(): void;
  /** Puts out what is left. Calls end, but for answered ones that `keepsCalls` leaves to the next life. */
  stop(keepsCalls: boolean): Promise<void>;
}

/** A place that datagrams go to. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** What the shards tell main. */
export interface ShardsUser {
  onApplied(shard: number, version: number): void;
  /** Something was put out while the edge was away: it shall take a turn. */
  onPoke(): void;
  /** `shard` asks the LRN source. */
  onAskLrn(shard: number, id: number, question: LrnQuestion, timeoutMs: number): void;
  onAuthFailed(shard: number, address: string, user: string): void;
  onDefect(shard: number, sentence: string, input: string): void;
  /** A shard runs: at the start, or because its worker died and a new one has taken over. */
  onBorn(shard: number, inheritance: Inheritance, isSuccessor: boolean): void;
  /** Its journal cannot be written. */
  onTrouble(shard: number, sentence: string): void;
  /** It has not moved for so many seconds: its worker is ended. */
  onHung(shard: number, seconds: number): void;
  onDied(shard: number, error: unknown): void;
}
