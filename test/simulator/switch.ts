// The switch under test: N shards over one admission memory, fed as the edge feeds them (placement by a peek at the
// Call-ID) and drained after each input. Nothing of it is a stand-in.

import { Admission, type Holder } from '../../src/core/admission/admission.ts';
import { BlackList } from '../../src/core/admission/black-list.ts';
import { GatewayHealth } from '../../src/core/admission/gateway-health.ts';
import { QualityBoard } from '../../src/core/admission/quality.ts';
import { Turns } from '../../src/core/admission/turns.ts';
import type { EndReason } from '../../src/core/base/end-reason.ts';
import { Prng } from '../../src/core/base/prng.ts';
import type { Target } from '../../src/core/base/target.ts';
import type { LiveRecord } from '../../src/core/call/call-record.ts';
import type { LrnAnswer, LrnQuestion } from '../../src/core/call/lrn-dips.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { Balances } from '../../src/core/rating/balances.ts';
import { reservedBy } from '../../src/core/rating/bill.ts';
import { Bindings } from '../../src/core/registration/bindings.ts';
import type { Snapshot } from '../../src/core/routing/snapshot.ts';
import { ShardCounters, type ShardNumberName } from '../../src/core/shard/counters.ts';
import type { Outbox } from '../../src/core/shard/outbox.ts';
import { peekCallId, peeked, shardOfBytes } from '../../src/core/shard/placement.ts';
import type { ReceptionBounds } from '../../src/core/shard/reception.ts';
import { type MediaEvent, Shard, type ShardView } from '../../src/core/shard/shard.ts';
import { allocateRegistration } from '../../src/core/shard/shared-memory.ts';
import { nodeDigest } from '../../src/shard-host/node-digest.ts';
import { Estate } from './estate.ts';
import type { Place } from './network.ts';

/** Wall clock at virtual time 0: 2023-11-14T22:13:20Z. */
export const EPOCH_WALL_MS = 1_700_000_000_000;

/** Where the switch listens, and what it tells its peers. */
export const SWITCH_PLACE: Place = { address: '192.0.2.1', port: 5060 };

/** Slots of the switch: memory for all that there may be takes longer to clear than a short run. */
const SLOT_COUNT = 256;
const NUMBER_COUNT = 256;

/** So long after its end a peer of a call may not have heard of it, ms: a request is repeated for 32 s. */
const LEAVING_MS = 40_000;

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
  readonly admissionOf?: (shared: SharedArrayBuffer, holder: Holder) => Admission;
  /** Whether a finished record reaches the collection; tests lose one on purpose. */
  readonly keepsCdr?: (cdr: Cdr) => boolean;
  /** How full its shards may be. */
  readonly bounds?: ReceptionBounds;
  /** What it signs nonces and tags with. */
  readonly secret?: string;
  /** Whether its shards will be killed: then it keeps what their hosts would. */
  readonly isMortal?: boolean;
}

/**
 * Where a kill cuts: between two inputs; after an input before anything of it is kept; or when it is kept, before its
 * datagrams leave.
 */
export type Cut = 'between' | 'beforeKept' | 'beforeSent';

/** Collects what one shard says while it runs one input. */
class Collector implements Outbox {
  readonly sent: { text: string; target: Target }[] = [];
  readonly ended: LiveRecord[] = [];
  readonly defects: ReportedDefect[] = [];
  readonly authFailures: string[] = [];
  readonly asked: { id: number; question: LrnQuestion }[] = [];
  readonly changed = new Set<LiveRecord>();
  touchedCdrId = '';

  transmit(text: string, target: Target): void {
    this.sent.push({ text, target });
  }

  recordChanged(record: LiveRecord): void {
    this.touchedCdrId = record.cdr.id;
    record.isDirty = false;
    this.changed.add(record);
  }

  recordAcknowledged(): void {
    return; // Its checkpoint need not know.
  }

  recordResumed(): void {
    return; // Its estate has the checkpoint.
  }

