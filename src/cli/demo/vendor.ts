// A simulated vendor: takes calls from the switch in one of three tempers.

import type { Prng } from '../../core/base/prng.ts';
import { IncomingCall, type IncomingPlan } from './incoming-call.ts';
import { PeerSocket, type Place } from './peer-socket.ts';
import { headerOf, printAnswer, type SipText } from './sip-text.ts';

/** dead: its socket is there and says nothing. halfBusy: refuses every other call by chance. good: takes what comes. */
export type Temper = 'dead' | 'halfBusy' | 'good';

/** Of the refusals of a busy vendor so many are 486, the called party; the rest is 503, its own lines. */
const USER_BUSY_SHARE = 0.5;

/** One vendor with its socket and its live calls. */
export class Vendor {
  readonly name: string;
  readonly address: string;
  readonly #peer: PeerSocket;
  readonly #temper: Temper;
  readonly #prng: Prng;
  readonly #calls = new Map<string, IncomingCall>();
  readonly #heard = new Set<string>();

  private constructor(options: VendorOptions, peer: PeerSocket) {
    this.name = options.name;
    this.address = options.address;
    this.#temper = options.temper;
    this.#prng = options.prng;
    this.#peer = peer;
  }

  /** Binds a free port of `options.address`. */
  static async open(options: VendorOptions): Promise<Vendor> {
    let vendor: Vendor | null = null;
    const peer = await PeerSocket.bind(options.address, (message, from) => vendor?.receive(message, from));
    vendor = new Vendor(options, peer);
    return vendor;
  }

  get port(): number {
    return this.#peer.port;
  }

  /** Calls whose INVITE came here, repetitions not counted. */
  get invitedCount(): number {
    return this.#heard.size;
  }

  receive(message: SipText, from: Place): void {
    const callId = headerOf(message, 'call-id');
    if (message.method === 'INVITE' && message.status === 0) this.#heard.add(callId);
    if (this.#temper === 'dead') return;
    const call = this.#calls.get(callId);
    if (call !== undefined) call.receive(message, from);
    else if (message.status === 0) this.#begin(message, from, callId);
  }

  close(): void {
    this.#peer.close();
  }

  #begin(request: SipText, from: Place, callId: string): void {
    if (request.method === 'ACK') return;
    if (request.method !== 'INVITE') {
      const isPing = request.method === 'OPTIONS';
      const [status, reason] = isPing ? [200, 'OK'] : [481, 'Call/Transaction Does Not Exist'];
      this.#peer.send(printAnswer(request, { status, reason, toTag: 'demo', contact: '', body: '' }), from);
      return;
    }
    const call = new IncomingCall(this.#peer, request, from, this.#prng.hex(2));
    this.#calls.set(callId, call);
    call.whenForgotten(() => this.#calls.delete(callId));
    call.begin(this.#plan());
  }

  #plan(): IncomingPlan {
    const prng = this.#prng;
    const ringAfterMs = 30 + prng.below(220);
    if (this.#temper === 'halfBusy' && prng.chance(0.5)) {
      return { refusal: prng.chance(USER_BUSY_SHARE) ? 486 : 503, ringAfterMs, answerAfterMs: 0, holdMs: 0 };
    }
    return {
      refusal: 0,
      ringAfterMs,
      answerAfterMs: ringAfterMs + 300 + prng.below(2_700),
      holdMs: 1_500 + prng.below(12_000),
    };
  }
}

/** What a vendor is made with. */
export interface VendorOptions {
  readonly name: string;
  readonly address: string;
  readonly temper: Temper;
  readonly prng: Prng;
}
