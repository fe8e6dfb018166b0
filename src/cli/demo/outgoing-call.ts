// One call of a simulated customer: an INVITE client transaction, a dialog, and the CANCEL or BYE that ends them.
//
//   inviting --1xx--> proceeding --2xx--> talking --BYE--> leaving --200--> over
//       |                 |                  `--BYE from the callee-------> over
//       `----3xx-6xx------+--CANCEL--> (487 or a late 2xx, hung up at once) -> over

import type { CallPlan, CallReport } from './customer.ts';
import { PATIENCE_MS, type PeerSocket, type Place } from './peer-socket.ts';
import { g711At, headerOf, printAnswer, printRequest, type SipText, uriOf } from './sip-text.ts';

type State = 'inviting' | 'proceeding' | 'talking' | 'leaving' | 'over';

/** What a call is made with. */
export interface OutgoingCallOptions {
  readonly plan: CallPlan;
  readonly callId: string;
  readonly target: Place;
  readonly tag: string;
}

const nothing = (): void => undefined;

/** The call as its caller sees it. */
export class OutgoingCall {
  readonly #peer: PeerSocket;
  readonly #options: OutgoingCallOptions;
  readonly #onOver: (report: CallReport) => void;
  readonly #inviteUri: string;
  readonly #from: string;
  #state: State = 'inviting';
  #to: string;
  #remoteUri: string;
  #ack = '';
  #status = 0;
  #begunAtMs = 0;
  #postDialDelayMs: number | null = null;
  #isUnwanted = false;
  #isCancelled = false;
  #stopInvite = nothing;
  #stopRequest = nothing;
  #stopClock = nothing;
  #onForgotten = nothing;

  /** `onOver` is told once, when nothing more is to be said. */
  constructor(peer: PeerSocket, options: OutgoingCallOptions, onOver: (report: CallReport) => void) {
    const { plan, target, tag } = options;
    this.#peer = peer;
    this.#options = options;
    this.#onOver = onOver;
    this.#inviteUri = `sip:${plan.callee}@${target.address}:${target.port}`;
    this.#remoteUri = this.#inviteUri;
    this.#from = `<sip:${plan.caller}@${peer.address}>;tag=${tag}`;
    this.#to = `<${this.#inviteUri}>`;
  }

  /** `work` runs when even repetitions need no answer any more. */
  whenForgotten(work: () => void): void {
    this.#onForgotten = work;
  }

  /** Sends the INVITE. */
  begin(): void {
    this.#begunAtMs = performance.now();
    const { target, plan } = this.#options;
    const body = g711At(this.#peer.address);
    const invite = this.#request('INVITE', 1, this.#inviteUri, 'i', body);
    this.#stopInvite = this.#peer.sendUntilStopped(invite, target, () => this.#over());
    if (plan.cancelAfterMs !== null) this.#stopClock = this.#peer.after(plan.cancelAfterMs, () => this.end());
  }

  /** Ends the call however far it has come. */
  end(): void {
    this.#isUnwanted = true;
    if (this.#state === 'proceeding') this.#cancel();
    else if (this.#state === 'talking') this.#hangUp();
  }

  receive(message: SipText, from: Place): void {
    if (message.status === 0) this.#receiveRequest(message, from);
    else if (message.method === 'INVITE') this.#receiveInviteAnswer(message);
    else if (message.method === 'BYE' && message.status >= 200) this.#over();
    else if (message.method === 'CANCEL' && message.status >= 200) this.#stopRequest();
  }

  #receiveRequest(request: SipText, from: Place): void {
    if (request.method === 'ACK') return;
    const isBye = request.method === 'BYE';
    const [status, reason] = isBye ? [200, 'OK'] : [501, 'Not Implemented'];
    this.#peer.send(printAnswer(request, { status, reason, toTag: '', contact: '', body: '' }), from);
    if (isBye) this.#over();
  }

  #receiveInviteAnswer(response: SipText): void {
    this.#stopInvite();
    if (response.status < 200) this.#progress(response.status);
    else if (this.#status !== 0) this.#peer.send(this.#ack, this.#options.target);
    else if (response.status < 300) this.#answered(response);
    else this.#failed(response);
  }

  #progress(status: number): void {
    if (status > 100) this.#postDialDelayMs ??= performance.now() - this.#begunAtMs;
    if (this.#state !== 'inviting') return;
    this.#state = 'proceeding';
    // 3261 9.1: no CANCEL before a provisional response; one that was wanted earlier goes now.
    if (this.#isUnwanted) this.#cancel();
  }

  #answered(response: SipText): void {
    this.#status = response.status;
    this.#state = 'talking';
    this.#postDialDelayMs ??= performance.now() - this.#begunAtMs;
    this.#to = headerOf(response, 'to');
    this.#remoteUri = uriOf(headerOf(response, 'contact'));
    this.#stopClock();
    this.#ack = this.#request('ACK', 1, this.#remoteUri, 'a');
    this.#peer.send(this.#ack, this.#options.target);
    if (this.#isUnwanted) this.#hangUp();
    else this.#stopClock = this.#peer.after(this.#options.plan.holdMs, () => this.#hangUp());
  }

  #failed(response: SipText): void {
    this.#status = response.status;
    this.#to = headerOf(response, 'to');
    // 3261 17.1.1.3: the ACK of a failure belongs to the INVITE's transaction and has its branch.
    this.#ack = this.#request('ACK', 1, this.#inviteUri, 'i');
    this.#peer.send(this.#ack, this.#options.target);
    this.#over();
  }

  #cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    const cancel = this.#request('CANCEL', 1, this.#inviteUri, 'i');
    this.#stopRequest = this.#peer.sendUntilStopped(cancel, this.#options.target, nothing);
    // A 487 that never comes must not keep the call: 9.1 lets a client give up after 64 * T1.
    this.#stopClock();
    this.#stopClock = this.#peer.after(PATIENCE_MS, () => this.#over());
  }

  #hangUp(): void {
    if (this.#state !== 'talking') return;
    this.#state = 'leaving';
    this.#stopClock();
    this.#stopRequest();
    const bye = this.#request('BYE', 2, this.#remoteUri, 'b');
    this.#stopRequest = this.#peer.sendUntilStopped(bye, this.#options.target, () => this.#over());
  }

  #over(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#stopInvite();
    this.#stopRequest();
    this.#stopClock();
    this.#peer.after(PATIENCE_MS, () => this.#onForgotten());
    const { callId } = this.#options;
    this.#onOver({ callId, status: this.#status, postDialDelayMs: this.#postDialDelayMs });
  }

  /** `part` tells the branches of one call apart. */
  #request(method: string, sequence: number, uri: string, part: string, body = ''): string {
    const { address, port } = this.#peer;
    const { callId, plan } = this.#options;
    return printRequest(
      method,
      uri,
      [
        ['Via', `SIP/2.0/UDP ${address}:${port};branch=z9hG4bK${part}${callId.slice(0, 24)};rport`],
        ['Max-Forwards', '70'],
        ['From', this.#from],
        ['To', this.#to],
        ['Call-ID', callId],
        ['CSeq', `${sequence} ${method}`],
        ['Contact', `<sip:${plan.caller}@${address}:${port}>`],
      ],
      body,
    );
  }
}
