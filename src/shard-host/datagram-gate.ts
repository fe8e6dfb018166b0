// Datagrams of a batch between the shard and the wire: they leave once what they promise is kept. While the journal
// cannot be written only those wait that answer or end a call, and an answer does when it is repeated; all others go
// on, so that calls live through a disk fault.

import { WITHHELD_DATAGRAMS_MAX } from '../core/base/limits.ts';
import type { Target } from '../core/base/target.ts';

/** One datagram on its way out. */
export interface OutgoingDatagram {
  readonly text: string;
  readonly target: Target;
}

/** Holds datagrams until they may leave. */
export class DatagramGate {
  readonly #send: (text: string, target: Target) => void;
  #batch: OutgoingDatagram[] = [];
  /** How many of the batch promise nothing, or have been judged. */
  #judgedCount = 0;
  #withheld: OutgoingDatagram[] = [];
  /** Of those withheld that answer a call. */
  readonly #answers = new Set<string>();

  /** `send`: puts one on the wire. */
  constructor(send: (text: string, target: Target) => void) {
    this.#send = send;
  }

  /** Datagrams that wait for the journal. */
  get withheldCount(): number {
    return this.#withheld.length;
  }

  take(text: string, target: Target): void {
    this.#batch.push({ text, target });
  }

  /**
   * What came since the last judgement leaves with the batch, or, promising something, waits for the journal.
   * `isAnswer`: it promises a call of which nothing is kept yet.
   */
  judge(isPromise: boolean, isAnswer: boolean): void {
    const latest = this.#batch.splice(this.#judgedCount);
    // A 200 is repeated by its timer: it would leave without what it promises. That to a BYE may: the call is kept.
    if (isPromise) this.#withhold(latest, isAnswer);
    else this.#batch.push(...latest.filter(({ text }) => !this.#answers.has(text)));
    this.#judgedCount = this.#batch.length;
  }

  /** What is dropped is repeated by its timers or asked for again by the peer. */
  #withhold(datagrams: readonly OutgoingDatagram[], isAnswer: boolean): void {
    const taken = datagrams.slice(0, WITHHELD_DATAGRAMS_MAX - this.#withheld.length);
    this.#withheld.push(...taken);
    if (isAnswer) for (const { text } of taken) this.#answers.add(text);
  }

  /** Everything is kept: everything leaves. */
  release(): void {
    if (this.#withheld.length > 0) {
      for (const { text, target } of this.#withheld) this.#send(text, target);
      this.#withheld = [];
      this.#answers.clear();
    }
    this.releaseBatch();
  }

  /** What does not wait leaves. */
  releaseBatch(): void {
    for (const { text, target } of this.#batch) this.#send(text, target);
    if (this.#batch.length > 0) this.#batch = [];
    this.#judgedCount = 0;
  }
}
