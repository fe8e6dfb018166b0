// A request that a peer sent, until its final answer: RFC 3261 17.1, with the RFC's own intervals.

import type { AgendaEntry } from './agenda.ts';
import type { PeerMessage } from './peer-message.ts';
import type { PeerPorts } from './peer-ports.ts';

const T1_MS = 500;
const T2_MS = 4000;
const LIFE_MS = 64 * T1_MS;

/** What the request consists of. */
export interface RequestParts {
  readonly method: string;
  readonly uri: string;
  readonly branch: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  /** Further lines, each with its CRLF. */
  readonly headers: string;
  readonly body: string;
}

/** Hears how it fares. An INVITE's 2xx comes every time it arrives. */
export interface ClientRequestUser {
  onProvisional(request: ClientRequest, response: PeerMessage): void;
  onFinal(request: ClientRequest, response: PeerMessage): void;
  onNoAnswer(request: ClientRequest): void;
}

/** Prints a request of `ports.place`. */
export function printRequest(ports: PeerPorts, parts: RequestParts): string {
  const { address, port } = ports.place;
  const { method, uri, branch, from, to, callId, cseq, headers, body } = parts;
  return (
    `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${address}:${port};branch=${branch}\r\nMax-Forwards: 70\r\n` +
    `From: ${from}\r\nTo: ${to}\r\nCall-ID: ${callId}\r\nCSeq: ${cseq} ${method}\r\n${headers}` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

/** One client transaction of a peer. */
export class ClientRequest {
  readonly parts: RequestParts;
  /** The final status; 0 before. */
  status = 0;
  hasProvisional = false;
  readonly #ports: PeerPorts;
  readonly #user: ClientRequestUser;
  readonly #text: string;
  #waitMs = T1_MS;
  #repeat: AgendaEntry | null = null;
  #lifetime: AgendaEntry;
  #isLimited = false;
  #ackText = '';

  constructor(ports: PeerPorts, parts: RequestParts, user: ClientRequestUser) {
    this.#ports = ports;
    this.parts = parts;
    this.#user = user;
    this.#text = printRequest(ports, parts);
    ports.send(this.#text);
    this.#lifetime = ports.agenda.after(LIFE_MS, () => this.#expire());
    this.#armRepeat();
  }

  get isInvite(): boolean {
    return this.parts.method === 'INVITE';
  }

  get isOver(): boolean {
    return this.status !== 0;
  }

  receive(response: PeerMessage): void {
    if (response.status < 200) return this.#receiveProvisional(response);
    if (this.isOver) return this.#receiveRepeat(response);
    this.status = response.status;
    this.#repeat?.callOff();
    this.#lifetime.callOff();
    if (this.isInvite && response.status >= 300) this.#acknowledge(response);
    this.#user.onFinal(this, response);
  }

  /** 9.1: nobody waits longer than 64*T1 for the final answer to a cancelled INVITE, or to one whose dialog is gone. */
  limit(): void {
    if (this.isOver) return;
    this.#isLimited = true;
    this.#lifetime.callOff();
    this.#lifetime = this.#ports.agenda.after(LIFE_MS, () => this.#expire());
  }

  #receiveProvisional(response: PeerMessage): void {
    if (this.isOver) return;
    this.hasProvisional = true;
    if (this.isInvite) {
      this.#repeat?.callOff();
      if (!this.#isLimited) this.#lifetime.callOff();
    } else {
      this.#waitMs = T2_MS;
    }
    this.#user.onProvisional(this, response);
  }

  #receiveRepeat(response: PeerMessage): void {
    if (!this.isInvite) return;
    if (response.status < 300) this.#user.onFinal(this, response);
    else if (this.#ackText !== '') this.#ports.send(this.#ackText);
  }

  // 17.1.1.3.
  #acknowledge(response: PeerMessage): void {
    const parts = { ...this.parts, method: 'ACK', to: response.to, headers: '', body: '' };
    this.#ackText = printRequest(this.#ports, parts);
    this.#ports.send(this.#ackText);
  }

  #armRepeat(): void {
    this.#repeat = this.#ports.agenda.after(this.#waitMs, () => {
      this.#ports.send(this.#text);
      this.#waitMs = this.isInvite ? 2 * this.#waitMs : Math.min(2 * this.#waitMs, T2_MS);
      this.#armRepeat();
    });
  }

  #expire(): void {
    this.#repeat?.callOff();
    this.status = 408;
    this.#user.onNoAnswer(this);
  }
}
