// What crosses the loopback, with the kernel's time of each datagram: how long a message was in a system, from its
// socket in to its socket out. The ends' own stamps say it too, but with the time that the ends' processes waited for a
// processor, which at p99 is more than the system's part where all share two cores. Needs root and dumpcap (Debian
// package wireshark-common).

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { type Latency, LatencyHistogram } from './traffic/histogram.ts';

/** Megabytes that the kernel keeps until they are read. */
const BUFFER_MEGABYTES = '64';

/** A pcap file of microseconds: its head, the head of a packet, what is before a UDP payload (Ethernet, IPv4, UDP). */
const PCAP_MAGIC = 0xa1b2c3d4;
const FILE_HEAD_BYTES = 24;
const PACKET_HEAD_BYTES = 16;
const ETHERNET_BYTES = 14;
const UDP_HEAD_BYTES = 8;
const IPV4 = 0x0800;

/** How long messages were in the system, ms. */
export interface CapturedDelays {
  readonly inviteAdded: Latency;
  readonly ringingAdded: Latency;
  readonly answerAdded: Latency;
}

/** A capture of the loopback. */
export class Capture {
  readonly #dumpcap: ChildProcess;
  readonly #file: string;
  /** However this process ends: nobody else would stop dumpcap, and its file grows. */
  readonly #kill = (): void => void this.#dumpcap.kill();

  private constructor(dumpcap: ChildProcess, file: string) {
    this.#dumpcap = dumpcap;
    this.#file = file;
    process.once('exit', this.#kill);
  }

  /** Begins one into `file`. Rejects when there is no dumpcap, or it may not capture. */
  static async begin(file: string): Promise<Capture> {
    const words = ['-P', '-i', 'lo', '-f', 'udp', '-B', BUFFER_MEGABYTES, '-w', file];
    const dumpcap = spawn('dumpcap', words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    await new Promise<void>((resolve, reject) => {
      dumpcap.once('error', () => reject(new Error('--capture needs dumpcap (Debian package wireshark-common)')));
      dumpcap.once('exit', () => reject(new Error(`dumpcap captures nothing: ${told.trim()}`)));
      dumpcap.stderr.on('data', (text: Buffer) => {
        told += text.toString();
        if (told.includes('File:')) resolve();
      });
    });
    return new Capture(dumpcap, file);
  }

  /** Ends it; answers the file. Rejects when datagrams are missing in it. */
  async end(): Promise<Buffer> {
    let told = '';
    this.#dumpcap.stderr?.on('data', (text: Buffer) => {
      told += text.toString();
    });
    const ended = once(this.#dumpcap, 'close');
    this.#dumpcap.kill('SIGINT');
    await ended;
    process.off('exit', this.#kill);
    const lost = /received\/dropped on interface [^\n]*: \d+\/(\d+)/.exec(told)?.[1];
    if (lost !== '0') throw new Error(`dumpcap has lost ${lost ?? 'no one knows how many'} datagrams`);
    const bytes = readFileSync(this.#file);
    rmSync(this.#file);
    return bytes;
  }
}

/** One datagram of a capture. */
interface Captured {
  readonly atMicros: number;
  readonly fromPort: number;
  readonly toPort: number;
  readonly text: string;
}

/**
 * What a system that listens on `port` did with the messages that the ends had stamped. Throws for a file of another
 * kind.
 */
export function delaysOf(bytes: Buffer, port: number): CapturedDelays {
  const delays = { INVITE: new LatencyHistogram(), '180': new LatencyHistogram(), '200': new LatencyHistogram() };
  /** When a message came in; by what it is and its stamp. */
  const inside = new Map<string, number>();
  for (const { atMicros, fromPort, toPort, text } of datagramsOf(bytes)) {
    const kind = kindOf(text);
    const stamp = /^X-Stamp: (\d+)\r$/m.exec(text)?.[1];
    if (kind === null || stamp === undefined) continue;
    const key = `${kind} ${stamp}`;
    const cameMicros = inside.get(key);
    if (toPort === port && cameMicros === undefined) inside.set(key, atMicros);
    if (fromPort !== port || cameMicros === undefined) continue;
    delays[kind].record(atMicros - cameMicros);
    inside.delete(key);
  }
  return {
    inviteAdded: delays.INVITE.latency(),
    ringingAdded: delays['180'].latency(),
    answerAdded: delays['200'].latency(),
  };
}

/** From each INVITE of who calls from `port` to the first 180 that comes back to it, ms, as the network has it. */
export function ringingTimesOf(bytes: Buffer, port: number): number[] {
  const invitedMicros = new Map<string, number>();
  const timesMs: number[] = [];
  for (const { atMicros, fromPort, toPort, text } of datagramsOf(bytes)) {
    const kind = kindOf(text);
    const callId = /^Call-ID: (.*)\r$/m.exec(text)?.[1] ?? '';
    if (kind === 'INVITE' && fromPort === port && !invitedMicros.has(callId)) invitedMicros.set(callId, atMicros);
    const beganMicros = invitedMicros.get(callId);
    if (kind !== '180' || toPort !== port || beganMicros === undefined) continue;
    timesMs.push((atMicros - beganMicros) / 1000);
    invitedMicros.delete(callId);
  }
  return timesMs;
}

function kindOf(text: string): 'INVITE' | '180' | '200' | null {
  if (text.startsWith('INVITE ')) return 'INVITE';
  if (!/^CSeq: \d+ INVITE\r$/m.test(text)) return null;
  if (text.startsWith('SIP/2.0 180 ')) return '180';
  return text.startsWith('SIP/2.0 200 ') ? '200' : null;
}

function* datagramsOf(bytes: Buffer): Generator<Captured> {
  if (bytes.readUInt32LE(0) !== PCAP_MAGIC) throw new Error('no pcap file of this kind');
  for (let at = FILE_HEAD_BYTES; at + PACKET_HEAD_BYTES <= bytes.length; ) {
    const start = at + PACKET_HEAD_BYTES;
    const atMicros = bytes.readUInt32LE(at) * 1e6 + bytes.readUInt32LE(at + 4);
    const end = start + bytes.readUInt32LE(at + 8);
    at = end;
    const ip = start + ETHERNET_BYTES;
    if (end > bytes.length || bytes.readUInt16BE(ip - 2) !== IPV4) continue;
    const udp = ip + ((bytes[ip] as number) & 0x0f) * 4;
    const [fromPort, toPort] = [bytes.readUInt16BE(udp), bytes.readUInt16BE(udp + 2)];
    yield { atMicros, fromPort, toPort, text: bytes.toString('latin1', udp + UDP_HEAD_BYTES, end) };
  }
}
