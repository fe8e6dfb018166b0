// New calls under load: INVITEs that begin a call wait here while anything else is to be done, and those that wait too
// long are refused. What belongs to calls that exist never waits; so capacity goes to finishing what was begun, and
// what is left of it, to the last bit, to beginning more. See src/decisions/0009.
//
//   INVITE -> in a dialog, or a repetition of one let in: goes on at once
//          -> waits; a share for each customer --shard idle--> let in
//                                              --too long---> 503, while there is time for it; else dropped
//   CANCEL -> of one that waits: stays behind it, for before it there is nothing to cancel; else goes on at once

import { WAITING_INVITES_MAX } from '../core/base/limits.ts';
import type { Source } from '../core/call/incoming-request.ts';
import type { Gate, Wire } from '../core/shard/gate.ts';
import { printOverloadRefusal, readRequest, refusalTarget } from '../core/shard/overload-refusal.ts';
import { type Shares, STRANGERS } from '../core/shard/shares.ts';
import { isInDialog, markOf, RecentMarks } from '../core/shard/transaction-mark.ts';
import { FairQueue, type Waiting } from './fair-queue.ts';

/**
 * Longest wait of a new call, ms, once calls have been let in for PATIENCE_MS without an end to those who wait: they
 * come faster than they are let in, and what is let in late takes no more calls than what is let in early. A burst is
 * made up for sooner, and nobody is refused for it.
 */
const WAIT_MS_MAX = 50;
const PATIENCE_MS = 1_000;

/**
 * Where nobody was let in for longer, ms, the machine paused, or the shard, which takes over a large network; of that
 * time so much counts. How long a pause was says nothing of how fast calls come.
 */
const PAUSE_MS = 50;

/** Who waited so long, ms, has repeated its INVITE meanwhile: an answer would only cross it. */
const STALE_MS = 500;

/** Longest wait of a new call in any case, ms: it has repeated its INVITE twice, and may be gone. */
const GONE_MS = 2_000;

/** An overload is over when nobody new has been refused for so long, ms. */
const CALM_MS = 1_000;

/**
 * How long after that a refused INVITE may still be repeated, ms: as long as its caller would have sent it (64*T1). It
 * is refused alike, for its caller knows the call no more: nobody would end it.
 */
const REPEATED_MS = 32_000;

/** Longest the sockets are left alone for the new calls of a shard: to let them in, and to refuse them, ms. */
const ADMIT_MS = 2;
const REFUSE_MS = 2;

/** To refuse them in a flood, when the sockets overflow: what is lost there may be a BYE. */
const REFUSE_IN_FLOOD_MS = 0.5;

/** Share of a shard's heap above which no call begins, and below which calls begin again. */
const HEAP_FULL_RATIO = 0.85;
const HEAP_FREE_RATIO = 0.75;

/** What became of every INVITE; numbers only grow. */
export interface NewCallCounts {
  /** Passed on. `first`: begins a call; `repeated`: repeats one of those; `inDialog`: belongs to a call. */
  readonly admitted: { first: number; repeated: number; inDialog: number };
  /** Answered 503. `waited`: too long; `repeated`: had been refused before; `heap`: memory runs out. */
  readonly refused: { waited: number; repeated: number; heap: number };
  /**
   * Not answered. `stale`: there was no time for a 503 within STALE_MS; `repeated`: waited too long, but another of its
   * kind had been let in meanwhile; `full`: no room; `unheard`: strangers get silence; `unreadable`: no way to do it.
   */
  readonly dropped: { stale: number; repeated: number; full: number; unheard: number; unreadable: number };
  /** ACKs of those 503. */
  acksAbsorbed: number;
}

/** What stands around. */
export interface NewCallsOptions {
  readonly wire: Wire;
  /** Monotonic, ms. */
  readonly clock: () => number;
  /** Secret, 32 bits. */
  readonly seed: number;
  /** An overload began or ended. */
  readonly onTurn: (isOverloaded: boolean) => void;
}

interface Datagram {
  readonly bytes: Buffer;
  readonly source: Source;
}

interface WaitingInvite extends Waiting, Datagram {
  readonly mark: number;
}

/** Those who wait for one shard. */
interface ShardQueue {
  readonly waiting: FairQueue<WaitingInvite>;
  /** How long calls have been let in since everybody was, ms; pauses count for PAUSE_MS. */
  standingMs: number;
  /** When the last was let in, or when somebody came and nobody waited; monotonic, ms. */
  letInAtMs: number;
}

type Refusal = keyof NewCallCounts['refused'];

