// A DNS server for one test: A and AAAA records with a TTL (RFC 1035 4.1, 3596), failures, or no answer at all.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { TestContext } from 'node:test';
import { parseIp } from '../../src/core/base/ip-address.ts';

const HEAD_BYTES = 12;
export const TYPE_A = 1;
export const TYPE_AAAA = 28;
const SERVER_FAILURE = 2;
const NAME_ERROR = 3;

/** Answers by what it is told now. */
export class DnsServer {
  /** Addresses by name. */
  readonly records = new Map<string, readonly string[]>();
  isSilent = false;
  /** Of this type every question fails; 0 for none. */
  failing = 0;
  ttlSeconds = 1;
  askedCount = 0;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (question, { port, address }) => {
      this.askedCount += 1;
      if (!this.isSilent) socket.send(this.#answer(question), port, address);
    });
  }

  /** One on a free port of loopback, closed after the test. */
  static async open(context: TestContext): Promise<DnsServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    context.after(() => socket.close());
    return new DnsServer(socket);
  }

  /** As a start file names it. */
  get place(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  #answer(question: Buffer): Buffer {
    const labels: string[] = [];
    let at = HEAD_BYTES;
    for (let length = question[at] as number; length > 0; length = question[at] as number) {
      labels.push(question.toString('latin1', at + 1, at + 1 + length).toLowerCase());
      at += 1 + length;
    }
    const addresses = this.records.get(labels.join('.'));
    const type = question.readUInt16BE(at + 1);
    const isFailing = type === this.failing;
    const found = isFailing ? [] : (addresses ?? []).filter((text) => typeOf(text) === type);
    const code = isFailing ? SERVER_FAILURE : addresses === undefined ? NAME_ERROR : 0;
    const head = Buffer.alloc(HEAD_BYTES);
    question.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8580 | code, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(found.length, 6);
    return Buffer.concat([head, question.subarray(HEAD_BYTES, at + 5), ...found.map((text) => this.#record(text))]);
  }

  #record(address: string): Buffer {
    const bytes = (parseIp(address) ?? []).flatMap((word) => [word >> 8, word & 255]).slice(isIPv6(address) ? 0 : 12);
    const type = typeOf(address);
    const record = Buffer.from([0xc0, HEAD_BYTES, 0, type, 0, 1, 0, 0, 0, 0, 0, bytes.length, ...bytes]);
    record.writeUInt32BE(this.ttlSeconds, 6);
    return record;
  }
}

function typeOf(address: string): number {
  return isIPv6(address) ? TYPE_AAAA : TYPE_A;
}
