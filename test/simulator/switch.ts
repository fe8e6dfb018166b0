// The switch under test: N shards over one admission memory, fed as the edge feeds them (placement by a peek at the
// Call-ID) and drained after each input. Nothing of it is a stand-in.

import { Admission } from '../../src/core/admission/admission.ts';
import { GatewayHealth } from '../../src/core/admission/gateway-health.ts';
import { QualityBoard } from '../../src/core/admission/quality.ts';
import { Turns } from '../../src/core/admission/turns.ts';
import type { EndReason } from '../../src/core/base/end-reason.ts';
import { Prng } from '../../src/core/base/prng.ts';
import type { Target } from '../../src/core/base/target.ts';
import type { LiveRecord } from '../../src/core/call/call-record.ts';
import type { LrnAnswer, LrnQuestion } from '../../src/core/call/lrn-dips.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { Bindings } from '../../src/core/registration/bindings.ts';
import type { Snapshot } from '../../src/core/routing/snapshot.ts';
import { ShardCounters, type ShardNumberName } from '../../src/core/shard/counters.ts';
import type { Outbox } from '../../src/core/shard/outbox.ts';
import { peekCallId, peeked, shardOfBytes } from '../../src/core/shard/placement.ts';
import { type MediaEvent, Shard, type ShardView } from '../../src/core/shard/shard.ts';
import { allocateRegistration } from '../../src/core/shard/shared-memory.ts';
import { nodeDigest } from '../../src/shard-host/node-digest.ts';
import type { Place } from './network.ts';

/** Wall clock at virtual time 0: 2023-11-14T22:13:20Z. */
export const EPOCH_WALL_MS = 1_700_000_000_000;

/** Where the switch listens, and what it tells its peers. */
export const SWITCH_PLACE: Place = { address: '192.0.2.1', port: 5060 };

/** Slots of the switch: memory for all that there may be takes longer to clear than a short run. */
const SLOT_COUNT = 256;

/** A defect that the switch reported of itself. */
export interface ReportedDefect {
  readonly sentence: string;
  readonly input: string;
}

/** Where the answer to an LRN question belongs. */
export interface LrnPlace {
  readonly shard: number;
  readonly id: number;
}

/** How to build it. */
export interface SwitchOptions {
  readonly seed: number;
  readonly shardCount: number;
  readonly snapshot: Snapshot;
  /** Puts a datagram on the wire. */
  readonly send: (text: string, to: Place) => void;
  /** Hears what a shard asks the LRN source. */
  readonly askLrn?: (question: LrnQuestion, place: LrnPlace) => void;
  /** By shard, of an earlier switch whose counts nobody reads: to allocate new ones costs more than a short run. */
  readonly counters?: readonly ShardCounters[];
  /** The admission of one shard; tests break it on purpose. */
  readonly admissionOf?: (shared: SharedArrayBuffer, taken: SharedArrayBuffer) => Admission;
  /** Whether a finished record reaches the collection; tests lose one on purpose. */
  readonly keepsCdr?: (cdr: Cdr) => boolean;
}

/** Collects what one shard says while it runs one input. */
class Collector implements Outbox {
  readonly sent: { text: string; target: Target }[] = [];
  readonly ended: Cdr[] = [];
  readonly defects: ReportedDefect[] = [];
  readonly authFailures: string[] = [];
  readonly asked: { id: number; question: LrnQuestion }[] = [];
  touchedCdrId = '';

  transmit(text: string, target: Target): void {
    this.sent.push({ text, target });
  }

  recordChanged(record: LiveRecord): void {
    this.touchedCdrId = record.cdr.id;
    record.isDirty = false;
  }

  recordEnded(record: LiveRecord): void {
    if (record.isKept) this.ended.push(record.cdr);
  }

  askLrn(id: number, question: LrnQuestion): void {
    this.asked.push({ id, question });
  }

  authFailed(address: string, user: string): void {
    this.authFailures.push(`${address} ${user}`);
  }

  defect(sentence: string, input: string): void {
    this.defects.push({ sentence, input });
  }
}

/** For switches where nobody registers: to allocate it costs more than a short run. */
const UNUSED = allocateRegistration();

function mayRegister({ mappingGateways, routingGateways }: Snapshot): boolean {
  return [...mappingGateways, ...routingGateways].some(({ registerUser }) => registerUser !== '');
}

/** The whole switch as one value. */
export class Switch {
  readonly shards: readonly Shard[];
  readonly counters: readonly ShardCounters[];
  /** Reads the counters of the whole switch; takes none itself. */
  readonly admission: Admission;
  /** The health of gateways as every shard sees it. */
  readonly health: GatewayHealth;
  readonly quality: QualityBoard;
  readonly turns: Turns;
  /** Who has registered where. */
  readonly bindings: Bindings;
  /** Finished records in the order in which they came. */
  readonly cdrs: Cdr[] = [];
  readonly defects: ReportedDefect[] = [];
  /** Datagrams that it was given. */
  receivedCount = 0;
  readonly #options: SwitchOptions;
  readonly #outboxes: Collector[] = [];
  readonly #bytes = Buffer.alloc(65_536);

