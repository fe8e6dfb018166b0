// The INVITE client transaction: RFC 3261 17.1.1, figure 5, with RFC 6026 7.2 and 8.4 (accepted, Timer M).
//
//                         | INVITE: send; arm A, B
//                         v
//        A: resend  +------------+  B, transport error: tell the user
//           +-------|  calling   |------------------------------------> terminated
//           +------>|            |  300-699: send ACK; pass up; arm D
//                   +------------+-----------------------------------+
//      2xx: pass up;  |   | 1xx: pass up; send a held CANCEL         |
//      arm M          |   v                                          |
//                     | +------------+  X: tell the user             |
//      1xx: pass up   | |            |---------------> terminated    |
//           +---------|-| proceeding |                               |
//           +---------|>|            |  300-699: as above            |
//                     | +------------+---------------------------+   |
//                     |   | 2xx: as on the left                  |   |
//                     v   v                                      v   v
//                   +------------+                          +------------+
//      2xx: pass up |  accepted  |       300-699: ACK again | completed  |
//           +-------|            |                  +-------|            |
//           +------>|            |                  +------>|            |
//                   +------------+                          +------------+
//                         | M                                     | D; transport error: tell the user
//                         v                                       v
//                    terminated                              terminated
//
// A and B follow the operator's resend list, so A stops growing at its longest wait. A CANCEL is held until a
// provisional response has come (9.1); X, which the RFC gives no letter, ends a cancelled INVITE that has no final
// response within 64*T1. No other limit stands in proceeding: how long a callee may ring is the user's affair. Over a
// reliable transport A does not run and D is zero.
//
// The figure has no arrow for a 2xx in completed: a fork that answers after another has failed. It is passed up, so
// that the user can acknowledge it and hang up (13.2.2.4).

import { flat } from '../base/flat.ts';
import type { Target } from '../base/target.ts';
import type { SipMessage } from '../sip/message.ts';
import { readBack } from '../sip/parse-message.ts';
import { printAck } from '../sip/print-ack.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import {
  CANCELLED_INVITE_MS,
  SipTimer,
  type SipTimerLetter,
  sipTimerLetter,
  TIMER_D_MS,
  TIMER_M_MS,
} from '../timer/sip-timers.ts';
import type { Timed, TimerHandle } from '../timer/wheel.ts';
import { type ClientNotice, tellClientUser } from './client-notice.ts';
import type { ClientRequest, ClientTransaction, ClientUser, TransactionHome, TransactionPorts } from './ports.ts';
import { branchOf, clientKey } from './transaction-key.ts';

/** The states of figure 5 and RFC 6026. */
export type InviteClientState = 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated';

type Input = '1xx' | '2xx' | '300-699' | 'cancel' | 'transportError' | SipTimerLetter;

/** An INVITE of ours. */
export class InviteClientTransaction implements ClientTransaction, Timed {
  readonly kind = 'inviteClient';
  readonly method = 'INVITE';
  readonly key: string;
  readonly target: Target;
  readonly #isReliable: boolean;
  readonly #resend: ResendSchedule;
  #user: ClientUser;
  readonly #ports: TransactionPorts;
  readonly #home: TransactionHome;
  #state: InviteClientState = 'calling';
  /** What would have to be sent again: the INVITE, then the ACK of its failure. */
  #text: string;
  #resendCount = 0;
  /** A. */
  #repeat: TimerHandle = 0;
  /** B or X. */
  #lifetime: TimerHandle = 0;
  /** D: a transport error ends it sooner. */
  #lingering: TimerHandle = 0;
  #cancelText = '';
  #cancelResend: ResendSchedule | null = null;
  /** What the user is told at the end of the present step. */
  #notice: ClientNotice = 'none';

  constructor(request: ClientRequest, home: TransactionHome) {
    this.key = flat(clientKey('INVITE', request.branch));
    this.target = request.target;
    this.#isReliable = request.isReliable ?? false;
    this.#resend = request.resend;
    this.#user = request.user;
    this.#ports = home.ports;
    this.#home = home;
    this.#text = request.text;
  }

  get state(): InviteClientState {
    return this.#state;
  }

  get branch(): string {
    return branchOf(this.key);
  }

