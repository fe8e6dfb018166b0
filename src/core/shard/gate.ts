// Between the sockets and the shards: the two shapes a host may give it are rings to worker threads, and a shard run
// inline on the edge's own thread. Types only.

import type { Snapshot } from '../routing/snapshot.ts';

/** Takes what the sockets bring to the shards, and lets what they answer out. */
export interface Gate {
  /** A datagram for its shard; false when there is no room for it. `bytes` may be overwritten afterwards. */
  put(bytes: Uint8Array, address: string, port: number, listener: number): boolean;
  /** Everything that one poll of the sockets brought has been put: run it, send the results. True to be called again soon. */
  turn(): boolean;
}

/** Sends bytes[start, end) from the socket with index `listener`. */
export interface Wire {
  send(bytes: Buffer, start: number, end: number, address: string, port: number, listener: number): void;
  /** Whether the kernel still reads bytes given to `send`: they must not be overwritten yet. */
  readonly isBehind: boolean;
}

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
