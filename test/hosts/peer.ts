// A SIP peer on a real socket of loopback: it keeps all that arrives, with its time, and repeats what it asks. It reads
// and prints SIP by itself, so that a fault of the switch's parser or printer does not hide itself.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { PeerMessage } from '../simulator/peer-message.ts';
import { Exchange } from './exchange.ts';
import type { Scope } from './scope.ts';

/** An address and a port. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** A message that arrived. */
export interface Arrival {
  readonly message: PeerMessage;
  readonly from: Place;
  /** By the clock of performance.now(). */
  readonly atMs: number;
}

/** What a request consists of; Via and Content-Length are the peer's. */
export interface RequestParts {
  readonly method: string;
  readonly uri: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  /** Further lines, each with its CRLF. */
  readonly headers?: string;
  readonly body?: string;
}

/** Kernel buffer: a test process that is kept waiting must not lose datagrams by it. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** One bound peer. */
export class Peer {
  readonly place: Place;
  readonly arrivals: Arrival[] = [];
  /** Hears requests; responses go to the exchange they belong to. */
  onRequest: (request: PeerMessage, from: Place) => void = () => undefined;
  /** Sees every message that it sends or hears. */
  onTraffic: (isSent: boolean, text: string) => void = () => undefined;
  readonly #socket: Socket;
  readonly #exchanges = new Map<string, Exchange>();
  #mintedCount = 0;
  #isClosed = false;

  private constructor(socket: Socket) {
    const { address, port } = socket.address();
    this.place = { address, port };
    this.#socket = socket;
    socket.on('message', (bytes, { address: from, port: fromPort }) => {
      this.#receive(bytes.toString('latin1'), { address: from, port: fromPort });
    });
  }

  /** A peer on any free port of `address`, closed after the test. */
  static async open(context: Scope, address: string): Promise<Peer> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    socket.bind({ address, port: 0, exclusive: true });
    await once(socket, 'listening');
    const peer = new Peer(socket);
    context.after(() => peer.close());
    return peer;
  }

  get hostPort(): string {
    return `${this.place.address}:${this.place.port}`;
  }

  /** Requests of `method` that arrived, repeats included. */
  requests(method: string): Arrival[] {
    return this.arrivals.filter(({ message }) => message.isRequest && message.method === method);
  }

  /** Something never given out before by any peer. */
  mint(): string {
    this.#mintedCount += 1;
    return `${this.place.address.replaceAll('.', '-')}-${this.place.port}-${this.#mintedCount}`;
  }

  send(text: string, to: Place): void {
    if (this.#isClosed) return;
    this.#socket.send(Buffer.from(text, 'latin1'), to.port, to.address);
    this.onTraffic(true, text);
  }

  /** Sends a request and repeats it until it is answered; `patienceMs`: when to give up. */
  ask(parts: RequestParts, to: Place, patienceMs?: number): Exchange {
    const branch = `z9hG4bK-${this.mint()}`;
    const ports = {
      send: (text: string) => this.send(text, to),
      printAck: (response: PeerMessage) => this.#printAck(parts, branch, response),
    };
    const exchange = new Exchange(ports, parts.method, this.print(parts, branch), patienceMs);
    this.#exchanges.set(`${parts.method} ${branch}`, exchange);
    return exchange;
  }

  /** Asks whether anybody is there. What was sent with the same Call-ID, or to the same shard, is dealt with before. */
  options(to: Place, callId = this.mint()): Exchange {
    const uri = `sip:${to.address}:${to.port}`;
    const from = `<sip:peer@${this.hostPort}>;tag=${callId}`;
    return this.ask({ method: 'OPTIONS', uri, from, to: `<${uri}>`, callId, cseq: 1 }, to);
  }

  /** Cancels an INVITE that was asked: same branch, a transaction of its own (RFC 3261 9.1). */
  cancel(invite: Exchange, parts: RequestParts, to: Place): Exchange {
    const key = [...this.#exchanges].find(([, exchange]) => exchange === invite)?.[0] ?? '';
    const branch = key.slice('INVITE '.length);
    const cancel = { ...parts, method: 'CANCEL', headers: '', body: '' };
    const ports = { send: (text: string) => this.send(text, to), printAck: () => '' };
    const exchange = new Exchange(ports, 'CANCEL', this.print(cancel, branch));
    this.#exchanges.set(`CANCEL ${branch}`, exchange);
    return exchange;
  }

  /** A request as text. */
  print({ method, uri, from, to, callId, cseq, headers = '', body = '' }: RequestParts, branch: string): string {
    const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
    return (
      `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${this.hostPort};branch=${branch};rport\r\nMax-Forwards: 70\r\n` +
      `From: ${from}\r\nTo: ${to}\r\nCall-ID: ${callId}\r\nCSeq: ${cseq} ${method}\r\n${headers}${type}` +
      `Content-Length: ${body.length}\r\n\r\n${body}`
    );
  }

  /** A session description of this peer. */
  sdp(): string {
    const { address, port } = this.place;
    return (
      `v=0\r\no=peer 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\n` +
      `m=audio ${port} RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n`
    );
  }

  close(): void {
    this.#isClosed = true;
    for (const exchange of this.#exchanges.values()) exchange.stop();
    this.#socket.close();
  }

  #receive(text: string, from: Place): void {
    if (isMedia(text)) return;
    this.onTraffic(false, text);
    const atMs = performance.now();
    const message = new PeerMessage(text);
    this.arrivals.push({ message, from, atMs });
    if (message.isRequest) return this.onRequest(message, from);
    this.#exchanges.get(`${message.method} ${message.branch}`)?.receive(message);
  }

  #printAck(parts: RequestParts, inviteBranch: string, response: PeerMessage): string {
    const isSuccess = response.status < 300;
    const ack = { ...parts, method: 'ACK', to: response.to, headers: '', body: '' };
    if (isSuccess) return this.print({ ...ack, uri: response.contact }, `z9hG4bK-${this.mint()}`);
    return this.print(ack, inviteBranch);
  }
}

/** RTP or RTCP (version 2): the description names the port of SIP, and a user agent of others talks to it. */
function isMedia(text: string): boolean {
  return text.charCodeAt(0) >> 6 === 2;
}
