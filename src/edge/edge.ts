// The edge: sockets on one side, shards on the other. It finds the shard of a datagram by its Call-ID, hands over a
// batch for one wake-up, and sends what the shards put out.
//
// A turn: what one poll of the sockets brought is published; then the edge lingers, waiting in the kernel for the shards to
// finish it (some ten microseconds, LINGER_MS at most), and sends the results at once. So a shard's answer costs no
// message to this thread, and what arrives meanwhile is read as one batch. See src/decisions/0007.

import { monotonicMs } from '../clock.ts';
import { Doorbell } from '../core/base/doorbell.ts';
import { Ring } from '../core/base/ring.ts';
import {
  ADDRESS_BYTES_MAX,
  FRAME_HEAD_BYTES,
  type FrameHead,
  readHead,
  stampOf,
  writeHead,
} from '../core/shard/datagram-frame.ts';
import { peekCallId, peeked, shardOfBytes } from '../core/shard/placement.ts';
import type { SwitchMemory } from '../core/shard/shared-memory.ts';
import type { UdpListener } from './udp-listener.ts';

/** Longest the edge waits for shards before it reads the sockets again. */
const LINGER_MS = 0.5;

/** Smallest SIP message has more; shorter ones are keep-alives (RFC 5626 3.5.1) and noise. */
const DATAGRAM_BYTES_MIN = 16;

/** A place that datagrams could not be sent to. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** What the edge counts; numbers only grow. */
export interface EdgeCounts {
  datagramsReceived: number;
  datagramsSent: number;
  sendErrors: number;
  readonly screened: { keepAlive: number; noCallId: number; ringFull: number };
}

interface ShardLink {
  readonly inbound: Ring;
  readonly outbound: Ring;
  readonly outboundBytes: Buffer;
  isTouched: boolean;
}

/** Moves datagrams between sockets and shards. */
export class Edge {
  readonly counts: EdgeCounts = {
    datagramsReceived: 0,
    datagramsSent: 0,
    sendErrors: 0,
    screened: { keepAlive: 0, noCallId: 0, ringFull: 0 },
  };
  readonly #links: readonly ShardLink[];
  readonly #doorbell: Doorbell;
  readonly #listeners: UdpListener[] = [];
  readonly #head: FrameHead = { listener: 0, port: 0, addressStart: 0, payloadStart: 0, stampMicros: 0 };
  readonly #onUnreachable: (places: readonly Place[]) => void;
  #unreachable: Place[] = [];
  #isTurnDue = false;
  #lastReceived = 0;

  /** `onUnreachable`: told once a turn, to pass on to the shards. */
  constructor(memory: SwitchMemory, onUnreachable: (places: readonly Place[]) => void) {
    this.#doorbell = new Doorbell(memory.doorbell);
    this.#onUnreachable = onUnreachable;
    this.#links = memory.shards.map(({ inbound, outbound }) => {
      const ring = new Ring(outbound);
      const outboundBytes = Buffer.from(ring.bytes.buffer, ring.bytes.byteOffset, ring.bytes.length);
      return { inbound: new Ring(inbound), outbound: ring, outboundBytes, isTouched: false };
    });
    this.#doorbell.willLeave();
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
    const link = this.#linkOf(bytes);
    const size = FRAME_HEAD_BYTES + address.length + bytes.length;
    const at = address.length <= ADDRESS_BYTES_MAX ? link.inbound.reserve(size) : -1;
    if (at < 0) {
      this.counts.screened.ringFull += 1;
      return;
    }
    const ring = link.inbound.bytes;
    writeHead(ring, at, { listener, port, stampMicros: stampOf(monotonicMs()) }, address.length);
    let to = at + FRAME_HEAD_BYTES;
    for (let index = 0; index < address.length; index++) ring[to++] = address.charCodeAt(index);
    ring.set(bytes, to);
    link.isTouched = true;
    this.#scheduleTurn();
  }

  /** The platform refused to send there; told to the shards at the end of the turn. */
  unreachable(address: string, port: number): void {
    this.counts.sendErrors += 1;
    if (this.#unreachable.some((place) => place.address === address && place.port === port)) return;
    this.#unreachable.push({ address, port });
    this.#scheduleTurn();
  }

  /** A shard put something out while the edge was away. */
  poke(): void {
    this.#scheduleTurn();
  }

  /** Sends everything the shards have put out so far. */
  drain(): number {
    let count = 0;
    for (const link of this.#links) count += this.#drainLink(link);
    this.counts.datagramsSent += count;
    return count;
  }

  /** Closes the sockets. */
  close(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners.length = 0;
  }

  #linkOf(bytes: Buffer): ShardLink {
    const links = this.#links;
    if (links.length === 1) return links[0] as ShardLink;
    if (!peekCallId(bytes, bytes.length)) {
      this.counts.screened.noCallId += 1;
      return links[0] as ShardLink;
    }
    return links[shardOfBytes(bytes, peeked.start, peeked.end, links.length)] as ShardLink;
  }

  #scheduleTurn(): void {
    if (this.#isTurnDue) return;
    this.#isTurnDue = true;
    this.#doorbell.awake();
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isTurnDue = false;
    for (const link of this.#links) {
      if (!link.isTouched) continue;
      link.isTouched = false;
      link.inbound.publish();
    }
    this.#linger();
    if (this.#unreachable.length > 0) {
      this.#onUnreachable(this.#unreachable);
      this.#unreachable = [];
    }
    this.#leave();
  }

  /** Waits until the shards have run everything they were given, sending what they put out meanwhile. */
  #linger(): void {
    const endMs = monotonicMs() + LINGER_MS;
    for (;;) {
      // In this order: a shard puts out, then releases; so once it has released, one more look finds everything.
      const isDone = this.#areShardsDone();
      this.drain();
      if (isDone) return;
      const restMs = endMs - monotonicMs();
      if (restMs <= 0) return;
      this.#doorbell.willWait();
      if (!this.#hasOutbound() && !this.#areShardsDone()) this.#doorbell.wait(restMs);
    }
  }

  /** Back to the event loop. While datagrams keep coming the edge looks again by itself; else it asks to be called. */
  #leave(): void {
    const isBusy = this.counts.datagramsReceived !== this.#lastReceived;
    this.#lastReceived = this.counts.datagramsReceived;
    if (isBusy && !this.#areShardsDone()) return this.#scheduleTurn();
    this.#doorbell.willLeave();
    if (this.#hasOutbound()) this.#scheduleTurn();
  }

  #areShardsDone(): boolean {
    for (const { inbound } of this.#links) if (inbound.depthBytes !== 0) return false;
    return true;
  }

  #hasOutbound(): boolean {
    for (const { outbound } of this.#links) if (outbound.depthBytes !== 0) return true;
    return false;
  }

  #drainLink({ outbound, outboundBytes }: ShardLink): number {
    let count = 0;
    while (outbound.next()) {
      const { frameStart, frameEnd } = outbound;
      readHead(outboundBytes, frameStart, this.#head);
      const { listener, addressStart, payloadStart, port } = this.#head;
      const address = outboundBytes.toString('latin1', addressStart, payloadStart);
      const isResponse = outboundBytes[payloadStart] === 0x53 && outboundBytes[payloadStart + 3] === 0x2f; // "SIP/"
      this.#listeners[listener]?.send(outboundBytes, payloadStart, frameEnd, address, port, !isResponse);
      count += 1;
    }
    // The kernel takes a datagram at once unless its buffer is full; until then its bytes stay where they are.
    if (count > 0 && !this.#listeners.some(({ unsentCount }) => unsentCount > 0)) outbound.release();
    return count;
  }
}
