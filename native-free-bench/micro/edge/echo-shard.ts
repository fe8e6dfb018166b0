// The worker of the send-path benchmark: a shard without a switch in it. It takes datagrams from the inbound ring as a
// shard host does, turns each into a text, and sends it back where it came from, by the path under test.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { monotonicMs } from '../../../src/clock.ts';
import { Doorbell } from '../../../src/core/base/doorbell.ts';
import { Ring } from '../../../src/core/base/ring.ts';
import { type FrameHead, readHead } from '../../../src/core/shard/datagram-frame.ts';
import type { SwitchMemory } from '../../../src/core/shard/shared-memory.ts';
import { DatagramsOut } from '../../../src/shard-host/datagrams-out.ts';
import type { EchoWork } from './echo-messages.ts';
import { udpWrapOf } from './socket-internals.ts';

const SLICE_MS = 50;
const BATCH_MAX = 32;

/** One way out of the worker. */
interface WayOut {
  send(text: string, address: string, port: number): void;
  /** After a batch, before its frames are given back. */
  publish(): void;
  /** After they are. */
  nudge(): void;
}

/** (a) Into the ring; the edge sends. */
class RingOut implements WayOut {
  readonly #out: DatagramsOut;

  constructor(memory: SwitchMemory) {
    const ring = new Ring((memory.shards[0] as SwitchMemory['shards'][number]).outbound);
    this.#out = new DatagramsOut(ring, new Doorbell(memory.doorbell), () => parentPort?.postMessage('poke'));
  }

  send(text: string, address: string, port: number): void {
    this.#out.transmit(text, { address, port, listener: 0 });
  }

  publish(): void {
    this.#out.publish();
  }

  nudge(): void {
    this.#out.nudge();
  }
}

/** (b) By a socket of its own on the edge's descriptor. */
class DescriptorOut implements WayOut {
  readonly #socket: Socket;
  readonly #bytes = Buffer.alloc(65_536);

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  // Node hands a datagram to the kernel before `send` returns, so one buffer does for all.
  send(text: string, address: string, port: number): void {
    const size = this.#bytes.write(text, 0, 'latin1');
    this.#socket.send(this.#bytes, 0, size, port, address);
  }

  publish(): void {
    // It is on the wire already.
  }

  nudge(): void {
    // The edge does not wait.
  }
}

async function wayOut({ path, descriptor }: EchoWork, memory: SwitchMemory): Promise<WayOut> {
  if (path === 'ring') return new RingOut(memory);
  const socket = createSocket({ type: 'udp4', lookup: (hostname, _options, callback) => callback(null, hostname, 4) });
  const listening = once(socket, 'listening');
  socket.bind({ fd: descriptor });
  await listening;
  // Binding begins to receive as well; the edge alone shall do that.
  udpWrapOf(socket).recvStop();
  return new DescriptorOut(socket);
}

async function echo(memory: SwitchMemory, out: WayOut): Promise<void> {
  const inbound = new Ring((memory.shards[0] as SwitchMemory['shards'][number]).inbound);
  const bytes = Buffer.from(inbound.bytes.buffer, inbound.bytes.byteOffset, inbound.bytes.length);
  const head: FrameHead = { listener: 0, port: 0, addressStart: 0, payloadStart: 0, stampMicros: 0 };
  for (;;) {
    for (const endMs = monotonicMs() + SLICE_MS; monotonicMs() < endMs; ) {
      let count = 0;
      for (; count < BATCH_MAX && inbound.next(); count++) {
        readHead(bytes, inbound.frameStart, head);
        const address = bytes.toString('latin1', head.addressStart, head.payloadStart);
        out.send(bytes.toString('latin1', head.payloadStart, inbound.frameEnd), address, head.port);
      }
      out.publish();
      inbound.release();
      out.nudge();
      if (count === 0) inbound.sleep(Math.max(0, endMs - monotonicMs()));
    }
    await setImmediate();
  }
}

const { work, memory } = workerData as { readonly work: EchoWork; readonly memory: SwitchMemory };
const out = await wayOut(work, memory);
parentPort?.postMessage('ready');
await echo(memory, out);
