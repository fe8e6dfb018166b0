// The price of handing a datagram from one thread to another through a ring: processor time of both threads, and the
// time until the other thread has it. Run: node dist/native-free-bench/micro/core/base/ring.js
//
//   flat out   32 datagrams a publish, as fast as the reader takes them: the copy and the bookkeeping
//   clumps     5 datagrams a publish, 700 times a second: what a poll of a busy socket brings
//   one by one 3 500 times a second, the reader asleep each time: the wake-up
//
// In the paced cases the writer sleeps between publishes; what that sleep costs is measured alone and taken off.

import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Ring } from '../../../../src/core/base/ring.ts';
import { percentilesOf, spreadOf } from '../../../statistics.ts';
import { threadCpuMicros } from '../../thread-cpu.ts';

const RING_BYTES = 8 * 1024 * 1024;
const DATAGRAM_BYTES = 600;
const RUNS = 5;
const END_MARK = 1;

interface Load {
  readonly name: string;
  readonly batch: number;
  /** Batches a second; null for as many as go. */
  readonly batchesPerSecond: number | null;
  readonly count: number;
}

const LOADS: readonly Load[] = [
  { name: 'flat out, batches of 32', batch: 32, batchesPerSecond: null, count: 2_000_000 },
  { name: '3 500/s in clumps of 5', batch: 5, batchesPerSecond: 700, count: 3_500 },
  { name: '3 500/s one by one', batch: 1, batchesPerSecond: 3_500, count: 3_500 },
];

/** What the reading thread found. */
interface ReaderReport {
  readonly cpuMicros: number;
  readonly delaysMicros: readonly number[];
  /** Of all texts together: keeps the compiler from dropping them. */
  readonly characters: number;
}

interface HandOff {
  readonly cpuMicros: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

const pauseWord = new Int32Array(new SharedArrayBuffer(4));

/** The kernel's monotonic clock: the same number in every thread. */
function nowMicros(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

/** Sleeps until `untilMicros` without an event loop. */
function sleepUntil(untilMicros: number): void {
  const restMs = (untilMicros - nowMicros()) / 1000;
  if (restMs > 0) Atomics.wait(pauseWord, 0, 0, restMs);
}

/** Writes `load` into the ring, or only keeps its pace when `ring` is null. Answers this thread's microseconds. */
function write(ring: Ring | null, load: Load): number {
  const datagram = new Uint8Array(DATAGRAM_BYTES).fill(0x61);
  const before = threadCpuMicros();
  const beganMicros = nowMicros();
  for (let sent = 0, batch = 0; sent < load.count; sent += load.batch, batch++) {
    if (load.batchesPerSecond !== null) sleepUntil(beganMicros + (batch * 1e6) / load.batchesPerSecond);
    if (ring === null) continue;
    for (let index = 0; index < load.batch; index++) put(ring, datagram);
    ring.publish();
  }
  return threadCpuMicros() - before;
}

/**
 * Appends one datagram, its first eight bytes the time. A full ring is waited for: the reader has the bytes to work
 * on.
 */
function put(ring: Ring, datagram: Uint8Array): void {
  let at = ring.reserve(DATAGRAM_BYTES);
  while (at < 0) {
    ring.publish();
    Atomics.wait(pauseWord, 0, 0, 0.2);
    at = ring.reserve(DATAGRAM_BYTES);
  }
  ring.bytes.set(datagram, at);
  new DataView(ring.bytes.buffer, ring.bytes.byteOffset).setFloat64(at, nowMicros());
}

async function measure(load: Load): Promise<HandOff> {
  const shared = Ring.allocate(RING_BYTES);
  const reader = new Worker(fileURLToPath(import.meta.url), { workerData: shared });
  await once(reader, 'message');
  const ring = new Ring(shared);
  const paceMicros = load.batchesPerSecond === null ? 0 : write(null, load);
  const writerMicros = write(ring, load) - paceMicros;
  ring.reserve(END_MARK);
  ring.publish();
  const [report] = (await once(reader, 'message')) as [ReaderReport];
  const { p50, p99 } = percentilesOf(report.delaysMicros);
  return { cpuMicros: (writerMicros + report.cpuMicros) / load.count, p50Micros: p50, p99Micros: p99 };
}

/** The reading thread: copies each datagram's text out, as a shard does, until the end mark. */
function read(shared: SharedArrayBuffer): ReaderReport {
  const ring = new Ring(shared);
  const bytes = Buffer.from(ring.bytes.buffer, ring.bytes.byteOffset, ring.bytes.length);
  const delaysMicros: number[] = [];
  const before = threadCpuMicros();
  let characters = 0;
  for (;;) {
    while (ring.next()) {
      const { frameStart, frameEnd } = ring;
      if (frameEnd - frameStart === END_MARK)
        return { cpuMicros: threadCpuMicros() - before, delaysMicros, characters };
      if (delaysMicros.length < 100_000) delaysMicros.push(nowMicros() - bytes.readDoubleBE(frameStart));
      characters += bytes.toString('latin1', frameStart, frameEnd).length;
    }
    ring.release();
    ring.sleep(1000);
  }
}

/** Prints one line for each load: medians of five runs, the spread of the processor time. */
export async function run(): Promise<void> {
  for (const load of LOADS) {
    await measure({ ...load, count: Math.min(load.count, 100_000) });
    const results: HandOff[] = [];
    for (let index = 0; index < RUNS; index++) results.push(await measure(load));
    const cpu = spreadOf(results.map(({ cpuMicros }) => cpuMicros));
    const p50 = spreadOf(results.map(({ p50Micros }) => p50Micros)).median;
    const p99 = spreadOf(results.map(({ p99Micros }) => p99Micros)).median;
    const name = `ring hand-off, ${DATAGRAM_BYTES} bytes, ${load.name}`;
    const figures = `${cpu.median.toFixed(2)} us CPU (${cpu.min.toFixed(2)} - ${cpu.max.toFixed(2)})`;
    console.log(`${name}: ${figures}, seen after p50 ${p50.toFixed(0)} us, p99 ${p99.toFixed(0)} us`);
  }
}

if (!isMainThread && workerData instanceof SharedArrayBuffer) {
  parentPort?.postMessage('ready');
  parentPort?.postMessage(read(workerData));
} else if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await run();
