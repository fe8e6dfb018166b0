// The edge: the sockets, and turns. A turn begins when a poll of the sockets brought something or a shard has something
// to send, and hands over to the gate.

import type { Gate, Wire } from '../core/shard/gate.ts';
import type { Place } from '../shards.ts';
import type { UdpListener } from './udp-listener.ts';

/** The smallest SIP message has more bytes; shorter datagrams are keep-alives (RFC 5626 3.5.1) and noise. */
const DATAGRAM_BYTES_MIN = 16;

const LETTER_S = 0x53;
const SLASH = 0x2f;

/** What the edge counts; numbers only grow. */
export interface EdgeCounts {
  datagramsReceived: number;
  datagramsSent: number;
  sendErrors: number;
  readonly screened: { keepAlive: number; ringFull: number };
}

/** Moves datagrams between sockets and the gate. */
export class Edge implements Wire {
  readonly counts: EdgeCounts = {
    datagramsReceived: 0,
    datagramsSent: 0,
    sendErrors: 0,
    screened: { keepAlive: 0, ringFull: 0 },
  };
  readonly #listeners: UdpListener[] = [];
  readonly #onUnreachable: (places: readonly Place[]) => void;
  #gate: Gate | null = null;
  #unreachable: Place[] = [];
  #isTurnDue = false;

  /** `onUnreachable`: told once a turn, to pass on to the shards. */
  constructor(onUnreachable: (places: readonly Place[]) => void) {
    this.#onUnreachable = onUnreachable;
  }

  /** Datagrams go through `gate` from now on; until then they are dropped, as if the switch were not there. */
  open(gate: Gate): void {
    this.#gate = gate;
  }

  /** Adds a bound socket; its index is the order of adding. */
  addListener(listener: UdpListener): void {
    this.#listeners.push(listener);
  }

  /** A datagram arrived on the socket with index `listener`. */
  receive(bytes: Buffer, address: string, port: number, listener: number): void {
    this.counts.datagramsReceived += 1;
    if (bytes.length < DATAGRAM_BYTES_MIN) {
      this.counts.screened.keepAlive += 1;
      return;
    }
    if (this.#gate === null || !this.#gate.put(bytes, address, port, listener)) this.counts.screened.ringFull += 1;
    this.scheduleTurn();
  }

  /** The platform refused to send there; told to the shards at the end of the turn. */
  unreachable(address: string, port: number): void {
    this.counts.sendErrors += 1;
    if (this.#unreachable.some((place) => place.address === address && place.port === port)) return;
    this.#unreachable.push({ address, port });
    this.scheduleTurn();
  }

  /** A turn as soon as the sockets have been polled. */
  scheduleTurn(): void {
    if (this.#isTurnDue) return;
    this.#isTurnDue = true;
    setImmediate(() => this.turn());
  }

  /** Runs and sends what there is, now. */
  turn(): void {
    this.#isTurnDue = false;
    if (this.#gate?.turn()) this.scheduleTurn();
    if (this.#unreachable.length > 0) {
      const places = this.#unreachable;
      this.#unreachable = [];
      this.#onUnreachable(places);
    }
  }

  send(bytes: Buffer, start: number, end: number, address: string, port: number, listener: number): void {
    // Whether an answer gets through is for the peer's retransmissions to find out; a request's sender wants to know.
    const isResponse = bytes[start] === LETTER_S && bytes[start + 3] === SLASH; // "SIP/"
    this.#listeners[listener]?.send(bytes, start, end, address, port, !isResponse);
    this.counts.datagramsSent += 1;
  }

  /** The kernel takes a datagram at once unless its buffer is full. */
  get isBehind(): boolean {
    return this.#listeners.some(({ unsentCount }) => unsentCount > 0);
  }

  /** Closes the sockets. */
  close(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners.length = 0;
  }
}
