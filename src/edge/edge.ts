// The edge: the sockets, and turns. A turn begins when a poll of the sockets brought something or a shard has something
// to send, and hands over to the gate. New calls wait until the sockets hold nothing else (new-calls.ts).

import { monotonicMs } from '../clock.ts';
import { classOf, type DatagramClass } from '../core/shard/datagram-class.ts';
import type { Gate, Wire } from '../core/shard/gate.ts';
import type { Place } from '../shards.ts';
import { Backlog } from './backlog.ts';
import { type NewCallCounts, NewCalls } from './new-calls.ts';
import type { UdpListener } from './udp-listener.ts';

/** The smallest SIP message has more bytes; shorter datagrams are keep-alives (RFC 5626 3.5.1) and noise. */
const DATAGRAM_BYTES_MIN = 16;

/** libuv reads so many datagrams of a socket before it lets the loop go on: after fewer the socket is empty. */
const POLL_DATAGRAMS = 32;

/** Longest the sockets are left alone for what was read while they held more, ms. */
const BACKLOG_MS = 2;

/**
 * Longest the sockets are read and nothing else is done while they hold more, ms; then, should they not run dry, as
 * long goes to what was read. To read is a fraction of what there is to do, and a BYE may be the last that they hold;
 * but who is not refused in time sends more.
 */
const READ_MS = 3;

/** More comes than can be read when the sockets have not run dry for so long, ms: then they overflow. */
const FLOOD_MS = 300;

const LETTER_S = 0x53;
const SLASH = 0x2f;

/** What the edge counts; numbers only grow. */
export interface EdgeCounts {
  datagramsReceived: number;
  datagramsSent: number;
  sendErrors: number;
  readonly screened: { keepAlive: number; noPort: number; readError: number; ringFull: number };
  readonly newCalls: NewCallCounts;
}

/** What the edge is made with. */
export interface EdgeOptions {
  /** Datagrams to these places could not be sent; told once a turn, to pass on to the shards. */
  readonly onUnreachable: (places: readonly Place[]) => void;
  /** New calls began to be refused, or are all let in again. */
  readonly onOverload: (isOverloaded: boolean) => void;
  /** Secret, 32 bits. */
  readonly seed: number;
  /** Monotonic, ms. The platform's, unless a test has its own. */
  readonly clock?: () => number;
}

/** Moves datagrams between sockets and the gate. */
export class Edge implements Wire {
  readonly counts: EdgeCounts;
  readonly newCalls: NewCalls;
  readonly #listeners: UdpListener[] = [];
  readonly #onUnreachable: (places: readonly Place[]) => void;
  #gate: Gate | null = null;
  #unreachable: Place[] = [];
  #isTurnDue = false;
  /** What the sockets held at the last turn was not all read, or what was read has not all been put. */
  #isBehind = false;
  readonly #backlog = new Backlog();
  /** When it is a flood, unless the sockets run dry before; monotonic, ms. A switch may begin in one. */
  #floodAtMs: number;
  /** Until then the sockets are read, while they hold more; monotonic, ms. */
  #readUntilMs = 0;
  /** By listener, since the last turn. */
  readonly #polledCounts: number[] = [];
  readonly #clock: () => number;

  constructor({ onUnreachable, onOverload, seed, clock = monotonicMs }: EdgeOptions) {
    this.#onUnreachable = onUnreachable;
    this.#clock = clock;
    this.#floodAtMs = clock() + FLOOD_MS;
    this.newCalls = new NewCalls({ wire: this, clock, seed, onTurn: onOverload });
    this.counts = {
      datagramsReceived: 0,
      datagramsSent: 0,
      sendErrors: 0,
      screened: { keepAlive: 0, noPort: 0, readError: 0, ringFull: 0 },
      newCalls: this.newCalls.counts,
    };
  }

  /** Datagrams go through `gate` from now on; until then they are dropped, as if the switch were not there. */
  open(gate: Gate): void {
    this.#gate = gate;
  }

  /** Adds a bound socket; its index is the order of adding. */
  addListener(listener: UdpListener): void {
    this.#listeners.push(listener);
    this.#polledCounts.push(0);
  }

  /** A datagram arrived on the socket with index `listener`. */
  receive(bytes: Buffer, address: string, port: number, listener: number): void {
    this.counts.datagramsReceived += 1;
    this.#polledCounts[listener] = (this.#polledCounts[listener] ?? 0) + 1;
    if (bytes.length < DATAGRAM_BYTES_MIN) {
      this.counts.screened.keepAlive += 1;
      return;
    }
    // No port to answer to (RFC 768); the platform throws at who sends there.
    if (port === 0) {
      this.counts.screened.noPort += 1;
      return;
    }
    this.scheduleTurn();
    const gate = this.#gate;
    const datagramClass = classOf(bytes);
    if (gate !== null && this.#isKept(gate, datagramClass, bytes, address, port, listener)) return;
    if (this.#isBehind && this.#backlog.add({ bytes, address, port, listener }, datagramClass === 'bye')) return;
    if (gate === null || !gate.put(bytes, address, port, listener)) this.counts.screened.ringFull += 1;
  }

  /** A datagram arrived and could not be read. */
  readFailed(): void {
    this.counts.screened.readError += 1;
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
    const gate = this.#gate;
    if (gate !== null) this.#serve(gate);
    if (this.#unreachable.length > 0) {
      const places = this.#unreachable;
      this.#unreachable = [];
      this.#onUnreachable(places);
    }
  }

  /** Puts what waits, as far as there is time, and lets the shards run. */
  #serve(gate: Gate): void {
    const isDry = this.#arePolledDry();
    const nowMs = this.#clock();
    if (isDry) this.#floodAtMs = nowMs + FLOOD_MS;
    if (!isDry && nowMs < this.#readUntilMs) {
      this.#isBehind = true;
      this.scheduleTurn();
      return;
    }
    if (this.#backlog.size > 0) {
      const untilMs = nowMs + (isDry ? BACKLOG_MS : READ_MS);
      this.counts.screened.ringFull += this.#backlog.serve(gate, this.#clock, untilMs);
    }
    this.#isBehind = !isDry || this.#backlog.size > 0;
    this.newCalls.refuse(nowMs > this.#floodAtMs);
    // What the sockets still hold may be a BYE: nothing is begun before it is read.
    if (!this.#isBehind) this.newCalls.admit(gate);
    const isCalledAgain = gate.turn();
    if (isCalledAgain || this.#backlog.size > 0 || this.newCalls.waitingCount > 0) this.scheduleTurn();
    this.#readUntilMs = this.#clock() + READ_MS;
  }

  /**
   * Whether a datagram stays here: a new call, its CANCEL, the ACK of a refusal. Only an INVITE and a CANCEL cost an
   * object for their source.
   */
  #isKept(
    gate: Gate,
    datagramClass: DatagramClass,
    bytes: Buffer,
    address: string,
    port: number,
    listener: number,
  ): boolean {
    if (datagramClass === 'invite') {
      return !this.newCalls.receive(bytes, { address, port, listener }, gate.shardOf(bytes));
    }
    if (datagramClass === 'cancel') return this.newCalls.holds(bytes, { address, port, listener });
    return datagramClass === 'ack' && this.newCalls.absorbs(bytes);
  }

  /** Whether the last poll read all there was. */
  #arePolledDry(): boolean {
    let isDry = true;
    for (let index = 0; index < this.#polledCounts.length; index++) {
      if ((this.#polledCounts[index] as number) >= POLL_DATAGRAMS) isDry = false;
      this.#polledCounts[index] = 0;
    }
    return isDry;
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
