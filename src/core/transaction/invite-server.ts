// The INVITE server transaction: RFC 3261 17.2.1, figure 7, with RFC 6026 7.1, 8.5 and 8.8 (accepted, Timer L).
//
//                              | INVITE: the user answers 100 at once
//                              v
//     INVITE: send again  +------------+  transport error:
//     1xx of user: send   |            |  tell the user
//           +-------------| proceeding |----+
//           +------------>|            |<---+
//                         +------------+
//       300-699 of user:    |        | 2xx of user: send; arm L
//       send; arm G, H      |        +-----------------------------+
//                           v                                      v
//     INVITE: send    +------------+                         +------------+  INVITE: absorb
//     again           |            |  transport error:       |            |  ACK: to the user
//     G: send again   | completed  |  tell the user          |  accepted  |  2xx of user: send
//           +---------|            |----+                    |            |----+  transport error:
//           +-------->|            |<---+                    |            |<---+  tell the user
//                     +------------+                         +------------+
//                       |        | H: tell the user                | L
//       ACK: arm I      |        +--------> terminated             v
//                       v                                     terminated
//                     +------------+
//     INVITE, ACK:    | confirmed  |
//     absorb +--------|            |--------> terminated
//            +------->|            |  I
//                     +------------+
//
// Accepted is RFC 6026's cure: by RFC 3261 a 2xx ended the transaction, and the next repeat of the INVITE began a
// second call. The user, not the transaction, repeats a 2xx until its ACK comes (13.3.1.4). How long proceeding may
// last is the user's affair too. Over a reliable transport G does not run and I is zero.

import { flat } from '../base/flat.ts';
import type { Target } from '../base/target.ts';
import { SipMessage } from '../sip/message.ts';
import { parseMessage } from '../sip/parse-message.ts';
import { isUniqueBranch } from '../sip/via.ts';
import {
  SipTimer,
  type SipTimerLetter,
  sipTimerLetter,
  T2_MS,
  TIMER_G_MS,
  TIMER_H_MS,
  TIMER_I_MS,
  TIMER_L_MS,
} from '../timer/sip-timers.ts';
import type { Timed, TimerHandle } from '../timer/wheel.ts';
import type { ServerTransaction, ServerUser, TransactionHome, TransactionPorts } from './ports.ts';
import { branchOf, mergeKey, serverKey } from './transaction-key.ts';

/** The states of figure 7 and RFC 6026. */
export type InviteServerState = 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';

type Input = 'INVITE' | 'ACK' | '1xx' | '2xx' | '300-699' | 'transportError' | SipTimerLetter;

/** Who is left of a user that wants to hear nothing more: its To tag, for the answer to a CANCEL. */
class FormerUser implements ServerUser {
  readonly localTag: string;

  constructor(localTag: string) {
    this.localTag = localTag;
  }

  onTransportError(): void {
    // Nobody waits for it.
  }
}

const NOBODY: ServerUser = { onTransportError: () => undefined };

/** An INVITE that we were sent. */
export class InviteServerTransaction implements ServerTransaction, Timed {
  readonly kind = 'inviteServer';
  readonly method = 'INVITE';
  readonly key: string;
  /** Of all branches on which this INVITE may have come (8.2.2.2). */
  readonly mergeKey: string;
  readonly target: Target;
  user: ServerUser;
  readonly #isReliable: boolean;
  readonly #ports: TransactionPorts;
  readonly #home: TransactionHome;
  #state: InviteServerState = 'proceeding';
  /** The last response, while it may have to be sent again. */
  #text = '';
  #repeatMs = TIMER_G_MS;
  /** G. */
  #repeat: TimerHandle = 0;
  /** H. */
  #lifetime: TimerHandle = 0;
  /** What the user is told at the end of the present step. */
  #notice: 'none' | 'timeout' | 'transportError' = 'none';

  constructor(request: SipMessage, target: Target, user: ServerUser, isReliable: boolean, home: TransactionHome) {
    this.key = flat(serverKey(request, 'INVITE'));
    this.mergeKey = flat(mergeKey(request));
    this.target = target;
    this.user = user;
    this.#isReliable = isReliable;
    this.#ports = home.ports;
    this.#home = home;
  }

  get state(): InviteServerState {
    return this.#state;
  }

  get branch(): string {
    return branchOf(this.key);
  }

