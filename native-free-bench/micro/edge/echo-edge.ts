// The echoing process of the send-path benchmark: the edge of the switch, a gate of one kind or another behind it, and
// one worker that echoes.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { monotonicMs } from '../../../src/clock.ts';
import { Ring } from '../../../src/core/base/ring.ts';
import { FRAME_HEAD_BYTES, stampOf, writeHead } from '../../../src/core/shard/datagram-frame.ts';
import type { Gate, Wire } from '../../../src/core/shard/gate.ts';
import { allocateSwitchMemory, type SwitchMemory } from '../../../src/core/shard/shared-memory.ts';
import { Edge } from '../../../src/edge/edge.ts';
import { RingGate } from '../../../src/edge/ring-gate.ts';
import type { UdpListener } from '../../../src/edge/udp-listener.ts';
import type { EchoAnswer, EchoOrder, EchoReport, EchoWork, SendPath } from './echo-messages.ts';
import { udpWrapOf } from './socket-internals.ts';

const ADDRESS = '127.0.0.1';
const KERNEL_BUFFER_BYTES = 4 * 1024 * 1024;

/** Time for a dead worker's handles to be closed, and for datagrams to arrive, ms. */
const CRASH_MS = 200;

/** (b) Only towards the worker: what it answers does not pass here again. */
class OneWayGate implements Gate {
  readonly #inbound: Ring;

  constructor(memory: SwitchMemory) {
    this.#inbound = new Ring((memory.shards[0] as SwitchMemory['shards'][number]).inbound);
  }

  put(bytes: Uint8Array, address: string, port: number, listener: number): boolean {
    const at = this.#inbound.reserve(FRAME_HEAD_BYTES + address.length + bytes.length);
    if (at < 0) return false;
    const ring = this.#inbound.bytes;
    writeHead(ring, at, { listener, port, stampMicros: stampOf(monotonicMs()) }, address.length);
    let to = at + FRAME_HEAD_BYTES;
    for (let index = 0; index < address.length; index++) ring[to++] = address.charCodeAt(index);
    ring.set(bytes, to);
    return true;
  }

  shardOf(): number {
    return 0;
  }

  isBusy(): boolean {
    return false;
  }

  turn(): boolean {
    this.#inbound.publish();
    return false;
  }
}

/** No worker: the echo is made on the spot, from the same text that a shard would see. */
class InlineGate implements Gate {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  put(bytes: Buffer, address: string, port: number, listener: number): boolean {
    const echo = Buffer.from(bytes.toString('latin1'), 'latin1');
    this.#wire.send(echo, 0, echo.length, address, port, listener);
    return true;
  }

  shardOf(): number {
    return 0;
  }

  isBusy(): boolean {
    return false;
  }

  turn(): boolean {
    return false;
  }
}

/** The edge with a socket whose descriptor can be had. */
class EchoEdge {
  readonly edge = new Edge({ onUnreachable: () => undefined, onOverload: () => undefined, seed: 1 });
  readonly #socket = createSocket({
    type: 'udp4',
    lookup: (hostname, _options, callback) => callback(null, hostname, 4),
    recvBufferSize: KERNEL_BUFFER_BYTES,
    sendBufferSize: KERNEL_BUFFER_BYTES,
  });
  port = 0;
  descriptor = -1;

  async bind(): Promise<void> {
    this.#socket.on('message', (bytes: Buffer, { address, port }) => this.edge.receive(bytes, address, port, 0));
    const listening = once(this.#socket, 'listening');
    this.#socket.bind({ address: ADDRESS, port: 0, exclusive: true });
    await listening;
    this.port = this.#socket.address().port;
    this.descriptor = udpWrapOf(this.#socket).fd;
    const socket = this.#socket;
    const listener: Pick<UdpListener, 'send' | 'unsentCount' | 'close'> = {
      send: (bytes, start, end, address, port) => socket.send(bytes, start, end - start, port, address),
      get unsentCount(): number {
        return socket.getSendQueueCount();
      },
      close: () => socket.close(),
    };
    this.edge.addListener(listener as UdpListener);
  }

  /** What the socket is still good for. */
  async health(): Promise<string> {
    const before = this.edge.counts.datagramsReceived;
    const probe = createSocket('udp4');
    for (let count = 0; count < 3; count++) probe.send(Buffer.alloc(32, 'x'), this.port, ADDRESS);
    await pause(CRASH_MS);
    probe.close();
    const receivedCount = this.edge.counts.datagramsReceived - before;
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      this.#socket.send(Buffer.alloc(32), 9, ADDRESS, resolve);
    });
    const sending = error === null ? 'sending works' : `sending fails with ${error.code ?? error.message}`;
    return `of 3 datagrams the edge received ${receivedCount}; ${sending}`;
  }
}

function gateOf(path: SendPath, memory: SwitchMemory, edge: Edge): Gate {
  if (path === 'ring') return new RingGate(memory, edge);
  return path === 'descriptor' ? new OneWayGate(memory) : new InlineGate(edge);
}

async function startWorker(work: EchoWork, memory: SwitchMemory, edge: Edge): Promise<Worker | null> {
  if (work.path === 'inline') return null;
  const file = fileURLToPath(new URL('./echo-shard.js', import.meta.url));
  const worker = new Worker(file, { workerData: { work, memory } });
  await once(worker, 'message');
  worker.on('message', () => edge.scheduleTurn());
  return worker;
}

function reportSince(cpu: NodeJS.CpuUsage, echoCount: number): EchoReport {
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMicros: user + system, echoCount };
}

async function serve(path: SendPath): Promise<void> {
  const memory = allocateSwitchMemory(1);
  const echo = new EchoEdge();
  await echo.bind();
  const { edge, port, descriptor } = echo;
  const worker = await startWorker({ path, descriptor }, memory, edge);
  edge.open(gateOf(path, memory, edge));
  const answer = (message: EchoAnswer): boolean | undefined => process.send?.(message);
  let cpu = process.cpuUsage();
  let receivedBefore = 0;
  process.on('message', ({ kind }: EchoOrder) => {
    const { datagramsReceived } = edge.counts;
    if (kind === 'reset') {
      cpu = process.cpuUsage();
      receivedBefore = datagramsReceived;
    } else if (kind === 'report') {
      answer({ kind: 'report', report: reportSince(cpu, datagramsReceived - receivedBefore) });
    } else {
      const ended = worker?.terminate() ?? Promise.resolve(0);
      void ended
        .then(() => pause(CRASH_MS))
        .then(() => echo.health())
        .then((afterwards) => answer({ kind: 'crashed', afterwards }));
    }
  });
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  answer({ kind: 'bound', port });
}

const [, , path] = process.argv;
await serve(path === 'ring' || path === 'descriptor' ? path : 'inline');
