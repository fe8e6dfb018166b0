// How a shard's datagrams should leave, measured: (a) through a ring back to the edge, which sends them; (b) by a
// socket
// of the worker bound to the edge's descriptor. An echo through edge and worker, 600 bytes, on loopback; processor time
// of the whole process for each datagram in and out, and the round trip as the other end sees it. At the end the worker
// is ended as a crash would, to see what becomes of the edge's socket.
//
// Run: node dist/native-free-bench/micro/edge/send-path.js

import { type ChildProcess, fork } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { percentilesOf, spreadOf } from '../../statistics.ts';
import type { EchoAnswer, EchoOrder, EchoReport, SendPath } from './echo-messages.ts';

const ADDRESS = '127.0.0.1';
const DATAGRAM_BYTES = 600;
const RUNS = 5;
const RUN_MS = 2_000;
const KERNEL_BUFFER_BYTES = 4 * 1024 * 1024;

/** Echoes waited for at a time when the load is flat out. */
const WINDOW = 64;

/** A carrier's 500 calls a second are about so many datagrams a second into the switch. */
const PACED_PER_SECOND = 3_500;

/** Without an echo for so long, datagrams were lost: the window is filled again. */
const LOSS_MS = 50;

interface Measured {
  readonly cpuMicros: number;
  readonly perSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

const PATHS: readonly SendPath[] = ['ring', 'descriptor', 'inline'];
const LOADS = ['3 500/s', 'flat out'] as const;
const NAMES: Readonly<Record<SendPath, string>> = {
  ring: '(a) ring back to the edge',
  descriptor: "(b) worker's socket on the edge's descriptor",
  inline: '(-) no worker',
};

const pauseWord = new Int32Array(new SharedArrayBuffer(4));

/** One echoing process and a socket that calls it. */
class EchoPeer {
  readonly #echo: ChildProcess;
  readonly #port: number;
  readonly #socket: Socket;
  readonly #payload = Buffer.alloc(DATAGRAM_BYTES, 'x');
  #delaysMicros: number[] = [];
  #echoed = 0;
  #onEcho: () => void = () => undefined;

  private constructor(echo: ChildProcess, port: number, socket: Socket) {
    this.#echo = echo;
    this.#port = port;
    this.#socket = socket;
    socket.on('message', (bytes) => {
      this.#echoed += 1;
      this.#delaysMicros.push((performance.now() - bytes.readDoubleBE(0)) * 1000);
      this.#onEcho();
    });
  }

  static async start(path: SendPath): Promise<EchoPeer> {
    const echo = fork(fileURLToPath(new URL('./echo-edge.js', import.meta.url)), [path]);
    const [bound] = (await once(echo, 'message')) as [EchoAnswer];
    const socket = createSocket({
      type: 'udp4',
      lookup: (hostname, _options, callback) => callback(null, hostname, 4),
      recvBufferSize: KERNEL_BUFFER_BYTES,
    });
    // Waited for before it is asked for: with a lookup that answers at once, bind is done before it returns.
    const listening = once(socket, 'listening');
    socket.bind(0, ADDRESS);
    await listening;
    if (bound.kind !== 'bound') throw new Error(`the echo began with ${bound.kind}`);
    return new EchoPeer(echo, bound.port, socket);
  }

