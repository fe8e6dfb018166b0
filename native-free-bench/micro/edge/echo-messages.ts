// What the send-path benchmark's main process and its echoing process tell each other.

/**
 * How a shard's datagrams leave: through a ring back to the edge, or by a socket of the worker on the edge's
 * descriptor. `inline` has no worker at all, for comparison.
 */
export type SendPath = 'ring' | 'descriptor' | 'inline';

/** To the echoing process. */
export type EchoOrder =
  /** Begin to count. */
  | { readonly kind: 'reset' }
  /** Say what was counted. */
  | { readonly kind: 'report' }
  /** End the worker as a crash would, wait a moment, then say how the edge's socket is. */
  | { readonly kind: 'crash' };

/** From the echoing process. */
export type EchoAnswer =
  | { readonly kind: 'bound'; readonly port: number }
  | { readonly kind: 'report'; readonly report: EchoReport }
  | { readonly kind: 'crashed'; readonly afterwards: string };

/** Counted since `reset`. */
export interface EchoReport {
  /** utime + stime of the process, microseconds, all its threads together. */
  readonly cpuMicros: number;
  readonly echoCount: number;
}

/** What the worker is started with. */
export interface EchoWork {
  readonly path: SendPath;
  /** The edge's socket, for 'descriptor'. */
  readonly descriptor: number;
}