  recordEnded(record: LiveRecord): void {
    this.ended.push(record);
    this.changed.delete(record);
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

/** What its shards have in common. */
interface Memory {
  readonly admission: SharedArrayBuffer;
  readonly health: SharedArrayBuffer;
  readonly quality: SharedArrayBuffer;
  readonly turns: SharedArrayBuffer;
  readonly blackList: SharedArrayBuffer;
  readonly balances: SharedArrayBuffer;
  readonly registration: ReturnType<typeof allocateRegistration>;
}

/** The whole switch as one value. */
export class Switch {
  readonly shards: Shard[];
  readonly counters: readonly ShardCounters[];
  /** Reads the counters of the whole switch; takes none itself. */
  readonly admission: Admission;
  /** The health of gateways as every shard sees it. */
  readonly health: GatewayHealth;
  readonly quality: QualityBoard;
  readonly turns: Turns;
  readonly blackList: BlackList;
  /** The balances of accounts as every shard sees them. */
  readonly balances: Balances;
  /** Who has registered where. */
  readonly bindings: Bindings;
  /** Finished records in the order in which they came. */
  readonly cdrs: Cdr[] = [];
  readonly defects: ReportedDefect[] = [];
  /** Datagrams that it was given. */
  receivedCount = 0;
  readonly #options: SwitchOptions;
  readonly #outboxes: Collector[] = [];
  readonly #memory: Memory;
  readonly #admissions: Admission[] = [];
  readonly #purses: Balances[] = [];
  readonly #estates: Estate[] = [];
  /** By shard: where it is to be killed. */
  readonly #cuts: (Cut | null)[] = [];
  #snapshot: Snapshot;
  #lifeCount = 0;
  #nowMs = 0;
  /**
   * Caller's Call-IDs of calls that a kill met in set-up or on their way out: their peers may not have heard the end.
   */
  readonly shaken = new Set<string>();
  /** Answered calls that lived on. */
  resumedCount = 0;
  readonly #bytes = Buffer.alloc(65_536);

  constructor(options: SwitchOptions) {
    this.#options = options;
    const { shardCount, admissionOf = (shared, holder) => new Admission(shared, holder) } = options;
    this.#snapshot = options.snapshot;
    this.#memory = {
      admission: Admission.allocate(SLOT_COUNT, NUMBER_COUNT),
      health: GatewayHealth.allocate(SLOT_COUNT),
      quality: QualityBoard.allocate(),
      turns: Turns.allocate(),
      blackList: BlackList.allocate(NUMBER_COUNT),
      balances: Balances.allocate(SLOT_COUNT),
      registration: mayRegister(options.snapshot) ? allocateRegistration() : UNUSED,
    };
    this.admission = new Admission(this.#memory.admission, null);
    this.health = new GatewayHealth(this.#memory.health);
    this.quality = new QualityBoard(this.#memory.quality);
    this.turns = new Turns(this.#memory.turns);
    this.blackList = new BlackList(this.#memory.blackList);
    this.balances = new Balances(this.#memory.balances);
    this.bindings = new Bindings(this.#memory.registration.bindings);
    this.counters =
      options.counters ?? Array.from({ length: shardCount }, () => new ShardCounters(ShardCounters.allocate()));
    this.shards = this.counters.map((_, index) => {
      const taken = Admission.allocateTaken(SLOT_COUNT, NUMBER_COUNT);
      this.#admissions.push(admissionOf(this.#memory.admission, { taken, shardIndex: index }));
      this.#purses.push(new Balances(this.#memory.balances, Balances.allocateHeld(SLOT_COUNT)));
      this.#estates.push(new Estate());
      this.#cuts.push(null);
      return this.#born(index);
    });
    for (const shard of this.shards) shard.publish(options.snapshot);
  }

  /** A datagram arrives from `from`. */
  receive(text: string, from: Place, nowMs: number): void {
    this.receivedCount += 1;
    this.#nowMs = nowMs;
    const index = this.#placementOf(text);
    const source = { address: from.address, port: from.port, listener: 0 };
    this.#shard(index).receive(text, source, nowMs, EPOCH_WALL_MS + nowMs);
    this.#drain(index);
  }

  /** Time has passed. */
  advance(nowMs: number): void {
    this.#nowMs = nowMs;
    for (let index = 0; index < this.shards.length; index++) {
      const shard = this.#shard(index);
      shard.resumeSome(Number.POSITIVE_INFINITY, nowMs, EPOCH_WALL_MS + nowMs);
      if (shard.nextDueMs() > nowMs) continue;
      shard.advance(nowMs, EPOCH_WALL_MS + nowMs);
      this.#drain(index);
    }
  }

  /** Datagrams to `to` could not be delivered. */
  unreachable(to: Place, nowMs: number): void {
    this.#nowMs = nowMs;
    for (let index = 0; index < this.shards.length; index++) {
      this.#shard(index).unreachable(to.address, to.port, nowMs, EPOCH_WALL_MS + nowMs);
      this.#drain(index);
    }
  }

  /** A media host reports on the call that was touched last. */
  media(event: MediaEvent, nowMs: number): void {
    this.#nowMs = nowMs;
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
    this.#nowMs = nowMs;
    for (let index = 0; index < this.shards.length; index++) {
      this.#shard(index).releaseAll(reason, nowMs, EPOCH_WALL_MS + nowMs);
      this.#drain(index);
    }
  }

  /** Kills `shard`, now or in its next input; it begins again at once. */
  kill(index: number, cut: Cut, nowMs: number): void {
    this.#nowMs = nowMs;
    if (cut === 'between') this.#beginAgain(index);
    else this.#cuts[index] = cut;
  }

  /** New routing tables, for calls from now on. */
  publish(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
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

  #born(shardIndex: number): Shard {
    const outbox = new Collector();
    this.#outboxes[shardIndex] = outbox;
    this.#lifeCount += 1;
    const { seed, shardCount } = this.#options;
    const life = this.#lifeCount > shardCount ? [this.#lifeCount] : [];
    const birth = {
      node: 'simulated',
      shardIndex,
      shardCount,
      listeners: [{ advertisedHost: SWITCH_PLACE.address, advertisedPort: SWITCH_PLACE.port }],
      admission: this.#admissions[shardIndex] as Admission,
      health: new GatewayHealth(this.#memory.health),
      quality: new QualityBoard(this.#memory.quality),
      turns: new Turns(this.#memory.turns),
      blackList: this.blackList,
      balances: this.#purses[shardIndex] as Balances,
      registration: this.#memory.registration,
      secret: this.#options.secret ?? 'of the simulated switch',
      isSuccessor: life.length > 0,
      counters: this.counters[shardIndex] as ShardCounters,
      outbox,
      prng: new Prng(seed, shardIndex + 1, ...life),
      digest: nodeDigest,
      nowMs: this.#nowMs,
    };
    return new Shard(birth, this.#options.bounds);
  }

  /** What a host does with what its dead predecessor has left. */
  #beginAgain(index: number): void {
    this.#cuts[index] = null;
    const estate = this.#estates[index] as Estate;
    const wallMs = EPOCH_WALL_MS + this.#nowMs;
    for (const callId of estate.endedSince(wallMs - LEAVING_MS)) this.shaken.add(callId);
    const { lost, kept } = estate.handOver(wallMs);
    for (const cdr of lost) {
      this.shaken.add(cdr.callerCallId);
      this.cdrs.push(cdr);
    }
    const shard = this.#born(index);
    this.shards[index] = shard;
    shard.publish(this.#snapshot);
    this.#admissions[index]?.holdOnly(
      kept.flatMap(({ slots }) => slots),
      kept.flatMap(({ numbers }) => numbers),
      this.#nowMs,
    );
    this.#purses[index]?.holdOnly(kept.flatMap(({ bill }) => (bill === null ? [] : reservedBy(bill))));
    shard.resume(kept, true, this.#nowMs, wallMs);
    this.resumedCount += kept.length;
    this.#drain(index);
  }

  #drain(index: number): void {
    const cut = this.#cuts[index];
    if (cut === 'beforeKept') return this.#beginAgain(index);
    const { sent, ended, defects, changed, asked } = this.#outboxes[index] as Collector;
    if (this.#options.isMortal === true) this.#estates[index]?.keep(changed, ended);
    changed.clear();
    if (cut === 'beforeSent') sent.length = 0;
    for (const { id, question } of asked.splice(0)) this.#options.askLrn?.(question, { shard: index, id });
    for (const { text, target } of sent.splice(0)) this.#options.send(text, target);
    const { keepsCdr } = this.#options;
    for (const { cdr, isKept, losses } of ended.splice(0)) {
      for (const { slot, nanos } of losses) this.#purses[index]?.recorded(slot, nanos);
      if (isKept && (keepsCdr === undefined || keepsCdr(cdr))) this.cdrs.push(cdr);
    }
    for (const defect of defects.splice(0)) this.defects.push(defect);
    if (cut === 'beforeSent') this.#beginAgain(index);
  }

  #shard(index: number): Shard {
    return this.shards[index] as Shard;
  }
}
