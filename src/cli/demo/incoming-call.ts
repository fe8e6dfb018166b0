// One call at a simulated vendor: an INVITE server transaction that repeats its final response until the ACK, and a
// dialog that either side may end.

import { PATIENCE_MS, type PeerSocket, type Place } from './peer-socket.ts';
import { g711At, headerOf, printAnswer, printRequest, type SipText, tagOf, uriOf } from './sip-text.ts';

/** What a call shall become, as far as the vendor decides. Delays count from the INVITE. */
export interface IncomingPlan {
  /** Status it is refused with instead of ringing; 0 for none. */
  readonly refusal: number;
  readonly ringAfterMs: number;
  readonly answerAfterMs: number;
  /** Hung up so long after the answer, unless the caller was faster. */
  readonly holdMs: number;
}

type State = 'proceeding' | 'refused' | 'answered' | 'talking' | 'over';

const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  200: 'OK',
  486: 'Busy Here',
  487: 'Request Terminated',
  503: 'Service Unavailable',
};

const nothing = (): void => undefined;

/** The call as the vendor sees it. */
export class IncomingCall {
  readonly #peer: PeerSocket;
  readonly #invite: SipText;
  readonly #from: Place;
  readonly #tag: string;
  #state: State = 'proceeding';
  /** The last answer to the INVITE, for its repetitions. */
  #answer = '';
  #holdMs = 0;
  #stopClock = nothing;
  #stopSending = nothing;
  #onForgotten = nothing;

  /** `from` is where answers go; `tag` is this side's of the dialog. */
  constructor(peer: PeerSocket, invite: SipText, from: Place, tag: string) {
    this.#peer = peer;
    this.#invite = invite;
    this.#from = from;
    this.#tag = tag;
  }

  /** `work` runs when even repetitions need no answer any more. */
  whenForgotten(work: () => void): void {
    this.#onForgotten = work;
  }

  /** 100 at once, then what the plan says. */
  begin(plan: IncomingPlan): void {
    this.#holdMs = plan.holdMs;
    this.#respond(100);
    this.#stopClock = this.#peer.after(plan.ringAfterMs, () => {
      if (plan.refusal !== 0) return this.#final(plan.refusal, 'refused');
      this.#respond(180);
      this.#stopClock = this.#peer.after(plan.answerAfterMs - plan.ringAfterMs, () => this.#final(200, 'answered'));
    });
  }

  receive(message: SipText, from: Place): void {
    if (message.status !== 0) return this.#receiveAnswer(message);
    switch (message.method) {
      case 'INVITE':
        return this.#peer.send(this.#answer, from);
      case 'ACK':
        return this.#acknowledged();
      case 'CANCEL':
        this.#reply(message, 200, 'OK', from);
        if (this.#state === 'proceeding') this.#final(487, 'refused');
        return;
      case 'BYE':
        this.#reply(message, 200, 'OK', from);
        return this.#over();
      default:
        this.#reply(message, 501, 'Not Implemented', from);
    }
  }

  #receiveAnswer(response: SipText): void {
    if (response.method === 'BYE' && response.status >= 200) this.#over();
  }

  #acknowledged(): void {
    this.#stopSending();
    if (this.#state === 'refused') this.#over();
    if (this.#state !== 'answered') return;
    this.#state = 'talking';
    this.#stopClock = this.#peer.after(this.#holdMs, () => this.#hangUp());
  }

  #respond(status: number): void {
    this.#answer = this.#print(status);
    this.#peer.send(this.#answer, this.#from);
  }

  /** 3261 13.3.1.4 and 17.2.1: a final response is repeated until its ACK. */
  #final(status: number, state: State): void {
    this.#stopClock();
    this.#state = state;
    this.#answer = this.#print(status);
    this.#stopSending = this.#peer.sendUntilStopped(this.#answer, this.#from, () => this.#over());
  }

  #print(status: number): string {
    return printAnswer(this.#invite, {
      status,
      reason: REASONS[status] ?? '',
      toTag: status === 100 ? '' : this.#tag,
      contact: status < 300 && status > 100 ? `<sip:${this.#peer.address}:${this.#peer.port}>` : '',
      body: status === 200 ? g711At(this.#peer.address) : '',
    });
  }

  #reply(request: SipText, status: number, reason: string, to: Place): void {
    this.#peer.send(printAnswer(request, { status, reason, toTag: this.#tag, contact: '', body: '' }), to);
  }

  #hangUp(): void {
    const { address, port } = this.#peer;
    const to = headerOf(this.#invite, 'to');
    const bye = printRequest('BYE', uriOf(headerOf(this.#invite, 'contact')), [
      ['Via', `SIP/2.0/UDP ${address}:${port};branch=z9hG4bKb${this.#tag};rport`],
      ['Max-Forwards', '70'],
      ['From', tagOf(to) === '' ? `${to};tag=${this.#tag}` : to],
      ['To', headerOf(this.#invite, 'from')],
      ['Call-ID', headerOf(this.#invite, 'call-id')],
      ['CSeq', '1 BYE'],
    ]);
    this.#stopSending = this.#peer.sendUntilStopped(bye, this.#from, () => this.#over());
  }

  #over(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#stopClock();
    this.#stopSending();
    this.#peer.after(PATIENCE_MS, () => this.#onForgotten());
  }
}
