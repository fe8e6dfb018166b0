// What a shard is born with, be it in a worker or on main.

import { randomFillSync } from 'node:crypto';
import type { Listener } from '../core/routing/snapshot.ts';
import type { PackedSnapshot } from '../core/shard/packed-snapshot.ts';
import type { ShardTask } from '../core/shard/shard-task.ts';
import type { SwitchMemory } from '../core/shard/shared-memory.ts';

/** What all shards are made with. */
export interface ShardBirth {
  readonly node: string;
  readonly listeners: readonly Listener[];
  readonly memory: SwitchMemory;
  readonly snapshot: PackedSnapshot;
  /** The key of nonces; hexadecimal. */
  readonly secret: string;
}

/** The task of `shard`. `isSuccessor`: a worker has died on this memory. */
export function shardTaskOf(shard: number, birth: ShardBirth, isSuccessor: boolean): ShardTask {
  const { node, listeners, memory, snapshot, secret } = birth;
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
  };
}
