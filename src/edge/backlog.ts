// Datagrams of calls that were read while the sockets held more: they wait here until the sockets have been read dry.
// After a pause of the machine or of the collector that is some thousands, half a second's work; a BYE, which ends a
// call and what it costs, goes ahead of all others, which keep their order. A network may bring datagrams in any order
// as well.

import type { Source } from '../core/call/incoming-request.ts';
import type { Gate } from '../core/shard/gate.ts';

/** Room; who comes beyond it is not kept waiting. */
const DATAGRAMS_MAX = 8_192;

/** One that waits. */
interface Datagram extends Source {
  readonly bytes: Buffer;
}

/** First in, first out. */
class Queue {
  #waiting: Datagram[] = [];
  /** Those before it have gone. */
  #first = 0;

  get size(): number {
    return this.#waiting.length - this.#first;
  }

  add(datagram: Datagram): void {
    this.#waiting.push(datagram);
  }

  take(): Datagram | undefined {
    const datagram = this.#waiting[this.#first++];
    if (this.#first >= this.#waiting.length) {
      this.#waiting = [];
      this.#first = 0;
    }
    return datagram;
  }
}

/** What was read and not yet put. */
export class Backlog {
  readonly #byes = new Queue();
  readonly #others = new Queue();

  get size(): number {
    return this.#byes.size + this.#others.size;
  }

  /** False when there is no room. */
  add(datagram: Datagram, isBye: boolean): boolean {
    if (this.size >= DATAGRAMS_MAX) return false;
    if (isBye) this.#byes.add(datagram);
    else this.#others.add(datagram);
    return true;
  }

  /** Puts what there is time for, one at least; answers how many found no room behind the gate. */
  serve(gate: Gate, clock: () => number, untilMs: number): number {
    let refusedCount = 0;
    do {
      const datagram = this.#byes.take() ?? this.#others.take();
      if (datagram === undefined) break;
      const { bytes, address, port, listener } = datagram;
      if (!gate.put(bytes, address, port, listener)) refusedCount += 1;
    } while (clock() < untilMs);
    return refusedCount;
  }
}
