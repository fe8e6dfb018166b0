// The gate to worker threads: a ring each way for each shard.
//
// A turn publishes what the sockets brought, then lingers: the edge waits in the kernel until the shards have run it
// (some ten microseconds, LINGER_MS at most) and sends what they put out. So a shard's answer costs no message to this
// thread, and what arrives meanwhile is read as one batch. See src/decisions/0007.

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
import type { Gate, Wire } from '../core/shard/gate.ts';
import { peekCallId, peeked, shardOfBytes } from '../core/shard/placement.ts';
import type { SwitchMemory } from '../core/shard/shared-memory.ts';

/** Longest the edge waits for shards before it reads the sockets again. */
const LINGER_MS = 0.5;

/** What may wait for a shard when a new call is put behind it, bytes: some 100 datagrams, 5 to 10 ms of work. */
const AHEAD_BYTES_MAX = 64 * 1024;

interface ShardLink {
  readonly inbound: Ring;
  readonly outbound: Ring;
  readonly outboundBytes: Buffer;
  /** Put in since the last `publish`. */
  unpublishedBytes: number;
}

/** Rings to shards in worker threads. */
export class RingGate implements Gate {
  readonly #wire: Wire;
  readonly #links: readonly ShardLink[];
  readonly #doorbell: Doorbell;
  readonly #head: FrameHead = { listener: 0, port: 0, addressStart: 0, payloadStart: 0, stampMicros: 0 };

  constructor(memory: SwitchMemory, wire: Wire) {
    this.#wire = wire;
    this.#doorbell = new Doorbell(memory.doorbell);
    this.#links = memory.shards.map(({ inbound, outbound }) => {
      const ring = new Ring(outbound);
      const outboundBytes = Buffer.from(ring.bytes.buffer, ring.bytes.byteOffset, ring.bytes.length);
      return { inbound: new Ring(inbound), outbound: ring, outboundBytes, unpublishedBytes: 0 };
    });
    this.#doorbell.willLeave();
  }

  put(bytes: Uint8Array, address: string, port: number, listener: number): boolean {
    const link = this.#links[this.shardOf(bytes)] as ShardLink;
    const size = FRAME_HEAD_BYTES + address.length + bytes.length;
    const at = address.length <= ADDRESS_BYTES_MAX ? link.inbound.reserve(size) : -1;
    if (at < 0) return false;
    const ring = link.inbound.bytes;
    writeHead(ring, at, { listener, port, stampMicros: stampOf(monotonicMs()) }, address.length);
    let to = at + FRAME_HEAD_BYTES;
    for (let index = 0; index < address.length; index++) ring[to++] = address.charCodeAt(index);
    ring.set(bytes, to);
    link.unpublishedBytes += size;
    return true;
  }

  shardOf(bytes: Uint8Array): number {
    // A datagram without Call-ID belongs to nobody: any shard may refuse it.
    if (this.#links.length === 1 || !peekCallId(bytes, bytes.length)) return 0;
    return shardOfBytes(bytes, peeked.start, peeked.end, this.#links.length);
  }

  isBusy(shard: number): boolean {
    const { inbound, unpublishedBytes } = this.#links[shard] as ShardLink;
    return inbound.depthBytes + unpublishedBytes > AHEAD_BYTES_MAX;
  }

  /** Waits until the shards have run everything they were given, sending what they put out meanwhile. */
  turn(): boolean {
    const wereTouched = this.#publish();
    const endMs = monotonicMs() + LINGER_MS;
    for (;;) {
      // In this order: a shard puts out, then releases; so once it has released, one more look finds everything.
      const isDone = this.#areShardsDone();
      this.#drain();
      if (isDone) break;
      const restMs = endMs - monotonicMs();
      if (restMs <= 0) break;
      this.#doorbell.willWait();
      if (!this.#hasOutbound() && !this.#areShardsDone()) this.#doorbell.wait(restMs);
    }
    // While datagrams keep coming the edge looks again by itself; else it asks to be called.
    if (wereTouched && !this.#areShardsDone()) {
      this.#doorbell.awake();
      return true;
    }
    this.#doorbell.willLeave();
    return this.#hasOutbound();
  }

  #publish(): boolean {
    let wereTouched = false;
    for (const link of this.#links) {
      if (link.unpublishedBytes === 0) continue;
      link.unpublishedBytes = 0;
      link.inbound.publish();
      wereTouched = true;
    }
    return wereTouched;
  }

  #areShardsDone(): boolean {
    for (const { inbound } of this.#links) if (inbound.depthBytes !== 0) return false;
    return true;
  }

  #hasOutbound(): boolean {
    for (const { outbound } of this.#links) if (outbound.depthBytes !== 0) return true;
    return false;
  }

  /** Sends everything the shards have put out so far. */
  #drain(): void {
    for (const { outbound, outboundBytes } of this.#links) {
      while (outbound.next()) {
        const { frameStart, frameEnd } = outbound;
        readHead(outboundBytes, frameStart, this.#head);
        const { listener, addressStart, payloadStart, port } = this.#head;
        const address = outboundBytes.toString('latin1', addressStart, payloadStart);
        this.#wire.send(outboundBytes, payloadStart, frameEnd, address, port, listener);
      }
      // Also what was sent while the socket was behind: nothing else may ever come, for want of room.
      if (outbound.depthBytes !== 0 && !this.#wire.isBehind) outbound.release();
    }
  }
}
