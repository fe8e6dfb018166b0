// One end of a dialog at a peer: RFC 3261 12, 14 and 15 as a plain user agent keeps them. Callers and answerers add
// how the dialog begins.

import type { AgendaEntry } from './agenda.ts';
import { ClientRequest, type ClientRequestUser, printRequest, type RequestParts } from './client-request.ts';
import type { PeerMessage } from './peer-message.ts';
import type { PeerPorts } from './peer-ports.ts';
import type { Ask, TalkPlan } from './plans.ts';
import { ServerRequest } from './server-request.ts';
import { SWITCH_PLACE } from './switch.ts';

/** Where requests in a dialog go: what the switch must name in its Contact. */
export const SWITCH_URI = `sip:${SWITCH_PLACE.address}:${SWITCH_PLACE.port}`;

/** Media addresses belong to neither side: SDP crosses as it is. */
const MEDIA_HOST = '10.99.0.1';

/** Whether media is sent and taken, or only sent: on hold. */
export type Direction = 'sendrecv' | 'sendonly';

/** Header line of an SDP body. */
export const SDP_TYPE = 'Content-Type: application/sdp\r\n';

/** Who a leg is, besides its ports. */
export interface LegIdentity {
  readonly callIndex: number;
  readonly callId: string;
  readonly localTag: string;
  /** Value of From in its requests, tag included. */
  readonly localAddress: string;
}

/** A leg of a peer. */
export abstract class PeerLeg implements ClientRequestUser {
  readonly callIndex: number;
  readonly callId: string;
  readonly localTag: string;
  /** The dialog is over for this side: BYE went one way or the other, or it never began. */
  isOver = false;
  isConfirmed = false;
  protected readonly ports: PeerPorts;
  protected readonly localAddress: string;
  protected remoteAddress = '';
  protected remoteTag = '';
  protected localCseq = 1;
  #remoteCseq = -1;
  readonly #clients = new Map<string, ClientRequest>();
  readonly #servers = new Map<string, ServerRequest>();
  readonly #plans: AgendaEntry[] = [];
  /** ACKs of 2xx by CSeq number, for their repeats. */
  readonly #acks = new Map<number, string>();

  constructor(ports: PeerPorts, identity: LegIdentity) {
    this.ports = ports;
    this.callIndex = identity.callIndex;
    this.callId = identity.callId;
    this.localTag = identity.localTag;
    this.localAddress = identity.localAddress;
  }

  /** A datagram for this leg. */
  receive(message: PeerMessage): void {
    if (!message.isRequest) {
      this.#clients.get(`${message.method} ${message.branch}`)?.receive(message);
      return;
    }
    if (message.method === 'ACK') return this.#receiveAck(message);
    const known = this.#servers.get(`${message.method} ${message.branch}`);
    if (known !== undefined) return known.again();
    const request = this.serve(message);
    if (message.toTag === '') this.receiveOutside(request);
    else this.#receiveInside(request);
  }