/** The new calls of one switch. */
export class NewCalls {
  readonly counts: NewCallCounts = {
    admitted: { first: 0, repeated: 0, inDialog: 0 },
    refused: { waited: 0, repeated: 0, heap: 0 },
    dropped: { stale: 0, repeated: 0, full: 0, unheard: 0, unreadable: 0 },
    acksAbsorbed: 0,
  };
  readonly #options: NewCallsOptions;
  /** By shard. */
  readonly #queues: ShardQueue[] = [];
  readonly #admitted = new RecentMarks();
  readonly #refused = new RecentMarks();
  /** By the mark of an INVITE that waits: its CANCEL; null: none yet. */
  readonly #cancels = new Map<number, Datagram | null>();
  /** Those whose INVITEs wait no longer. */
  #freeCancels: Datagram[] = [];
  #shares: Shares | null = null;
  #isOverloaded = false;
  #isHeapFull = false;
  #refusedAtMs = 0;
  #waitingCount = 0;
  #longestWaitMs = 0;

  constructor(options: NewCallsOptions) {
    this.#options = options;
  }

  /** Whether new calls are being refused, or were a moment ago. */
  get isOverloaded(): boolean {
    return this.#isOverloaded;
  }

  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** Whose source is whose, from now on. */
  share(shares: Shares): void {
    this.#shares = shares;
  }

