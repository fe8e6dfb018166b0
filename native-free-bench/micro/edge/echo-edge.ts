// The echoing process of the send-path benchmark: the edge, or what would be left of it if workers sent by themselves,
// and one worker. `ring` runs the edge of the switch itself.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { monotonicMs } from '../../../src/clock.ts';
import { Ring } from '../../../src/core/base/ring.ts';
import { FRAME_HEAD_BYTES, stampOf, writeHead } from '../../../src/core/shard/datagram-frame.ts';
import { allocateSwitchMemory, type SwitchMemory } from '../../../src/core/shard/shared-memory.ts';
import { Edge } from '../../../src/edge/edge.ts';
import { RingGate } from '../../../src/edge/ring-gate.ts';
import { UdpListener } from '../../../src/edge/udp-listener.ts';
import type { EchoAnswer, EchoOrder, EchoReport, EchoWork, SendPath } from './echo-messages.ts';
import { descriptorSocket } from './socket-internals.ts';

const ADDRESS = '127.0.0.1';
const KERNEL_BUFFER_BYTES = 4 * 1024 * 1024;

/** Time for a dead worker's handles to be closed, ms. */
const CRASH_MS = 200;

/** An edge with its socket. */
interface EchoEdge {
  readonly port: number;
  readonly descriptor: number;
  readonly receivedCount: number;
  poke(): void;
  /** Sends one datagram, to see whether the socket still lives; answers an error's code, '' for none. */
  trySend(): Promise<string>;
}

/** (a) The edge of the switch. */
async function ringEdge(memory: SwitchMemory): Promise<EchoEdge> {
  const edge = new Edge(() => undefined);
  edge.open(new RingGate(memory, edge));
  let lastError = '';
  const listener = await UdpListener.bind({
    address: ADDRESS,
    port: 0,
    onDatagram: (bytes, address, port) => edge.receive(bytes, address, port, 0),
    onUnreachable: () => {
      lastError = 'refused';
    },
  });
  edge.addListener(listener);
  return {
    port: listener.port,
    descriptor: -1,
    get receivedCount(): number {
      return edge.counts.datagramsReceived;
    },
    poke: () => edge.scheduleTurn(),
    trySend: async () => {
      listener.send(Buffer.alloc(32), 0, 32, ADDRESS, listener.port, true);
      await pause(20);
      return lastError;
    },
  };
}

/** (b) An edge that only receives: one publish a poll of the socket, and back to sleep. */
class ReceivingEdge implements EchoEdge {
  readonly #socket: Socket;
  readonly #inbound: Ring;
  #isTurnDue = false;
  receivedCount = 0;

  private constructor(socket: Socket, memory: SwitchMemory) {
    this.#socket = socket;
    this.#inbound = new Ring((memory.shards[0] as SwitchMemory['shards'][number]).inbound);
    socket.on('message', (bytes, { address, port }) => this.#receive(bytes, address, port));
  }

  static async bind(memory: SwitchMemory): Promise<ReceivingEdge> {
    const socket = createSocket({
      type: 'udp4',
      lookup: (hostname, _options, callback) => callback(null, hostname, 4),
      recvBufferSize: KERNEL_BUFFER_BYTES,
      sendBufferSize: KERNEL_BUFFER_BYTES,
    });
    const listening = once(socket, 'listening');
    socket.bind({ address: ADDRESS, port: 0, exclusive: true });
    await listening;
    return new ReceivingEdge(socket, memory);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get descriptor(): number {
    return descriptorSocket(this.#socket).fd;
  }

  poke(): void {
    // Nobody pokes an edge that sends nothing.
  }

  trySend(): Promise<string> {
    return new Promise((resolve) => {
      this.#socket.send(Buffer.alloc(32), 9, ADDRESS, (error) => {
        resolve(error === null ? '' : ((error as NodeJS.ErrnoException).code ?? error.message));
      });
    });
  }

  #receive(bytes: Buffer, address: string, port: number): void {
    this.receivedCount += 1;
    const at = this.#inbound.reserve(FRAME_HEAD_BYTES + address.length + bytes.length);
    if (at < 0) return;
    const ring = this.#inbound.bytes;
    writeHead(ring, at, { listener: 0, port, stampMicros: stampOf(monotonicMs()) }, address.length);
    let to = at + FRAME_HEAD_BYTES;
    for (let index = 0; index < address.length; index++) ring[to++] = address.charCodeAt(index);
    ring.set(bytes, to);
    if (this.#isTurnDue) return;
    this.#isTurnDue = true;
    setImmediate(() => {
      this.#isTurnDue = false;
      this.#inbound.publish();
    });
  }
}

/** The edge's socket after the worker is gone: can it still receive, can it still send? */
async function crash(edge: EchoEdge, worker: Worker): Promise<string> {
  await worker.terminate();
  await pause(CRASH_MS);
  const before = edge.receivedCount;
  const probe = createSocket('udp4');
  for (let count = 0; count < 3; count++) probe.send(Buffer.alloc(32, 'x'), edge.port, ADDRESS);
  await pause(CRASH_MS);
  probe.close();
  const receivedCount = edge.receivedCount - before;
  const error = await edge.trySend();
  const sending = error === '' ? 'sending works' : `sending fails with ${error}`;
  return `of 3 datagrams the edge received ${receivedCount}; ${sending}`;
}

function reportSince(cpu: NodeJS.CpuUsage, receivedBefore: number, edge: EchoEdge): EchoReport {
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMicros: user + system, echoCount: edge.receivedCount - receivedBefore };
}

async function serve(path: SendPath): Promise<void> {
  const memory = allocateSwitchMemory(1);
  const edge = path === 'ring' ? await ringEdge(memory) : await ReceivingEdge.bind(memory);
  const work: EchoWork = { path, descriptor: edge.descriptor };
  const worker = new Worker(fileURLToPath(new URL('./echo-shard.js', import.meta.url)), {
    workerData: { work, memory },
  });
  await once(worker, 'message');
  worker.on('message', () => edge.scheduleTurn());
  const answer = (message: EchoAnswer): boolean | undefined => process.send?.(message);
  let cpu = process.cpuUsage();
  let receivedBefore = 0;
  process.on('message', ({ kind }: EchoOrder) => {
    if (kind === 'reset') {
      cpu = process.cpuUsage();
      receivedBefore = edge.receivedCount;
    } else if (kind === 'report') {
      answer({ kind: 'report', report: reportSince(cpu, receivedBefore, edge) });
    } else {
      void crash(edge, worker).then((afterwards) => answer({ kind: 'crashed', afterwards }));
    }
  });
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  answer({ kind: 'bound', port: edge.port });
}

await serve(process.argv[2] === 'ring' ? 'ring' : 'descriptor');
