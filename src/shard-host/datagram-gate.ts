// Datagrams of a batch between the shard and the wire: they leave once what they promise is kept, in the order in which
// they were made. The end of a call may wait a few milliseconds for the next write of the journal, and what it sends
// with it. While the journal cannot be written only those wait that answer a call or end an answered one; all others go
// on, so that calls live through a disk fault.

import { WITHHELD_DATAGRAMS_MAX } from '../core/base/limits.ts';
import type { Target } from '../core/base/target.ts';

/** For what a datagram waits: nothing; a write of the journal, if it can be written; a write of the journal. */
export type Hold = 'nothing' | 'write' | 'promise';

interface OutgoingDatagram {
  readonly text: string;
  readonly target: Target;
  hold: Hold;
}

/** Holds datagrams until they may leave. */
export class DatagramGate {
  readonly #send: (text: string, target: Target) => void;
  #batch: OutgoingDatagram[] = [];
  /** How many of the batch have been judged. */
  #judgedCount = 0;
  /**
   * Of earlier batches; and what they say: what repeats one of them leaves no sooner, unless that may be long. Who says
   * BYE again while the disk is full is answered, and the CDR waits in memory.
   */
  #withheld: OutgoingDatagram[] = [];
  #withheldTexts = new Set<string>();

  /** `send`: puts one on the wire. */
  constructor(send: (text: string, target: Target) => void) {
    this.#send = send;
  }

  /** Datagrams that wait for the journal. */
  get withheldCount(): number {
    return this.#withheld.length;
  }

  take(text: string, target: Target): void {
    this.#batch.push({ text, target, hold: 'nothing' });
  }

  /** Says for what those wait that came since the last judgement. */
  judge(hold: Hold): void {
    const batch = this.#batch;
    if (hold !== 'nothing') {
      for (let at = this.#judgedCount; at < batch.length; at++) (batch[at] as OutgoingDatagram).hold = hold;
    }
    this.#judgedCount = batch.length;
  }

  /** Everything is kept: everything leaves. */
  release(): void {
    for (const { text, target } of this.#withheld) this.#send(text, target);
    for (const { text, target } of this.#batch) this.#send(text, target);
    if (this.#withheld.length > 0) {
      this.#withheld = [];
      this.#withheldTexts = new Set();
    }
    this.#beginBatch();
  }

  /** Nothing was written; what does not wait leaves. `canWrite`: whether the journal will be written soon. */
  releaseFree(canWrite: boolean): void {
    if (!canWrite) this.#releaseWrites();
    for (const datagram of this.#batch) {
      const { text, target, hold } = datagram;
      if (canWrite && this.#withheldTexts.has(text)) continue;
      if (hold === 'nothing' || (hold === 'write' && !canWrite)) this.#send(text, target);
      else this.#withhold(datagram);
    }
    this.#beginBatch();
  }

  /** Those go that wait for no promise. */
  #releaseWrites(): void {
    const withheld = this.#withheld;
    this.#withheld = [];
    this.#withheldTexts = new Set();
    for (const datagram of withheld) {
      if (datagram.hold === 'promise') this.#withhold(datagram);
      else this.#send(datagram.text, datagram.target);
    }
  }

  /** What is dropped is repeated by its timers or asked for again by the peer. */
  #withhold(datagram: OutgoingDatagram): void {
    if (this.#withheld.length < WITHHELD_DATAGRAMS_MAX) this.#withheld.push(datagram);
    this.#withheldTexts.add(datagram.text);
  }

  #beginBatch(): void {
    if (this.#batch.length > 0) this.#batch = [];
    this.#judgedCount = 0;
  }
}
