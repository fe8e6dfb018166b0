// What crosses between main and a shard's worker besides datagrams and records: a short, closed list. Types only.

import type { Listener, Snapshot } from '../routing/snapshot.ts';
import type { ShardMemory } from './shared-memory.ts';

/** The never-ending task of one worker. */
export interface ShardTask {
  readonly node: string;
  readonly shardIndex: number;
  readonly shardCount: number;
  readonly listeners: readonly Listener[];
  readonly memory: ShardMemory;
  readonly admission: SharedArrayBuffer;
  readonly health: SharedArrayBuffer;
  readonly quality: SharedArrayBuffer;
  readonly turns: SharedArrayBuffer;
  readonly doorbell: SharedArrayBuffer;
  /** Three 32-bit words from the system's generator. */
  readonly seed: readonly [number, number, number];
  readonly snapshot: Snapshot;
  /** Whether a predecessor died on this memory, whose calls are to be settled. */
  readonly isSuccessor: boolean;
}

/** Main to shard. Main wakes the shard's inbound ring after posting. */
export type ToShard =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  /** Datagrams to these places could not be sent. */
  | { readonly kind: 'unreachable'; readonly places: readonly { readonly address: string; readonly port: number }[] }
  /** End every call, put out what is left, finish the task. */
  | { readonly kind: 'stop' };

/** Shard to main. */
export type FromShard =
  /** The worker's thread, for crash drills, and how many calls of a dead predecessor were settled. */
  | { readonly kind: 'born'; readonly threadId: number; readonly settledCount: number }
  | { readonly kind: 'applied'; readonly version: number }
  /** Something lies in the outbound ring and the edge was away. */
  | { readonly kind: 'poke' }
  | { readonly kind: 'defect'; readonly sentence: string; readonly input: string };
