// Datagrams of calls that were read while the sockets held more: they wait here, in their order, until the sockets have
// been read dry. After a pause of the machine or of the collector that is some thousands, half a second's work; only a
// BYE, which ends a call and what it costs, goes ahead of them. A network may bring datagrams in any order as well.

import type { Source } from '../core/call/incoming-request.ts';
import type { Gate } from '../core/shard/gate.ts';

/** Room; who comes beyond it is not kept waiting. */
const DATAGRAMS_MAX = 8_192;

interface Datagram extends Source {
  readonly bytes: Buffer;
}

/** First in, first out. */
export class Backlog {
  #waiting: Datagram[] = [];
  /** Those before it have gone. */
  #first = 0;

  get size(): number {
    return this.#waiting.length - this.#first;
  }

  /** False when there is no room. */
  add(datagram: Datagram): boolean {
    if (this.size >= DATAGRAMS_MAX) return false;
    this.#waiting.push(datagram);
    return true;
  }

  /** Puts what there is time for, one at least; answers how many found no room behind the gate. */
  serve(gate: Gate, clock: () => number, untilMs: number): number {
    let refusedCount = 0;
    while (this.size > 0) {
      const { bytes, address, port, listener } = this.#waiting[this.#first++] as Datagram;
      if (!gate.put(bytes, address, port, listener)) refusedCount += 1;
      if (clock() >= untilMs) break;
    }
    if (this.size === 0) {
      this.#waiting = [];
      this.#first = 0;
    }
    return refusedCount;
  }
}
