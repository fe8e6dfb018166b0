// The INVITE of one attempt, as often as it has to be sent: its answer may ask for credentials or a longer session, and
// each time it is a new transaction with the next sequence number, the same Call-ID and the same From (8.1.3.5).

import type { AddressMethod, Target } from '../base/target.ts';
import { Dialog, type LocalEnd } from '../dialog/dialog.ts';
import type { SipMessage } from '../sip/message.ts';
import { SENT_BYTES_MAX } from '../sip/sip-limits.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { InviteClientTransaction } from '../transaction/invite-client.ts';
import type { ClientUser } from '../transaction/ports.ts';
import type { Reliability } from './caller-leg.ts';
import type { Surroundings } from './ports.ts';

/** Who is called, by whom, and where the datagrams go. */
export interface InviteAddress {
  /** The request line's URI. */
  readonly uri: string;
  /** Value of To, without tag. */
  readonly to: string;
  /** Value of From, without tag. */
  readonly from: string;
  readonly target: Target;
  /** Where later requests of its dialogs go. */
  readonly requestsTo: AddressMethod;
  /** Max-Forwards. */
  readonly hopsLeft: number;
  readonly resends: ResendSchedule;
}

/** One INVITE of ours. */
export class OutgoingInvite {
  readonly callId: string;
  readonly uri: string;
  readonly #around: Surroundings;
  readonly #local: LocalEnd;
  readonly #target: Target;
  readonly #requestsTo: AddressMethod;
  readonly #hopsLeft: number;
  readonly #resends: ResendSchedule;
  readonly #to: string;
  readonly #from: string;
  readonly #localTag: string;
  #cseq = 0;
  #branch = '';
  #transaction: InviteClientTransaction | null = null;

  constructor(around: Surroundings, address: InviteAddress) {
    const { uri, to, from, target, requestsTo, hopsLeft, resends } = address;
    this.#around = around;
    this.#target = target;
    this.#requestsTo = requestsTo;
    this.#hopsLeft = hopsLeft;
    this.#resends = resends;
    this.#local = around.localEnd(target.listener);
    this.#to = to;
    this.uri = uri;
    this.callId = around.mintCallId();
    this.#localTag = around.mintTag();
    this.#from = `${from};tag=${this.#localTag}`;
  }

  get cseq(): number {
    return this.#cseq;
  }

  /**
   * Sends it, the first time or once more; false when it is too large to be sent. `headers`: lines, each with its CRLF.
   * `user`: whom to tell of answers.
   */
  send(headers: string, body: string, user: ClientUser): boolean {
    this.#cseq += 1;
    this.#branch = this.#around.mintBranch();
    const contact = `Contact: <sip:${this.#local.hostPort}>\r\n`;
    const text = this.#print('INVITE', contact + headers, body);
    if (text.length > SENT_BYTES_MAX) return false;
    const request = { branch: this.#branch, text, target: this.#target, resend: this.#resends, user };
    this.#transaction = this.#around.transactions.invite(request);
    return true;
  }

  /**
   * Gives it up. `isResent`: the INVITE may go on being sent, for without an answer the peer cannot be sent the CANCEL.
   * `headers`: lines of the CANCEL.
   */
  cancel(isResent: boolean, headers: string): void {
    if (this.#transaction === null) return;
    // 9.1: the CANCEL has the branch of the INVITE, which is how the peer finds it.
    const cancel = this.#print('CANCEL', headers, '');
    this.#around.transactions.cancel(this.#transaction, cancel, this.#resends, isResent);
  }

  /** From now on `user` is told of answers. */
  handTo(user: ClientUser): void {
    this.#transaction?.handTo(user);
  }

  /** The dialog that `response` makes. */
  dialogOf(response: SipMessage): Dialog {
    const identity = { callId: this.callId, localTag: this.#localTag, localAddress: this.#from, cseq: this.#cseq };
    return Dialog.asClient(response, identity, this.#local, { source: this.#target, requestsTo: this.#requestsTo });
  }

  #print(method: string, headers: string, body: string): string {
    return (
      `${method} ${this.uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${this.#local.hostPort};branch=${this.#branch};rport\r\n` +
      `Max-Forwards: ${this.#hopsLeft}\r\nFrom: ${this.#from}\r\nTo: ${this.#to}\r\nCall-ID: ${this.callId}\r\n` +
      `CSeq: ${this.#cseq} ${method}\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`
    );
  }
}

/** The extensions offered to the gateway. */
export function extensionsOf(reliability: Reliability, hasTimer: boolean): string {
  const timer = hasTimer ? 'Supported: timer\r\n' : '';
  if (reliability === 'none') return timer;
  const offered = hasTimer ? 'Supported: 100rel, timer\r\n' : 'Supported: 100rel\r\n';
  return reliability === 'required' ? `${offered}Require: 100rel\r\n` : offered;
}
