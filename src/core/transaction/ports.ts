// The border of the transaction layer (RFC 3261 17): what transactions may do to the world, what they ask of
// their users above, and what users see of them. Lower layers own the interfaces they need from above, so nothing
// here knows a dialog, a call or a gateway.

import type { Target } from '../base/target.ts';
import type { SipMessage } from '../sip/message.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { TimerWheel } from '../timer/wheel.ts';

/** What the layer counts, each with the method of its transaction. */
export type TransactionCount =
  /** Timer A or E: a request went out again. */
  | 'requestResent'
  /** A response went out again, by Timer G or because the request came again. */
  | 'responseResent'
  /** A repeated failure was acknowledged again. */
  | 'ackResent'
  /** A repeated request that had no answer to repeat, or whose answer others repeat (2xx). */
  | 'requestAbsorbed'
  /** The ACK of a failure, or one too many. */
  | 'ackAbsorbed'
  /** A response that its transaction no longer waits for. */
  | 'responseAbsorbed'
  /** A response of the user that the state does not allow; it was not sent. */
  | 'responseRefused'
  /** A CANCEL that waits for the first provisional response. */
  | 'cancelHeld'
  /** Timer B or F, or a cancelled INVITE without final response. */
  | 'requestTimedOut'
  /** A non-INVITE request that its user has not answered while the peer waited. */
  | 'requestUnanswered'
  /** Timer H: a failure was never acknowledged. */
  | 'ackMissing';

/** All that a transaction may do to the world. */
export interface TransactionPorts {
  /** Puts `text`, a latin1 string, on the wire. Never fails: what goes wrong later comes back as transportError. */
  transmit(text: string, target: Target): void;
  readonly wheel: TimerWheel;
  /** For the waits of transactions that have only to be forgotten: nobody is woken to do that on time. */
  readonly lingering: TimerWheel;
  count(what: TransactionCount, method: string): void;
}

/** Which of the four machines. */
export type TransactionKind = 'inviteClient' | 'nonInviteClient' | 'inviteServer' | 'nonInviteServer';

/** What the four machines have in common. */
export interface Transaction {
  readonly kind: TransactionKind;
  /** Under which the table finds it (17.1.3, 17.2.3). */
  readonly key: string;
  readonly method: string;
  readonly target: Target;
  /** The RFC's state, in lower case; 'terminated' once it has left the table. */
  readonly state: string;
  /** Datagrams to the target do not arrive (17.1.4, RFC 6026 8.8). */
  transportError(): void;
}

/** A request that we sent (17.1). */
export interface ClientTransaction extends Transaction {
  readonly branch: string;
  /** A response that matches it. */
  receive(response: SipMessage): void;
}

/** A request that we were sent (17.2). */
export interface ServerTransaction extends Transaction {
  /** A request that matches it; answers false when this is the user's affair (the ACK of a 2xx). */
  receive(request: SipMessage): boolean;
  /** Sends `text`, printed with `status`, and keeps it for repeats; drops and counts what the state forbids. */
  respond(status: number, text: string): void;
  /** Its user wants to hear nothing more; it may go before the transaction. */
  release?(): void;
}

/**
 * The user of client transactions. It is told last in a step, with the transaction in its next state, so that it may
 * act on the transaction, and start others, from inside. Never told from inside `invite` or `request`.
 */
export interface ClientUser {
  /**
   * Every provisional response; the first final one; of INVITE every 2xx, repeats and forks included. A 2xx may even
   * follow a failure (a fork downstream): it is to be acknowledged and hung up, never taken for the answer.
   */
  onResponse(transaction: ClientTransaction, response: SipMessage): void;
  /** No answer in time: treat as 408 (8.1.3.1). Terminated. */
  onTimeout(transaction: ClientTransaction): void;
  /** The request, or the ACK of its failure, did not get through: treat as 503 (8.1.3.1). Terminated. */
  onTransportError(transaction: ClientTransaction): void;
}

/** The user of server transactions; told as a ClientUser is. */
export interface ServerUser {
  /** Timer H: the ACK of a failure never came. Terminated. Whoever has nothing to do then leaves it out. */
  onTimeout?(transaction: ServerTransaction): void;
  /** A response did not get through. The transaction goes on, its timers end it (RFC 6026 8.8). */
  onTransportError(transaction: ServerTransaction): void;
  /** A CANCEL for this INVITE arrived and was answered (9.2); `reasonHeader` is its Reason value, '' for none. */
  onCancel?(reasonHeader: string): void;
  /** To tag of its answers to an INVITE, for the answer to a CANCEL (9.2): a caller may take that one's. */
  readonly localTag?: string;
}

/** A request to send, and how. */
export interface PrintedRequest {
  /** Of the top Via in `text`: unique in space and time (8.1.1.7). */
  readonly branch: string;
  /** The request, printed. */
  readonly text: string;
  readonly target: Target;
  readonly resend: ResendSchedule;
  /** Whether the transport repeats by itself (TCP, TLS). Default false. */
  readonly isReliable?: boolean;
}

/** A request to send, and whom to tell what becomes of it. */
export interface ClientRequest extends PrintedRequest {
  readonly user: ClientUser;
}

/** The same, of any method but INVITE and ACK. */
export interface NonInviteClientRequest extends ClientRequest {
  readonly method: string;
}

/** The table, as its transactions see it. */
export interface TransactionHome {
  readonly ports: TransactionPorts;
  /** Sends the CANCEL of `invite`, now that it may be (9.1). */
  startCancel(invite: ClientTransaction, text: string, resend: ResendSchedule): void;
  /** Forgets a transaction that has terminated. */
  retire(transaction: Transaction): void;
}