  receive(request: SipMessage): boolean {
    if (request.method !== 'ACK') this.#step('INVITE', '');
    else if (this.#state === 'accepted') return false;
    else this.#step('ACK', '');
    return true;
  }

  respond(status: number, text: string): void {
    if (status < 200) this.#step('1xx', text);
    else if (status < 300) this.#step('2xx', text);
    else this.#step('300-699', text);
  }

  /** 17.2.3: an ACK by RFC 2543, whose branch proves nothing, acknowledges the failure that has its To tag. */
  isAcknowledgedBy(ack: SipMessage): boolean {
    if (this.#state !== 'completed' || isUniqueBranch(this.branch)) return true;
    const failure = parseMessage(this.#text);
    return failure instanceof SipMessage && failure.toTag === ack.toTag;
  }

  release(): void {
    const { localTag } = this.user;
    this.user = localTag === undefined ? NOBODY : new FormerUser(localTag);
  }

  transportError(): void {
    this.#step('transportError', '');
  }

  due(kind: number): void {
    this.#step(sipTimerLetter(kind), '');
  }

  /** `text`: the response, where the input is one. */
  #step(input: Input, text: string): void {
    this.#notice = 'none';
    const before = this.#state;
    this.#state = this.#next(input, text);
    if (this.#state === 'terminated' && before !== 'terminated') this.#leave();
    this.#tellUser();
  }

  #next(input: Input, text: string): InviteServerState {
    switch (this.#state) {
      case 'proceeding':
        return this.#proceeding(input, text);
      case 'completed':
        return this.#completed(input);
      case 'confirmed':
        return this.#confirmed(input);
      case 'accepted':
        return this.#accepted(input, text);
      case 'terminated':
        return this.#refuse(input, 'terminated');
    }
  }

  #proceeding(input: Input, text: string): InviteServerState {
    switch (input) {
      case 'INVITE':
        if (this.#text === '') this.#ports.count('requestAbsorbed', 'INVITE');
        else this.#sendAgain();
        return 'proceeding';
      case '1xx':
        this.#send(text);
        return 'proceeding';
      case '2xx':
        this.#ports.transmit(text, this.target);
        this.#text = '';
        this.#ports.lingering.arm(this, SipTimer.L, TIMER_L_MS);
        return 'accepted';
      case '300-699':
        this.#send(text);
        this.#lifetime = this.#ports.wheel.arm(this, SipTimer.H, TIMER_H_MS);
        if (!this.#isReliable) this.#armRepeat();
        return 'completed';
      default:
        return this.#unmoved(input, 'proceeding');
    }
  }

  #completed(input: Input): InviteServerState {
    switch (input) {
      case 'INVITE':
        this.#sendAgain();
        return 'completed';
      case 'G':
        this.#sendAgain();
        this.#repeatMs = Math.min(2 * this.#repeatMs, T2_MS);
        this.#armRepeat();
        return 'completed';
      case 'H':
        this.#ports.count('ackMissing', 'INVITE');
        this.#notice = 'timeout';
        return 'terminated';
      case 'ACK':
        this.#disarmAll();
        this.#text = '';
        this.#ports.count('ackAbsorbed', 'INVITE');
        if (this.#isReliable) return 'terminated';
        this.#ports.lingering.arm(this, SipTimer.I, TIMER_I_MS);
        return 'confirmed';
      default:
        return this.#unmoved(input, 'completed');
    }
  }

  #confirmed(input: Input): InviteServerState {
    switch (input) {
      case 'INVITE':
        this.#ports.count('requestAbsorbed', 'INVITE');
        return 'confirmed';
      case 'I':
        return 'terminated';
      case 'transportError':
        return 'confirmed';
      default:
        return this.#unmoved(input, 'confirmed');
    }
  }

  #accepted(input: Input, text: string): InviteServerState {
    switch (input) {
      case 'INVITE':
        this.#ports.count('requestAbsorbed', 'INVITE');
        return 'accepted';
      case '2xx':
        this.#ports.transmit(text, this.target);
        return 'accepted';
      case 'L':
        return 'terminated';
      default:
        return this.#unmoved(input, 'accepted');
    }
  }

  /** The arrows that leave every state where it is. */
  #unmoved(input: Input, state: InviteServerState): InviteServerState {
    if (input === 'transportError') this.#notice = 'transportError';
    if (input === 'ACK') this.#ports.count('ackAbsorbed', 'INVITE');
    return this.#refuse(input, state);
  }

  /** A response of the user that no arrow of `state` sends. */
  #refuse(input: Input, state: InviteServerState): InviteServerState {
    if (input === '1xx' || input === '2xx' || input === '300-699') this.#ports.count('responseRefused', 'INVITE');
    return state;
  }

  #send(text: string): void {
    this.#text = text;
    this.#ports.transmit(text, this.target);
  }

  #sendAgain(): void {
    this.#ports.count('responseResent', 'INVITE');
    this.#ports.transmit(this.#text, this.target);
  }

  #armRepeat(): void {
    this.#repeat = this.#ports.wheel.arm(this, SipTimer.G, this.#repeatMs);
  }

  #disarmAll(): void {
    this.#ports.wheel.disarm(this.#repeat, this);
    this.#ports.wheel.disarm(this.#lifetime, this);
  }

  #leave(): void {
    this.#disarmAll();
    this.#text = '';
    this.#home.retire(this);
  }

  #tellUser(): void {
    if (this.#notice === 'timeout') this.user.onTimeout?.(this);
    else if (this.#notice === 'transportError') this.user.onTransportError(this);
  }
}