  /** Everything this leg still waited for; empty when it is at rest. */
  unfinished(): string[] {
    const open = [...this.#clients.values()].filter(({ isOver }) => !isOver).map(({ parts }) => parts.method);
    return this.isOver ? open : [...open, 'dialog'];
  }

  /** A request without To tag: an INVITE or its CANCEL. */
  protected abstract receiveOutside(request: ServerRequest): void;

  protected serve(message: PeerMessage): ServerRequest {
    const request = new ServerRequest(this.ports, message);
    this.#servers.set(`${message.method} ${message.branch}`, request);
    return request;
  }

  /** The dialog stands: what is planned for it is put on the agenda. */
  protected confirm(talk: TalkPlan): void {
    this.isConfirmed = true;
    for (const ask of talk.asks) this.plan(ask.afterMs, () => this.#ask(ask));
    if (talk.hangUpAfterMs !== null) this.plan(talk.hangUpAfterMs, () => this.hangUp());
  }

  /** Something to do later, unless the dialog is over by then. */
  protected plan(afterMs: number, run: () => void): void {
    this.#plans.push(this.ports.agenda.after(afterMs, run));
  }

  protected hangUp(): void {
    if (this.isOver) return;
    this.end();
    this.send('BYE', '', '');
  }

  protected end(): void {
    this.isOver = true;
    // Nobody waits for ever for the answer to a re-INVITE of a dialog that is gone.
    for (const client of this.#clients.values()) if (client.isInvite) client.limit();
    for (const entry of this.#plans.splice(0)) entry.callOff();
  }

  /** Sends a request in the dialog, or the INVITE that begins it. */
  protected send(
    method: string,
    headers: string,
    body: string,
    uri = SWITCH_URI,
    cseq = this.#nextCseq(),
  ): ClientRequest {
    return this.sendParts({ ...this.#parts(method, uri, cseq), headers, body });
  }

  protected sendParts(parts: RequestParts): ClientRequest {
    const request = new ClientRequest(this.ports, parts, this);
    this.#clients.set(`${parts.method} ${parts.branch}`, request);
    return request;
  }

  /** 13.2.2.4: acknowledges a 2xx, and again for each repeat. */
  protected acknowledge(cseq: number, headers: string, body: string): void {
    const known = this.#acks.get(cseq);
    const text = known ?? printRequest(this.ports, { ...this.#parts('ACK', SWITCH_URI, cseq), headers, body });
    this.#acks.set(cseq, text);
    this.ports.send(text);
  }

  protected sdp(direction: Direction): string {
    return (
      `v=0\r\no=- ${this.ports.prng.below(10_000)} 1 IN IP4 ${MEDIA_HOST}\r\ns=-\r\nc=IN IP4 ${MEDIA_HOST}\r\n` +
      `t=0 0\r\nm=audio 4000 RTP/AVP 8\r\na=${direction}\r\n`
    );
  }

  protected complain(sentence: string): void {
    this.ports.complain(this.callIndex, sentence);
  }

  onProvisional(_request: ClientRequest, _response: PeerMessage): void {
    // In a dialog only the final answer counts.
  }

  onFinal(request: ClientRequest, response: PeerMessage): void {
    const { method, cseq } = request.parts;
    if (method === 'INVITE' && response.status < 300) return this.acknowledge(cseq, '', '');
    if (method === 'BYE' || method === 'CANCEL') return;
    if (response.status === 491) {
      this.ports.note('glare');
      if (method === 'INVITE' && this.ports.prng.chance(0.5)) {
        this.plan(100 + this.ports.prng.below(4000), () => this.#ask({ afterMs: 0, method: 'INVITE' }));
      }
    } else if (response.status >= 300) {
      this.ports.note('refusedInCall');
    }
    // 12.2.1.2.
    if (response.status === 481 || response.status === 408) this.hangUp();
  }

  onNoAnswer(request: ClientRequest): void {
    this.ports.note('requestUnanswered');
    if (request.parts.method !== 'BYE') this.hangUp();
  }

  #receiveInside(request: ServerRequest): void {
    const { method, cseq, fromTag } = request.request;
    if (fromTag !== this.remoteTag) {
      this.complain(`a ${method} has the From tag ${fromTag}, the dialog has ${this.remoteTag}`);
      return this.answer(request, 481, 'No Such Dialog');
    }
    if (cseq <= this.#remoteCseq) return this.answer(request, 500, 'Out of Order');
    this.#remoteCseq = cseq;
    if (method === 'BYE') return this.#receiveBye(request);
    if (this.isOver) {
      this.ports.note('requestAfterEnd');
      return this.answer(request, 481, 'Over');
    }
    if (method !== 'INVITE') return this.answer(request, 200, 'OK');
    this.#receiveReinvite(request);
  }

  #receiveBye(request: ServerRequest): void {
    this.answer(request, 200, 'OK');
    if (!this.isConfirmed) this.receiveEarlyBye();
    if (this.isOver) this.ports.note('byeCrossed');
    for (const server of this.#servers.values()) if (server.isInvite) server.stop();
    this.end();
  }

  /** The ACK of a final answer of this side arrived. */
  protected onAcknowledged(_request: ServerRequest): void {
    // Only the first INVITE's begins something.
  }

  /** A BYE before the answer was confirmed from this side's point of view. */
  protected abstract receiveEarlyBye(): void;

  #receiveReinvite(request: ServerRequest): void {
    // 14.2: glare.
    const isInviting = [...this.#clients.values()].some(({ isInvite, isOver }) => isInvite && !isOver);
    if (isInviting) return this.answer(request, 491, 'Request Pending');
    this.ports.note('reInvited');
    const body = this.sdp(request.request.hasSdp ? 'sendonly' : 'sendrecv');
    this.answer(request, 200, 'OK', `Contact: <${this.#contact()}>\r\n${SDP_TYPE}`, body);
  }

  /** Answers a request; a final answer to INVITE that is never acknowledged ends the dialog (13.3.1.4). */
  protected answer(request: ServerRequest, status: number, phrase: string, headers = '', body = ''): void {
    const onNoAck = status < 300 ? () => this.#neverAcknowledged() : null;
    request.respond({ status, phrase, tag: this.localTag, headers, body }, onNoAck);
  }

  #neverAcknowledged(): void {
    this.ports.note('neverAcknowledged');
    this.hangUp();
  }

  #receiveAck(ack: PeerMessage): void {
    for (const server of this.#servers.values()) {
      if (!server.isInvite || server.request.cseq !== ack.cseq) continue;
      const isSameBranch = server.request.branch === ack.branch;
      if (server.status >= 300 && !isSameBranch)
        this.complain('17.1.1.3: the ACK of a failure has the branch of the INVITE');
      if (server.status < 300 && isSameBranch) this.complain('13.2.2.4: the ACK of a 2xx has a branch of its own');
      if (server.isAcknowledged) continue;
      server.acknowledged();
      this.onAcknowledged(server);
    }
  }

  #ask({ method }: Ask): void {
    if (this.isOver) return;
    const body = method === 'INFO' ? 'Signal=5\r\n' : this.sdp('sendonly');
    const type = method === 'INFO' ? 'Content-Type: application/dtmf-relay\r\n' : SDP_TYPE;
    this.send(method, `Contact: <${this.#contact()}>\r\n${type}`, body);
  }

  #parts(method: string, uri: string, cseq: number): Omit<RequestParts, 'headers' | 'body'> {
    return {
      method,
      uri,
      branch: `z9hG4bK-${this.ports.prng.hex(2)}`,
      from: this.localAddress,
      to: this.remoteAddress,
      callId: this.callId,
      cseq,
    };
  }

  #nextCseq(): number {
    return this.localCseq++;
  }

  #contact(): string {
    return `sip:${this.ports.place.address}:${this.ports.place.port}`;
  }
}
