// The shards of a switch as main sees them, wherever they run: in worker threads, or inline on the edge's thread. Types
// only.

import type { Snapshot } from './core/routing/snapshot.ts';

/** The shards of one switch, wherever they run. */
export interface Shards {
  /** New routing tables; each shard answers by `onApplied`. */
  publish(snapshot: Snapshot): void;
  /** Datagrams to these places could not be sent. */
  unreachable(places: readonly Place[]): void;
  /** A crash drill: ends the worker of `shard` where it stands. */
  kill(shard: number): Promise<void>;
  /** Ends every call and puts out what is left. */
  stop(): Promise<void>;
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
  onDefect(shard: number, sentence: string, input: string): void;
  /** The worker died and a new one has taken over. */
  onRestarted(shard: number, settledCount: number): void;
  onDied(shard: number, error: unknown): void;
}
