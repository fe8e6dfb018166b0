// Control's view of the switch's shared memory: the counters, boards, rings and limits of every shard. All of
// it is read without disturbing anyone; only the CDR rings are read as their one consumer, by the drain.

import { Admission } from '../core/admission/admission.ts';
import { BlackList } from '../core/admission/black-list.ts';
import { GatewayHealth } from '../core/admission/gateway-health.ts';
import { QualityBoard } from '../core/admission/quality.ts';
import { Turns } from '../core/admission/turns.ts';
import { END_REASON_NAMES, type EndReason } from '../core/base/end-reason.ts';
import { BOARD_RECORD_BYTES } from '../core/base/limits.ts';
import { RecordBoard } from '../core/base/record-board.ts';
import { Ring } from '../core/base/ring.ts';
import { Balances } from '../core/rating/balances.ts';
import { Bindings } from '../core/registration/bindings.ts';
import { ShardCounters, type ShardNumberName } from '../core/shard/counters.ts';
import type { SwitchMemory } from '../core/shard/shared-memory.ts';

/** The rings of a shard, by the names metrics give them. */
export const RING_NAMES = ['inbound', 'outbound', 'cdrs'] as const;

/** One shard's memory as control sees it. */
export interface ShardView {
  readonly counters: ShardCounters;
  readonly board: RecordBoard;
  readonly rings: Readonly<Record<(typeof RING_NAMES)[number], Ring>>;
}

/** The whole switch's memory as control sees it. */
export class SwitchView {
  readonly admission: Admission;
  readonly health: GatewayHealth;
  readonly balances: Balances;
  readonly quality: QualityBoard;
  readonly turns: Turns;
  readonly blackList: BlackList;
  readonly bindings: Bindings;
  readonly shards: readonly ShardView[];

  constructor(memory: SwitchMemory) {
    this.admission = new Admission(memory.admission, null);
    this.health = new GatewayHealth(memory.health);
    this.balances = new Balances(memory.balances);
    this.quality = new QualityBoard(memory.quality);
    this.turns = new Turns(memory.turns);
    this.blackList = new BlackList(memory.blackList);
    this.bindings = new Bindings(memory.registration.bindings);
    this.shards = memory.shards.map((shard) => ({
      counters: new ShardCounters(shard.counters),
      board: new RecordBoard(shard.board, BOARD_RECORD_BYTES),
      rings: { inbound: new Ring(shard.inbound), outbound: new Ring(shard.outbound), cdrs: new Ring(shard.cdrs) },
    }));
  }

  /** A number summed over all shards. */
  sum(name: ShardNumberName): number {
    let total = 0;
    for (const { counters } of this.shards) total += counters.get(name);
    return total;
  }

  /** Calls that ended with `reason`, over all shards. */
  ends(reason: EndReason): number {
    // The calls of a shard that died are counted by its successor, which settles them.
    let total = reason === 'SwitchRestart' ? this.sum('callsSettled') : 0;
    for (const { counters } of this.shards) total += counters.ends(reason);
    return total;
  }

  /** Calls that ended, whatever the reason. */
  ended(): number {
    let total = 0;
    for (const reason of END_REASON_NAMES) total += this.ends(reason);
    return total;
  }

  /** Finished calls of the gateway in `slot`, over all shards. */
  gatewayCalls(slot: number): GatewayCalls {
    const total = { calls: 0, answered: 0, talkSeconds: 0 };
    for (const { counters } of this.shards) {
      const { calls, answered, talkSeconds } = counters.calls(slot);
      total.calls += calls;
      total.answered += answered;
      total.talkSeconds += talkSeconds;
    }
    return total;
  }
}

/** Finished calls of one gateway. */
export interface GatewayCalls {
  readonly calls: number;
  readonly answered: number;
  readonly talkSeconds: number;
}
