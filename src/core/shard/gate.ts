// Between the sockets and the shards: rings to worker threads, or a shard run inline on the edge's own thread. Types
// only.

/** Takes what the sockets bring to the shards, and lets what they answer out. */
export interface Gate {
  /** A datagram for its shard; false when there is no room for it. `bytes` may be overwritten afterwards. */
  put(bytes: Uint8Array, address: string, port: number, listener: number): boolean;
  /** The shard that a datagram is for. */
  shardOf(bytes: Uint8Array): number;
  /** Whether so much waits for `shard` already that a new call should not be put behind it. */
  isBusy(shard: number): boolean;
  /**
   * Everything that one poll of the sockets brought has been put: run it, send the results. True to be called again
   * soon.
   */
  turn(): boolean;
}

/** Sends bytes[start, end) from the socket with index `listener`. */
export interface Wire {
  send(bytes: Uint8Array, start: number, end: number, address: string, port: number, listener: number): void;
  /** Whether the kernel still reads bytes given to `send`: they must not be overwritten yet. */
  readonly isBehind: boolean;
}
