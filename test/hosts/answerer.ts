// A vendor's side: rings, answers, hears the BYE. Answers are repeated until acknowledged (RFC 3261 13.3.1.4).

import type { PeerMessage } from '../simulator/peer-message.ts';
import { respond } from './caller.ts';
import type { Peer, Place } from './peer.ts';

const T1_MS = 500;
const T2_MS = 4_000;

/** How the answerer behaves. */
export interface AnswererPlan {
  /** 180 to 200, ms; Infinity rings until it is cancelled. */
  readonly ringMs: number;
}

/** One call at the answerer. */
class AnsweredCall {
  readonly #peer: Peer;
  readonly #invite: PeerMessage;
  readonly #from: Place;
  isAcknowledged = false;
  isEnded = false;
  #last = '';
  #timer: NodeJS.Timeout | null = null;

  constructor(peer: Peer, invite: PeerMessage, from: Place, ringMs: number) {
    this.#peer = peer;
    this.#invite = invite;
    this.#from = from;
    this.#say(180, 'Ringing');
    if (ringMs !== Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#answer(T1_MS), ringMs);
  }

  /** The same INVITE again. */
  repeat(): void {
    this.#peer.send(this.#last, this.#from);
  }

  acknowledge(): void {
    this.isAcknowledged = true;
    this.stop();
  }

  cancel(): void {
    this.stop();
    if (this.isAcknowledged || this.isEnded) return;
    this.isEnded = true;
    this.#say(487, 'Request Terminated');
  }

  stop(): void {
    clearTimeout(this.#timer ?? undefined);
  }

  #answer(waitMs: number): void {
    this.#say(200, 'OK', this.#peer.sdp());
    this.#timer = setTimeout(() => this.#answer(Math.min(2 * waitMs, T2_MS)), waitMs);
  }

  #say(status: number, phrase: string, body = ''): void {
    const headers = `Contact: <sip:callee@${this.#peer.hostPort}>\r\n`;
    this.#last = respond(this.#invite, status, phrase, { toTag: `to-${this.#invite.callId}`, headers, body });
    this.#peer.send(this.#last, this.#from);
  }
}

/** Answers calls at one peer. */
export class Answerer {
  readonly peer: Peer;
  readonly calls = new Map<string, AnsweredCall>();
  readonly #plan: AnswererPlan;

  constructor(peer: Peer, plan: AnswererPlan) {
    this.peer = peer;
    this.#plan = plan;
    peer.onRequest = (request, from) => this.#receive(request, from);
  }

  /** Stops repeating what nobody acknowledges any more. */
  stop(): void {
    for (const call of this.calls.values()) call.stop();
  }

  #receive(request: PeerMessage, from: Place): void {
    const call = this.calls.get(request.callId);
    switch (request.method) {
      case 'INVITE':
        if (call !== undefined) return call.repeat();
        this.calls.set(request.callId, new AnsweredCall(this.peer, request, from, this.#plan.ringMs));
        return;
      case 'ACK':
        return call?.acknowledge();
      case 'CANCEL':
        this.peer.send(respond(request, 200, 'OK', { toTag: `to-${request.callId}` }), from);
        return call?.cancel();
      case 'BYE':
        if (call !== undefined) {
          call.isEnded = true;
          call.stop();
        }
        this.peer.send(respond(request, 200, 'OK'), from);
        return;
      default:
        this.peer.send(respond(request, 200, 'OK', { toTag: `to-${request.callId}` }), from);
    }
  }
}
