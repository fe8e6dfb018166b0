// A customer's side: one call, or many at a constant rate whatever becomes of them (an open loop).

import { setTimeout as sleep } from 'node:timers/promises';
import type { PeerMessage } from '../simulator/peer-message.ts';
import type { Exchange } from './exchange.ts';
import type { Peer, Place } from './peer.ts';

/** What became of a call as the caller saw it. */
export interface CallStory {
  readonly callId: string;
  /** Final status of the INVITE; 0 when none came. */
  readonly status: number;
  /** Final status of the caller's BYE; 0 when it sent none, or none came. */
  readonly byeStatus: number;
  /** The other side hung up first. */
  readonly wasHungUp: boolean;
  /** INVITEs sent, repeats included, and responses to them. */
  readonly inviteCount: number;
  readonly responseCount: number;
}

/** A call to place. */
export interface CallPlan {
  readonly to: Place;
  readonly callee: string;
  /** Answer to BYE, ms. */
  readonly holdMs: number;
  /** How long the caller waits for a final response, ms. */
  readonly patienceMs?: number;
}

/** How long a caller waits for a final response unless told otherwise, ms. */
const RING_PATIENCE_MS = 20_000;

/** Places calls from one peer. */
export class Caller {
  readonly peer: Peer;
  /** Calls that the other side ended, by Call-ID. */
  readonly #hungUp = new Set<string>();

  constructor(peer: Peer) {
    this.peer = peer;
    peer.onRequest = (request, from) => this.#receive(request, from);
  }

  /** The INVITE of a call, sent. `callId`: the call's name at this side. */
  invite(plan: CallPlan, callId: string): Exchange {
    return this.peer.ask(this.inviteParts(plan, callId), plan.to, plan.patienceMs ?? RING_PATIENCE_MS);
  }

  /** What the INVITE of `callId` is made of; its CANCEL needs the same. */
  inviteParts({ to, callee }: CallPlan, callId: string) {
    const uri = `sip:${callee}@${to.address}:${to.port}`;
    const headers = `Contact: <sip:caller@${this.peer.hostPort}>\r\n`;
    const from = `<sip:4930555000@${this.peer.place.address}>;tag=from-${callId}`;
    return { method: 'INVITE', uri, from, to: `<${uri}>`, callId, cseq: 1, headers, body: this.peer.sdp() };
  }

  /** Calls, holds, hangs up. Who hears nothing final in time cancels, and hangs up on an answer that still comes. */
  async place(plan: CallPlan): Promise<CallStory> {
    const callId = this.peer.mint();
    const invite = this.invite(plan, callId);
    invite.onLateSuccess = (answer) => void this.#hangUp(answer, plan.to);
    const final = await invite.final;
    if (final === null) this.peer.cancel(invite, this.inviteParts(plan, callId), plan.to);
    const told = {
      callId,
      status: final?.status ?? 0,
      inviteCount: invite.sentCount,
      responseCount: invite.responses.length,
    };
    if (final === null || final.status >= 300) return { ...told, byeStatus: 0, wasHungUp: false };
    await sleep(plan.holdMs);
    if (this.#hungUp.has(callId)) return { ...told, byeStatus: 0, wasHungUp: true };
    const bye = await this.#hangUp(final, plan.to);
    return { ...told, byeStatus: bye?.status ?? 0, wasHungUp: false };
  }

  /** `count` calls, `perSecond` of them each second; resolves when the last one is over. */
  async load(plan: CallPlan, count: number, perSecond: number): Promise<CallStory[]> {
    const startMs = performance.now();
    const calls: Promise<CallStory>[] = [];
    for (let index = 0; index < count; index++) {
      const waitMs = startMs + (index * 1000) / perSecond - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      calls.push(this.place(plan));
    }
    return Promise.all(calls);
  }

  #hangUp(answer: PeerMessage, to: Place): Promise<PeerMessage | null> {
    const { contact, from, to: remote, callId, cseq } = answer;
    return this.peer.ask({ method: 'BYE', uri: contact, from, to: remote, callId, cseq: cseq + 1 }, to).final;
  }

  #receive(request: PeerMessage, from: Place): void {
    if (request.method === 'BYE') this.#hungUp.add(request.callId);
    if (request.method !== 'ACK') this.peer.send(respond(request, 200, 'OK'), from);
  }
}

/** A response without a body. `headers`: further lines, each with its CRLF; `toTag`: when the request has none. */
export function respond(
  request: PeerMessage,
  status: number,
  phrase: string,
  { toTag = '', headers = '', body = '' }: { toTag?: string; headers?: string; body?: string } = {},
): string {
  const to = request.toTag === '' && toTag !== '' ? `${request.to};tag=${toTag}` : request.to;
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  return (
    `SIP/2.0 ${status} ${phrase}\r\n${request.vias}From: ${request.from}\r\nTo: ${to}\r\n` +
    `Call-ID: ${request.callId}\r\nCSeq: ${request.cseq} ${request.method}\r\n${headers}${type}` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}
