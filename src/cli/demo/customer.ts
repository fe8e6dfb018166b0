// A simulated customer: places calls into the switch from one address, some of which it gives up before the answer.

import type { Prng } from '../../core/base/prng.ts';
import { OutgoingCall } from './outgoing-call.ts';
import { PeerSocket, type Place } from './peer-socket.ts';
import { headerOf, printAnswer, type SipText } from './sip-text.ts';

/** What a call shall become, as far as the caller decides. */
export interface CallPlan {
  readonly caller: string;
  readonly callee: string;
  /** Given up after so long when nobody has answered; null for patient callers. */
  readonly cancelAfterMs: number | null;
  /** Hung up so long after the answer, unless the callee was faster. */
  readonly holdMs: number;
}

/** What the caller saw of a call that is over. */
export interface CallReport {
  readonly callId: string;
  /** Final status of the INVITE; 0 when there was none within 64 * T1. */
  readonly status: number;
  /** INVITE to first 18x, or to the answer, ms; null when it came to neither. */
  readonly postDialDelayMs: number | null;
}

/** One customer with its socket and its live calls. */
export class Customer {
  readonly name: string;
  readonly address: string;
  readonly #peer: PeerSocket;
  readonly #target: Place;
  readonly #prng: Prng;
  readonly #onOver: (report: CallReport) => void;
  readonly #calls = new Map<string, OutgoingCall>();

  private constructor(name: string, peer: PeerSocket, options: CustomerOptions) {
    this.name = name;
    this.address = peer.address;
    this.#peer = peer;
    this.#target = options.target;
    this.#prng = options.prng;
    this.#onOver = options.onOver;
  }

  /** Binds a free port of `options.address`. */
  static async open(options: CustomerOptions): Promise<Customer> {
    let customer: Customer | null = null;
    const peer = await PeerSocket.bind(options.address, (message, from) => customer?.receive(message, from));
    customer = new Customer(options.name, peer, options);
    return customer;
  }

  /** Places a call; answers its Call-ID. */
  call(plan: CallPlan): string {
    const callId = `${this.#prng.hex(3)}@${this.address}`;
    const call = new OutgoingCall(
      this.#peer,
      { plan, callId, target: this.#target, tag: this.#prng.hex(2) },
      (report) => this.#onOver(report),
    );
    // What the switch repeats afterwards still has to be answered: the call is known for a while after its end.
    call.whenForgotten(() => this.#calls.delete(callId));
    this.#calls.set(callId, call);
    call.begin();
    return callId;
  }

  /** Gives up or hangs up every call that lives. */
  endAll(): void {
    for (const call of this.#calls.values()) call.end();
  }

  receive(message: SipText, from: Place): void {
    const call = this.#calls.get(headerOf(message, 'call-id'));
    if (call !== undefined) call.receive(message, from);
    else if (message.status === 0 && message.method !== 'ACK') this.#refuse(message, from);
  }

  close(): void {
    this.#peer.close();
  }

  #refuse(request: SipText, from: Place): void {
    const status = request.method === 'OPTIONS' ? 200 : 481;
    const reason = status === 200 ? 'OK' : 'Call/Transaction Does Not Exist';
    this.#peer.send(printAnswer(request, { status, reason, toTag: 'demo', contact: '', body: '' }), from);
  }
}

/** What a customer is made with. */
export interface CustomerOptions {
  readonly name: string;
  readonly address: string;
  /** The switch. */
  readonly target: Place;
  readonly prng: Prng;
  /** Told once for each call. */
  readonly onOver: (report: CallReport) => void;
}
