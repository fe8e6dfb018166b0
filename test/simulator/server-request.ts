// A request that a peer received, until nobody can ask for its answer any more: RFC 3261 17.2, and 13.3.1.4 for the
// 2xx to an INVITE, which is repeated like a failure until its ACK arrives.

import type { AgendaEntry } from './agenda.ts';
import type { PeerMessage } from './peer-message.ts';
import type { PeerPorts } from './peer-ports.ts';

const T1_MS = 500;
const T2_MS = 4000;
const LIFE_MS = 64 * T1_MS;

/** An answer. */
export interface AnswerParts {
  readonly status: number;
  readonly phrase: string;
  /** Given to To when the request had no tag. */
  readonly tag: string;
  /** Further lines, each with its CRLF. */
  readonly headers: string;
  readonly body: string;
}

/** One server transaction of a peer. */
export class ServerRequest {
  readonly request: PeerMessage;
  /** The final status sent; 0 before. */
  status = 0;
  isAcknowledged = false;
  readonly #ports: PeerPorts;
  #text = '';
  #waitMs = T1_MS;
  #repeat: AgendaEntry | null = null;
  #lifetime: AgendaEntry | null = null;

  constructor(ports: PeerPorts, request: PeerMessage) {
    this.#ports = ports;
    this.request = request;
  }

  get isInvite(): boolean {
    return this.request.method === 'INVITE';
  }

  /** Whether anything was said to it. */
  get isAnswered(): boolean {
    return this.#text !== '';
  }

  /** Answers it. `onNoAck`: a final answer to an INVITE was never acknowledged. */
  respond(parts: AnswerParts, onNoAck: (() => void) | null = null): void {
    if (this.status !== 0) return;
    this.#text = printResponse(this.request, parts);
    this.#ports.send(this.#text);
    if (parts.status < 200) return;
    this.status = parts.status;
    if (!this.isInvite) return;
    this.#armRepeat();
    this.#lifetime = this.#ports.agenda.after(LIFE_MS, () => {
      this.stop();
      onNoAck?.();
    });
  }

  /** The request came again. A 2xx is repeated by its own clock only (RFC 6026). */
  again(): void {
    const isSuccess = this.isInvite && this.status >= 200 && this.status < 300;
    if (this.#text !== '' && !isSuccess && !this.isAcknowledged) this.#ports.send(this.#text);
  }

  acknowledged(): void {
    this.isAcknowledged = true;
    this.stop();
  }

  /** Repeats nothing any more. */
  stop(): void {
    this.#repeat?.callOff();
    this.#lifetime?.callOff();
  }

  #armRepeat(): void {
    this.#repeat = this.#ports.agenda.after(this.#waitMs, () => {
      this.#ports.send(this.#text);
      this.#waitMs = Math.min(2 * this.#waitMs, T2_MS);
      this.#armRepeat();
    });
  }
}

function printResponse(request: PeerMessage, { status, phrase, tag, headers, body }: AnswerParts): string {
  const to = request.toTag === '' && status > 100 ? `${request.to};tag=${tag}` : request.to;
  return (
    `SIP/2.0 ${status} ${phrase}\r\n${request.vias}From: ${request.from}\r\nTo: ${to}\r\n` +
    `Call-ID: ${request.callId}\r\nCSeq: ${request.cseq} ${request.method}\r\n${headers}` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}