  async measure(load: (typeof LOADS)[number], forMs: number): Promise<Measured> {
    this.#delaysMicros = [];
    this.#echoed = 0;
    this.#echo.send({ kind: 'reset' } satisfies EchoOrder);
    const beganMs = performance.now();
    await (load === 'flat out' ? this.#flatOut(beganMs + forMs) : this.#paced(beganMs, forMs));
    const elapsedMs = performance.now() - beganMs;
    const { cpuMicros } = await this.#report();
    const { p50, p99 } = percentilesOf(this.#delaysMicros);
    const perSecond = (this.#echoed / elapsedMs) * 1000;
    return { cpuMicros: cpuMicros / this.#echoed, perSecond, p50Micros: p50, p99Micros: p99 };
  }

  /** Ends the worker of the echo; answers what became of the edge. */
  async crash(): Promise<string> {
    this.#echo.send({ kind: 'crash' } satisfies EchoOrder);
    const [answer] = (await once(this.#echo, 'message')) as [EchoAnswer];
    return answer.kind === 'crashed' ? answer.afterwards : answer.kind;
  }

  stop(): void {
    this.#echo.disconnect();
    this.#socket.close();
  }

  async #report(): Promise<EchoReport> {
    this.#echo.send({ kind: 'report' } satisfies EchoOrder);
    const [answer] = (await once(this.#echo, 'message')) as [EchoAnswer];
    if (answer.kind !== 'report') throw new Error(`the echo answered ${answer.kind}`);
    return answer.report;
  }

  /** One datagram at a time, evenly; between two the thread sleeps and then looks for echoes. */
  async #paced(beganMs: number, forMs: number): Promise<void> {
    const count = (forMs * PACED_PER_SECOND) / 1000;
    for (let sent = 0; sent < count; sent++) {
      const restMs = beganMs + (sent * 1000) / PACED_PER_SECOND - performance.now();
      if (restMs > 0) Atomics.wait(pauseWord, 0, 0, restMs);
      this.#send();
      await setImmediate();
    }
    for (const endMs = performance.now() + LOSS_MS; performance.now() < endMs; ) await setImmediate();
  }

  /** WINDOW datagrams on their way at all times. */
  async #flatOut(endMs: number): Promise<void> {
    this.#onEcho = (): void => {
      if (performance.now() < endMs) this.#send();
    };
    for (let index = 0; index < WINDOW; index++) this.#send();
    for (let seen = -1, quietSinceMs = 0; performance.now() < endMs; ) {
      await new Promise((resolve) => setTimeout(resolve, LOSS_MS));
      if (this.#echoed !== seen) quietSinceMs = performance.now();
      else if (performance.now() - quietSinceMs > LOSS_MS) for (let index = 0; index < WINDOW; index++) this.#send();
      seen = this.#echoed;
    }
    this.#onEcho = (): void => undefined;
  }

  #send(): void {
    this.#payload.writeDoubleBE(performance.now());
    // Copied: the socket may keep it until the next turn of the event loop.
    this.#socket.send(Buffer.from(this.#payload), this.#port, ADDRESS);
  }
}

/** Prints a line for each way and load, and what a crash of the worker leaves of the edge's socket. */
export async function run(): Promise<void> {
  const peers = new Map<SendPath, EchoPeer>();
  for (const path of PATHS) peers.set(path, await EchoPeer.start(path));
  for (const load of LOADS) {
    const results = new Map<SendPath, Measured[]>(PATHS.map((path) => [path, []]));
    for (const peer of peers.values()) await peer.measure('flat out', RUN_MS);
    for (let round = 0; round < RUNS; round++) {
      for (const [path, peer] of peers) results.get(path)?.push(await peer.measure(load, RUN_MS));
    }
    for (const path of PATHS) console.log(tell(path, load, results.get(path) ?? []));
    const ratios = (results.get('descriptor') ?? []).map(({ cpuMicros }, round) => {
      return cpuMicros / (results.get('ring')?.[round]?.cpuMicros ?? Number.NaN);
    });
    const { min, median, max } = spreadOf(ratios);
    console.log(`send path at ${load}, (b) / (a): ${median.toFixed(2)} (${min.toFixed(2)} - ${max.toFixed(2)})`);
  }
  for (const [path, peer] of peers) {
    if (path !== 'inline') console.log(`send path, worker ended, ${NAMES[path]}: ${await peer.crash()}`);
    peer.stop();
  }
}

function tell(path: SendPath, load: string, results: readonly Measured[]): string {
  const cpu = spreadOf(results.map(({ cpuMicros }) => cpuMicros));
  const middle = (of: (result: Measured) => number): string => spreadOf(results.map(of)).median.toFixed(0);
  return (
    `send path at ${load}, ${NAMES[path]}: ${cpu.median.toFixed(1)} us CPU a datagram in and out ` +
    `(${cpu.min.toFixed(1)} - ${cpu.max.toFixed(1)}), ${middle(({ perSecond }) => perSecond)}/s, ` +
    `round trip p50 ${middle(({ p50Micros }) => p50Micros)} us, p99 ${middle(({ p99Micros }) => p99Micros)} us`
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await run();