  constructor(options: SwitchOptions) {
    this.#options = options;
    const { seed, shardCount, admissionOf = (shared, taken) => new Admission(shared, taken) } = options;
    const memory = Admission.allocate(SLOT_COUNT);
    this.admission = new Admission(memory);
    const healthMemory = GatewayHealth.allocate(SLOT_COUNT);
    this.health = new GatewayHealth(healthMemory);
    const qualityMemory = QualityBoard.allocate();
    const turnsMemory = Turns.allocate();
    this.quality = new QualityBoard(qualityMemory);
    this.turns = new Turns(turnsMemory);
    const registration = mayRegister(options.snapshot) ? allocateRegistration() : UNUSED;
    this.bindings = new Bindings(registration.bindings);
    this.counters =
      options.counters ?? Array.from({ length: shardCount }, () => new ShardCounters(ShardCounters.allocate()));
    this.shards = this.counters.map((counters, shardIndex) => {
      const outbox = new Collector();
      this.#outboxes.push(outbox);
      return new Shard({
        node: 'simulated',
        shardIndex,
        shardCount,
        listeners: [{ advertisedHost: SWITCH_PLACE.address, advertisedPort: SWITCH_PLACE.port }],
        admission: admissionOf(memory, Admission.allocateTaken(SLOT_COUNT)),
        health: new GatewayHealth(healthMemory),
        quality: new QualityBoard(qualityMemory),
        turns: new Turns(turnsMemory),
        registration,
        secret: 'of the simulated switch',
        isSuccessor: false,
        counters,
        outbox,
        prng: new Prng(seed, shardIndex + 1),
        digest: nodeDigest,
        nowMs: 0,
      });
    });
    for (const shard of this.shards) shard.publish(options.snapshot);
  }

  /** A datagram arrives from `from`. */
  receive(text: string, from: Place, nowMs: number): void {
    this.receivedCount += 1;
    const index = this.#placementOf(text);
    const source = { address: from.address, port: from.port, listener: 0 };
    this.#shard(index).receive(text, source, nowMs, EPOCH_WALL_MS + nowMs);
    this.#drain(index);
  }

  /** Time has passed. */
  advance(nowMs: number): void {
    for (let index = 0; index < this.shards.length; index++) {
      const shard = this.#shard(index);
      if (shard.nextDueMs() > nowMs) continue;
      shard.advance(nowMs, EPOCH_WALL_MS + nowMs);
      this.#drain(index);
    }
  }

  /** Datagrams to `to` could not be delivered. */
  unreachable(to: Place, nowMs: number): void {
    for (let index = 0; index < this.shards.length; index++) {
      this.#shard(index).unreachable(to.address, to.port, nowMs, EPOCH_WALL_MS + nowMs);
      this.#drain(index);
    }
  }

  /** A media host reports on the call that was touched last. */
  media(event: MediaEvent, nowMs: number): void {
    for (let index = 0; index < this.shards.length; index++) {
      const { touchedCdrId } = this.#outboxes[index] as Collector;
      this.#shard(index).media(event, touchedCdrId, nowMs, EPOCH_WALL_MS + nowMs);
      this.#drain(index);
    }
  }

  /** The LRN source answers, or says that it cannot. */
  lrnAnswered({ shard, id }: LrnPlace, answer: LrnAnswer | null, nowMs: number): void {
    this.#shard(shard).lrnAnswered(id, answer, nowMs, EPOCH_WALL_MS + nowMs);
    this.#drain(shard);
  }

  /** Ends every call. */
  releaseAll(reason: EndReason, nowMs: number): void {
    for (let index = 0; index < this.shards.length; index++) {
      this.#shard(index).releaseAll(reason, nowMs, EPOCH_WALL_MS + nowMs);
      this.#drain(index);
    }
  }

  /** New routing tables, for calls from now on. */
  publish(snapshot: Snapshot): void {
    for (const shard of this.shards) shard.publish(snapshot);
  }

  nextDueMs(): number {
    let nextMs = Infinity;
    for (const shard of this.shards) nextMs = Math.min(nextMs, shard.nextDueMs());
    return nextMs;
  }

  /** Sum over all shards. */
  count(name: ShardNumberName): number {
    return this.counters.reduce((sum, counters) => sum + counters.get(name), 0);
  }

  /** `address user` of each failed authentication. */
  get authFailures(): string[] {
    return this.#outboxes.flatMap(({ authFailures }) => authFailures);
  }

  inspect(): ShardView[] {
    return this.shards.map((shard) => shard.inspect());
  }

  /** The edge's rule: the shard of the Call-ID; any shard for what has none, as it will be refused. */
  #placementOf(text: string): number {
    const length = this.#bytes.write(text, 'latin1');
    if (!peekCallId(this.#bytes, length)) return 0;
    return shardOfBytes(this.#bytes, peeked.start, peeked.end, this.shards.length);
  }

  #drain(index: number): void {
    const { sent, ended, defects, asked } = this.#outboxes[index] as Collector;
    for (const { id, question } of asked.splice(0)) this.#options.askLrn?.(question, { shard: index, id });
    for (const { text, target } of sent.splice(0)) this.#options.send(text, target);
    const { keepsCdr } = this.#options;
    for (const cdr of ended.splice(0)) if (keepsCdr === undefined || keepsCdr(cdr)) this.cdrs.push(cdr);
    for (const defect of defects.splice(0)) this.defects.push(defect);
  }

  #shard(index: number): Shard {
    return this.shards[index] as Shard;
  }
}
