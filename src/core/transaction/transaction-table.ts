// All transactions of a shard: finds the one a message belongs to, or makes it. RFC 3261 17.1.3, 17.2.3, 9.1, 9.2.
//
//   response  --> the client transaction with its branch and CSeq method, or nobody's (counted by the caller)
//   request   --> a server transaction that absorbs it, or new: the caller decides and serves it
//   ACK       --> the INVITE whose failure it acknowledges; the ACK of a 2xx is the dialog's
//   CANCEL    --> new, as any request; `inviteOf` names the INVITE it is about

import { assert } from '../base/assert.ts';
import type { Target } from '../base/target.ts';
import type { SipMessage } from '../sip/message.ts';
import { isUniqueBranch } from '../sip/via.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import { InviteClientTransaction } from './invite-client.ts';
import { InviteServerTransaction } from './invite-server.ts';
import { NonInviteClientTransaction } from './non-invite-client.ts';
import { NonInviteServerTransaction } from './non-invite-server.ts';
import type {
  ClientRequest,
  ClientTransaction,
  NonInviteClientRequest,
  ServerTransaction,
  ServerUser,
  Transaction,
  TransactionHome,
  TransactionKind,
  TransactionPorts,
} from './ports.ts';
import { clientKey, mergeKey, serverKey } from './transaction-key.ts';

/**
 * Transactions of one shard. With no room the caller refuses new requests (`hasRoom`) instead of serving them. Requests
 * of our own are as many as the calls that there are need, and always go out. Above what others may fill
 * (OUTSIDE_TRANSACTIONS_MAX) all calls of a shard could end at once, with a BYE that comes and one that goes.
 */
export const TRANSACTIONS_MAX = 393_216;

/** One transaction seen from outside, for the console and for crash reports. */
export interface TransactionView {
  readonly kind: TransactionKind;
  readonly key: string;
  readonly state: string;
  readonly address: string;
  readonly port: number;
}

/** The transactions of one shard. */
export class TransactionTable {
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ServerTransaction>();
  /** INVITEs once more, by what they have in common on every way to us. */
  readonly #invites = new Map<string, InviteServerTransaction>();
  readonly #counts: Record<TransactionKind, number>;
  readonly #home: TransactionHome;
  readonly #transactionsMax: number;