  /** Sends the INVITE. Once, by the table. */
  start(): void {
    this.#ports.transmit(this.#text, this.target);
    this.#live(SipTimer.B, this.#resend.failsAfterMs);
    if (!this.#isReliable) this.#armRepeat();
  }

  receive(response: SipMessage): void {
    if (response.status < 200) this.#step('1xx', response);
    else if (response.status < 300) this.#step('2xx', response);
    else this.#step('300-699', response);
  }

  /**
   * 9.1: asks for `text`, the CANCEL, to be sent once that is allowed; not, when a final response comes first.
   * `isResent`: whether an INVITE that nobody has answered goes on being sent until then.
   */
  cancel(text: string, resend: ResendSchedule, isResent: boolean): void {
    if (this.#cancelResend !== null) return;
    if (!isResent) this.#ports.wheel.disarm(this.#repeat, this);
    this.#cancelText = text;
    this.#cancelResend = resend;
    this.#step('cancel', null);
  }

  /** From now on `user` is told. */
  handTo(user: ClientUser): void {
    this.#user = user;
  }

  transportError(): void {
    this.#step('transportError', null);
  }

  due(kind: number): void {
    this.#step(sipTimerLetter(kind), null);
  }

  #step(input: Input, response: SipMessage | null): void {
    this.#notice = 'none';
    const before = this.#state;
    this.#state = this.#next(input, response);
    if (this.#state === 'terminated' && before !== 'terminated') this.#leave();
    tellClientUser(this.#user, this, this.#notice, response);
  }

  #next(input: Input, response: SipMessage | null): InviteClientState {
    switch (this.#state) {
      case 'calling':
        return this.#calling(input, response);
      case 'proceeding':
        return this.#proceeding(input, response);
      case 'completed':
        return this.#completed(input);
      case 'accepted':
        return this.#accepted(input);
      case 'terminated':
        return 'terminated';
    }
  }

  #calling(input: Input, response: SipMessage | null): InviteClientState {
    switch (input) {
      case 'A':
        this.#ports.count('requestResent', 'INVITE');
        this.#ports.transmit(this.#text, this.target);
        this.#resendCount++;
        this.#armRepeat();
        return 'calling';
      case 'B':
        this.#ports.count('requestTimedOut', 'INVITE');
        this.#notice = 'timeout';
        return 'terminated';
      case 'transportError':
        this.#notice = 'transportError';
        return 'terminated';
      case 'cancel':
        this.#ports.count('cancelHeld', 'INVITE');
        return 'calling';
      case '1xx':
        this.#disarmAll();
        this.#notice = 'response';
        this.#sendCancel();
        return 'proceeding';
      default:
        return this.#finished(input, response, 'calling');
    }
  }

  #proceeding(input: Input, response: SipMessage | null): InviteClientState {
    switch (input) {
      case '1xx':
        this.#notice = 'response';
        return 'proceeding';
      case 'cancel':
        this.#sendCancel();
        return 'proceeding';
      case 'X':
        this.#ports.count('requestTimedOut', 'INVITE');
        this.#notice = 'timeout';
        return 'terminated';
      default:
        return this.#finished(input, response, 'proceeding');
    }
  }

  /** The arrows that calling and proceeding share: the first final response. */
  #finished(input: Input, response: SipMessage | null, otherwise: InviteClientState): InviteClientState {
    if ((input !== '2xx' && input !== '300-699') || response === null) return otherwise;
    this.#disarmAll();
    this.#notice = 'response';
    if (input === '2xx') {
      this.#text = '';
      this.#ports.lingering.arm(this, SipTimer.M, TIMER_M_MS);
      return 'accepted';
    }
    this.#acknowledge(response);
    if (this.#isReliable) return 'terminated';
    this.#lingering = this.#ports.lingering.arm(this, SipTimer.D, TIMER_D_MS);
    return 'completed';
  }

  #completed(input: Input): InviteClientState {
    switch (input) {
      case '300-699':
        this.#ports.count('ackResent', 'INVITE');
        this.#ports.transmit(this.#text, this.target);
        return 'completed';
      case '2xx':
        this.#notice = 'response';
        return 'completed';
      case '1xx':
        this.#ports.count('responseAbsorbed', 'INVITE');
        return 'completed';
      case 'transportError':
        this.#notice = 'transportError';
        return 'terminated';
      case 'D':
        return 'terminated';
      default:
        return 'completed';
    }
  }

  #accepted(input: Input): InviteClientState {
    switch (input) {
      case '2xx':
        this.#notice = 'response';
        return 'accepted';
      case '1xx':
      case '300-699':
        this.#ports.count('responseAbsorbed', 'INVITE');
        return 'accepted';
      case 'M':
        return 'terminated';
      default:
        return 'accepted';
    }
  }

  /** 17.1.1.3: the ACK is made from the INVITE, goes where that went, and takes its place. */
  #acknowledge(response: SipMessage): void {
    this.#text = printAck(readBack(this.#text), response);
    this.#ports.transmit(this.#text, this.target);
  }

  /** Sends the CANCEL that was asked for, if one was. */
  #sendCancel(): void {
    if (this.#cancelResend === null) return;
    this.#home.startCancel(this, this.#cancelText, this.#cancelResend);
    this.#cancelText = '';
    this.#live(SipTimer.X, CANCELLED_INVITE_MS);
  }

  #armRepeat(): void {
    const waitMs = this.#resend.waitsMs[this.#resendCount];
    if (waitMs !== undefined) this.#repeat = this.#ports.wheel.arm(this, SipTimer.A, waitMs);
  }

  #live(kind: number, lifeMs: number): void {
    this.#lifetime = this.#ports.wheel.arm(this, kind, lifeMs);
  }

  #disarmAll(): void {
    this.#ports.wheel.disarm(this.#repeat, this);
    this.#ports.wheel.disarm(this.#lifetime, this);
  }

  #leave(): void {
    this.#disarmAll();
    this.#ports.lingering.disarm(this.#lingering, this);
    this.#text = '';
    this.#cancelText = '';
    this.#home.retire(this);
  }
}