  /** An INVITE arrived. Answers true when it must go on at once: it begins no call. */
  receive(bytes: Buffer, source: Source, shard: number): boolean {
    const text = bytes.toString('latin1');
    if (isInDialog(text)) {
      this.counts.admitted.inDialog += 1;
      return true;
    }
    const mark = markOf(text, this.#options.seed);
    if (this.#admitted.has(mark)) {
      this.counts.admitted.repeated += 1;
      return true;
    }
    const invite = { bytes, source, mark, arrivedAtMs: this.#options.clock() };
    if (this.#isHeapFull) this.#refuse(invite, 'heap', 0);
    else if (this.#refused.has(mark)) this.#refuse(invite, 'repeated', 0);
    else this.#wait(invite, shard);
    return false;
  }

  /** Whether this CANCEL is of an INVITE that waits: then it goes on after that. */
  holds(cancel: Buffer, source: Source): boolean {
    if (this.#cancels.size === 0) return false;
    const mark = markOf(cancel.toString('latin1'), this.#options.seed);
    if (!this.#cancels.has(mark)) return false;
    this.#cancels.set(mark, { bytes: cancel, source });
    return true;
  }

  /** Whether this ACK belongs to a refusal, and so to nobody else. */
  absorbs(ack: Buffer): boolean {
    if (this.#refused.isEmpty) return false;
    if (!this.#refused.has(markOf(ack.toString('latin1'), this.#options.seed))) return false;
    this.counts.acksAbsorbed += 1;
    return true;
  }

  /**
   * Refuses what has waited too long, as far as there is time. Who is not refused repeats its INVITE. `isFlood`: more
   * comes than can be read.
   */
  refuse(isFlood: boolean): void {
    if (this.#waitingCount === 0) return;
    const forMs = isFlood ? REFUSE_IN_FLOOD_MS : REFUSE_MS;
    for (const queue of this.#queues) if (queue.waiting.size > 0) this.#refuseWaited(queue, forMs);
  }

  /** Lets in what there is time for. Called when the sockets hold nothing that should come first. */
  admit(gate: Gate): void {
    if (this.#waitingCount > 0) {
      for (const [shard, queue] of this.#queues.entries()) {
        if (queue.waiting.size > 0) this.#admitWaiting(gate, shard, queue);
      }
    }
    if (this.#freeCancels.length === 0) return;
    for (const { bytes, source } of this.#freeCancels) gate.put(bytes, source.address, source.port, source.listener);
    this.#freeCancels = [];
  }

  /**
   * The longest wait since the last look, ms; ends an overload that is over. `heapUseRatio`: how full the fullest heap
   * is.
   */
  look(heapUseRatio: number): number {
    this.#isHeapFull = heapUseRatio > (this.#isHeapFull ? HEAP_FREE_RATIO : HEAP_FULL_RATIO);
    const nowMs = this.#options.clock();
    const longestMs = this.#longestWaitMs;
    this.#longestWaitMs = 0;
    const calmMs = nowMs - this.#refusedAtMs;
    if (calmMs > CALM_MS + REPEATED_MS) this.#refused.clear();
    if (this.#isOverloaded && calmMs > CALM_MS) {
      this.#isOverloaded = false;
      for (const queue of this.#queues) queue.standingMs = 0;
      this.#options.onTurn(false);
    }
    return longestMs;
  }

  #wait(invite: WaitingInvite, shard: number): void {
    while (this.#queues.length <= shard) this.#queues.push({ waiting: new FairQueue(), standingMs: 0, letInAtMs: 0 });
    const queue = this.#queues[shard] as ShardQueue;
    const { source, arrivedAtMs } = invite;
    const share = this.#shareOf(source, arrivedAtMs);
    // A share takes no more room than it leaves: however much one sends, another's call finds some.
    if (queue.waiting.sizeOf(share) >= WAITING_INVITES_MAX - this.#waitingCount) {
      this.counts.dropped.full += 1;
      return;
    }
    if (queue.waiting.size === 0) queue.letInAtMs = arrivedAtMs;
    queue.waiting.add(share, invite);
    this.#waitingCount += 1;
    if (!this.#cancels.has(invite.mark)) this.#cancels.set(invite.mark, null);
  }

  #admitWaiting(gate: Gate, shard: number, queue: ShardQueue): void {
    const sinceMs = this.#options.clock();
    for (let nowMs = sinceMs; nowMs - sinceMs < ADMIT_MS; nowMs = this.#options.clock()) {
      const invite = gate.isBusy(shard) ? null : queue.waiting.take();
      if (invite === null) return;
      this.#admit(gate, invite, nowMs);
      const sinceLastMs = Math.min(nowMs - queue.letInAtMs, PAUSE_MS);
      queue.standingMs = queue.waiting.size === 0 ? 0 : queue.standingMs + sinceLastMs;
      queue.letInAtMs = nowMs;
    }
  }

  #admit(gate: Gate, invite: WaitingInvite, nowMs: number): void {
    const { bytes, source, mark, arrivedAtMs } = invite;
    this.#waited(invite, nowMs - arrivedAtMs);
    if (this.#refused.has(mark)) {
      this.#refuse(invite, 'repeated', nowMs - arrivedAtMs); // The first was refused while this one waited.
    } else if (!gate.put(bytes, source.address, source.port, source.listener)) {
      this.counts.dropped.full += 1;
    } else if (this.#admitted.has(mark)) {
      this.counts.admitted.repeated += 1; // It came while the first still waited.
    } else {
      this.counts.admitted.first += 1;
      this.#admitted.add(mark);
    }
  }

  #refuseWaited({ waiting, standingMs }: ShardQueue, forMs: number): void {
    const sinceMs = this.#options.clock();
    const waitMsMax = standingMs > PATIENCE_MS ? WAIT_MS_MAX : GONE_MS;
    for (let nowMs = sinceMs; nowMs - sinceMs < forMs; nowMs = this.#options.clock()) {
      const invite = waiting.takeBefore(nowMs - waitMsMax);
      if (invite === null) return;
      const waitedMs = nowMs - invite.arrivedAtMs;
      this.#waited(invite, waitedMs);
      this.#refuse(invite, 'waited', waitedMs);
    }
  }

  #waited({ mark }: WaitingInvite, waitedMs: number): void {
    const cancel = this.#cancels.get(mark);
    if (cancel != null) this.#freeCancels.push(cancel);
    this.#cancels.delete(mark);
    this.#waitingCount -= 1;
    this.#longestWaitMs = Math.max(this.#longestWaitMs, waitedMs);
  }

  /** 8.2.7: without state. */
  #refuse({ bytes, source, mark }: WaitingInvite, why: Refusal, waitedMs: number): void {
    if (this.#admitted.has(mark)) {
      this.counts.dropped.repeated += 1; // A 503 would make the caller forget a call that has begun.
      return;
    }
    if (why !== 'repeated') this.#enterOverload();
    const share = this.#shareOf(source, this.#options.clock());
    if (waitedMs > STALE_MS) this.counts.dropped.stale += 1;
    else if (this.#shares?.isHeard(share) === false) this.counts.dropped.unheard += 1;
    else if (this.#answer({ bytes, source }, mark, share)) this.counts.refused[why] += 1;
    else this.counts.dropped.unreadable += 1;
  }

  #shareOf({ address, port }: Source, nowMs: number): number {
    return this.#shares?.of(address, port, nowMs) ?? STRANGERS;
  }

  /** False when it is no request that could be answered. */
  #answer({ bytes, source }: Datagram, mark: number, share: number): boolean {
    const invite = readRequest(bytes.toString('latin1'));
    if (invite === null || Number.isNaN(mark)) return false;
    const method = this.#shares?.responseMethodOf(share) ?? null;
    const { address, port, listener } = refusalTarget(invite, source, method);
    const refusal = Buffer.from(printOverloadRefusal(invite, source, mark), 'latin1');
    this.#options.wire.send(refusal, 0, refusal.length, address, port, listener);
    this.#refused.add(mark);
    return true;
  }

  #enterOverload(): void {
    this.#refusedAtMs = this.#options.clock();
    if (this.#isOverloaded) return;
    this.#isOverloaded = true;
    this.#options.onTurn(true);
  }
}