  /** `transactionsMax`: lower in tests. */
  constructor(ports: TransactionPorts, transactionsMax = TRANSACTIONS_MAX) {
    this.#counts = { inviteClient: 0, nonInviteClient: 0, inviteServer: 0, nonInviteServer: 0 };
    this.#transactionsMax = transactionsMax;
    this.#home = {
      ports,
      startCancel: (invite, text, resend) => this.#startCancel(invite, text, resend),
      retire: (transaction) => this.#retire(transaction),
    };
  }

  /** Transactions alive. */
  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /** Transactions alive, by machine. */
  get counts(): Readonly<Record<TransactionKind, number>> {
    return this.#counts;
  }

  /** Whether another request may be served. To serve one without room is a defect. */
  get hasRoom(): boolean {
    return this.size < this.#transactionsMax;
  }

  /** Sends an INVITE (17.1.1). */
  invite(request: ClientRequest): InviteClientTransaction {
    const transaction = new InviteClientTransaction(request, this.#home);
    this.#admitClient(transaction);
    transaction.start();
    return transaction;
  }

  /** Sends a request of any other method but ACK (17.1.2). An ACK of a 2xx is no transaction: transmit it. */
  request(request: NonInviteClientRequest): NonInviteClientTransaction {
    assert(request.method !== 'INVITE' && request.method !== 'ACK', 'INVITE and ACK have ways of their own');
    return this.#startRequest(new NonInviteClientTransaction(request.method, request, request.user, this.#home));
  }

  /**
   * Cancels an INVITE (9.1) with the CANCEL `text`. Before a provisional response the CANCEL is held and sent on the
   * first one; after a final response it is not sent. The final response, 487 or other, comes to the INVITE's user;
   * when none comes within 64*T1 after the CANCEL, onTimeout does. A second call for one INVITE changes nothing.
   * `isResent` false stops the resends of an INVITE that nobody has answered: the peer is given up, and only should it
   * have the INVITE after all does it get the CANCEL.
   */
  cancel(invite: InviteClientTransaction, text: string, resend: ResendSchedule, isResent = true): void {
    invite.cancel(text, resend, isResent);
  }

  /** Gives a response to the transaction it belongs to; false when there is none. */
  receiveResponse(response: SipMessage): boolean {
    const transaction = this.#clients.get(clientKey(response.method, response.topVia.branch));
    if (transaction === undefined) return false;
    transaction.receive(response);
    return true;
  }

  /** The transaction that absorbed `request`; null when it is new, or the ACK of a 2xx, and the caller's to act on. */
  receiveRequest(request: SipMessage): ServerTransaction | null {
    const transaction = this.#findServer(request);
    return transaction?.receive(request) ? transaction : null;
  }

  /** Begins to serve a request that `receiveRequest` found to be new. Responses go to `target`. */
  serve(request: SipMessage, target: Target, user: ServerUser, isReliable = false): ServerTransaction {
    assert(request.method !== 'ACK', 'an ACK has no transaction of its own');
    assert(this.hasRoom, 'the caller asks for room before it serves');
    const transaction =
      request.method === 'INVITE'
        ? new InviteServerTransaction(request, target, user, isReliable, this.#home)
        : new NonInviteServerTransaction(request, target, user, isReliable, this.#home);
    assert(!this.#servers.has(transaction.key), 'only a new request is served');
    this.#servers.set(transaction.key, transaction);
    this.#counts[transaction.kind]++;
    if (transaction.kind === 'inviteServer' && !this.#invites.has(transaction.mergeKey)) {
      this.#invites.set(transaction.mergeKey, transaction);
    }
    return transaction;
  }

  /** The INVITE that `cancel` is about (9.2); null when there is none (481). */
  inviteOf(cancel: SipMessage): InviteServerTransaction | null {
    const transaction = this.#servers.get(serverKey(cancel, 'INVITE')) ?? this.#findElsewhere(cancel);
    return transaction instanceof InviteServerTransaction ? transaction : null;
  }

  /** Whether a new INVITE without To tag has come by another way too and is being served (8.2.2.2: 482). */
  isMerged(invite: SipMessage): boolean {
    if (invite.method !== 'INVITE' || invite.toTag !== '') return false;
    const first = this.#invites.get(mergeKey(invite));
    return first !== undefined && first.key !== serverKey(invite, 'INVITE');
  }

  /** Datagrams to this address do not arrive: everyone who sends there is told. Walks all transactions. */
  transportError(address: string, port: number): void {
    const concerned: Transaction[] = [];
    // Collected first: those who are told may begin new transactions, to the same address even.
    for (const transaction of this.#clients.values()) {
      if (isToward(transaction.target, address, port)) concerned.push(transaction);
    }
    for (const transaction of this.#servers.values()) {
      if (isToward(transaction.target, address, port)) concerned.push(transaction);
    }
    for (const transaction of concerned) transaction.transportError();
  }

  /** Every transaction as it stands. */
  inspect(): TransactionView[] {
    return [...this.#clients.values(), ...this.#servers.values()].map(({ kind, key, state, target }) => ({
      kind,
      key,
      state,
      address: target.address,
      port: target.port,
    }));
  }

  #startCancel(invite: ClientTransaction, text: string, resend: ResendSchedule): void {
    const { branch, target } = invite;
    this.#startRequest(new NonInviteClientTransaction('CANCEL', { branch, target, text, resend }, null, this.#home));
  }

  #startRequest(transaction: NonInviteClientTransaction): NonInviteClientTransaction {
    this.#admitClient(transaction);
    transaction.start();
    return transaction;
  }

  #admitClient(transaction: ClientTransaction): void {
    assert(!this.#clients.has(transaction.key), 'a branch is unique in space and time');
    this.#clients.set(transaction.key, transaction);
    this.#counts[transaction.kind]++;
  }

  #retire(transaction: Transaction): void {
    this.#counts[transaction.kind]--;
    if (transaction.kind === 'inviteClient' || transaction.kind === 'nonInviteClient') {
      this.#clients.delete(transaction.key);
      return;
    }
    this.#servers.delete(transaction.key);
    if (transaction instanceof InviteServerTransaction && this.#invites.get(transaction.mergeKey) === transaction) {
      this.#invites.delete(transaction.mergeKey);
    }
  }

  #findServer(request: SipMessage): ServerTransaction | undefined {
    const { method } = request;
    if (method !== 'INVITE' && method !== 'ACK') return this.#servers.get(serverKey(request, method));
    const invite = this.#servers.get(serverKey(request, 'INVITE')) ?? this.#findElsewhere(request);
    if (method === 'ACK' && invite instanceof InviteServerTransaction && !invite.isAcknowledgedBy(request)) {
      return undefined;
    }
    return invite;
  }

  /**
   * The INVITE of an INVITE, ACK or CANCEL whose sent-by is another one.
   *
   * Departs from 17.2.3 and 9.2: a NAT or its SIP gateway may write another sent-by into the CANCEL or ACK than into
   * the INVITE; taken at their word, the callee would ring on (481), or a failure be repeated for 32 s. Branch,
   * Call-ID, From tag and CSeq number together name the INVITE as surely.
   */
  #findElsewhere(request: SipMessage): InviteServerTransaction | undefined {
    const invite = this.#invites.get(mergeKey(request));
    const { branch } = request.topVia;
    return invite !== undefined && isUniqueBranch(branch) && invite.branch === branch ? invite : undefined;
  }
}

function isToward(target: Target, address: string, port: number): boolean {
  return target.port === port && target.address === address;
}
