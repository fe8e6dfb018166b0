// The non-INVITE server transaction: RFC 3261 17.2.2, figure 8, with RFC 4320 4.1, 4.2 and RFC 6026 8.8.
//
//                          | request: arm F
//                          v
//     request: absorb +------------+  F
//            +--------|   trying   |---------------------------------------> terminated
//            +------->|            |  200-699 of user: send; arm J
//     100 of user:    |            |  408 of user: arm J
//     hold; arm T     +------------+-------------------------------------+
//                          | T: send the 100                             |
//                          v                                             v
//     request: send   +------------+  200-699, 408 of user:        +------------+  request:
//     again           |            |  as above                     |            |  send again
//            +--------| proceeding |------------------------------>| completed  |----+
//            +------->|            |                               |            |<---+
//                     +------------+                               +------------+
//                          | F                                           | J
//                          v                                             v
//                     terminated                                    terminated
//
// RFC 4320: over UDP the 100 is sent when the peer's Timer E has come to T2 (T, which has no letter there) and not
// before; no other provisional response is sent at all, and no 408: by then the peer has made its own. Its transaction
// ends with nothing said, and repeats that are still under way are absorbed.
//
// Departs from figure 8 in two arrows. A transport error is told to the user and changes nothing (RFC 6026 8.8). And
// F, the peer's own patience, ends a transaction that its user never answers: an answer would reach nobody. Over a
// reliable transport T and J are zero.

import { flat } from '../base/flat.ts';
import type { Target } from '../base/target.ts';
import { detach } from '../sip/detach.ts';
import type { SipMessage } from '../sip/message.ts';
import {
  NON_INVITE_TRYING_MS,
  SipTimer,
  type SipTimerLetter,
  sipTimerLetter,
  TIMER_J_MS,
  TRANSACTION_LIFE_MS,
} from '../timer/sip-timers.ts';
import type { Timed, TimerHandle } from '../timer/wheel.ts';
import type { ServerTransaction, ServerUser, TransactionHome, TransactionPorts } from './ports.ts';
import { serverKey } from './transaction-key.ts';

/** The states of figure 8. */
export type NonInviteServerState = 'trying' | 'proceeding' | 'completed' | 'terminated';

type Input = 'request' | '100' | '101-199' | '200-699' | '408' | 'transportError' | SipTimerLetter;

/** A request that we were sent and that is neither INVITE nor ACK. */
export class NonInviteServerTransaction implements ServerTransaction, Timed {
  readonly kind = 'nonInviteServer';
  readonly method: string;
  readonly key: string;
  readonly target: Target;
  readonly user: ServerUser;
  readonly #isReliable: boolean;
  readonly #ports: TransactionPorts;
  readonly #home: TransactionHome;
  readonly #arrivedMs: number;
  #state: NonInviteServerState = 'trying';
  /** The last response; in trying, the 100 that waits for T. */
  #text = '';
  /** T. */
  #tryingTimer: TimerHandle = 0;
  /** F. */
  #lifetime: TimerHandle;
  #hasNotice = false;

  constructor(request: SipMessage, target: Target, user: ServerUser, isReliable: boolean, home: TransactionHome) {
    const { ports } = home;
    this.method = detach(request.method);
    this.key = flat(serverKey(request, request.method));
    this.target = target;
    this.user = user;
    this.#isReliable = isReliable;
    this.#ports = ports;
    this.#home = home;
    this.#arrivedMs = ports.wheel.nowMs;
    this.#lifetime = ports.wheel.arm(this, SipTimer.F, TRANSACTION_LIFE_MS);
  }

  get state(): NonInviteServerState {
    return this.#state;
  }

  receive(_request: SipMessage): boolean {
    this.#step('request', '');
    return true;
  }

  respond(status: number, text: string): void {
    if (status === 100) this.#step('100', text);
    else if (status < 200) this.#step('101-199', text);
    else if (status === 408) this.#step('408', '');
    else this.#step('200-699', text);
  }

  transportError(): void {
    this.#step('transportError', '');
  }

  due(kind: number): void {
    this.#step(sipTimerLetter(kind), '');
  }

  /** `text`: the response, where the input is one. */
  #step(input: Input, text: string): void {
    this.#hasNotice = false;
    const before = this.#state;
    this.#state = this.#next(input, text);
    if (this.#state === 'terminated' && before !== 'terminated') this.#leave();
    if (this.#hasNotice) this.user.onTransportError(this);
  }

  #next(input: Input, text: string): NonInviteServerState {
    switch (this.#state) {
      case 'trying':
        return this.#trying(input, text);
      case 'proceeding':
        return this.#proceeding(input, text);
      case 'completed':
        return this.#completed(input);
      case 'terminated':
        return this.#unmoved(input, 'terminated');
    }
  }

  #trying(input: Input, text: string): NonInviteServerState {
    switch (input) {
      case 'request':
        this.#ports.count('requestAbsorbed', this.method);
        return 'trying';
      case '100':
        return this.#hold(text);
      case 'T':
        this.#ports.transmit(this.#text, this.target);
        return 'proceeding';
      default:
        return this.#finished(input, text, 'trying');
    }
  }

  #proceeding(input: Input, text: string): NonInviteServerState {
    switch (input) {
      case 'request':
        this.#sendAgain();
        return 'proceeding';
      case '100':
        this.#send(text);
        return 'proceeding';
      default:
        return this.#finished(input, text, 'proceeding');
    }
  }

  /** The arrows that trying and proceeding share. */
  #finished(input: Input, text: string, otherwise: NonInviteServerState): NonInviteServerState {
    switch (input) {
      case '200-699':
        this.#send(text);
        return this.#complete();
      case '408':
        this.#ports.count('responseRefused', this.method);
        this.#text = '';
        return this.#complete();
      case 'F':
        this.#ports.count('requestUnanswered', this.method);
        return 'terminated';
      default:
        return this.#unmoved(input, otherwise);
    }
  }

  #completed(input: Input): NonInviteServerState {
    switch (input) {
      case 'request':
        if (this.#text === '') this.#ports.count('requestAbsorbed', this.method);
        else this.#sendAgain();
        return 'completed';
      case 'J':
        return 'terminated';
      default:
        return this.#unmoved(input, 'completed');
    }
  }

  /** The arrows that leave a state where it is: a transport error, and a response that is not to be sent. */
  #unmoved(input: Input, state: NonInviteServerState): NonInviteServerState {
    if (input === 'transportError' && state !== 'terminated') this.#hasNotice = true;
    if (input === '100' || input === '101-199' || input === '200-699' || input === '408') {
      this.#ports.count('responseRefused', this.method);
    }
    return state;
  }

  /** RFC 4320 4.1: a 100 before its time waits. */
  #hold(text: string): NonInviteServerState {
    const { wheel } = this.#ports;
    const waitMs = this.#arrivedMs + NON_INVITE_TRYING_MS - wheel.nowMs;
    if (this.#isReliable || waitMs <= 0) {
      this.#send(text);
      return 'proceeding';
    }
    if (this.#text === '') this.#tryingTimer = wheel.arm(this, SipTimer.T, waitMs);
    this.#text = text;
    return 'trying';
  }

  #complete(): NonInviteServerState {
    this.#disarmAll();
    if (this.#isReliable) return 'terminated';
    this.#ports.lingering.arm(this, SipTimer.J, TIMER_J_MS);
    return 'completed';
  }

  #send(text: string): void {
    this.#text = text;
    this.#ports.transmit(text, this.target);
  }

  #sendAgain(): void {
    this.#ports.count('responseResent', this.method);
    this.#ports.transmit(this.#text, this.target);
  }

  #disarmAll(): void {
    this.#ports.wheel.disarm(this.#tryingTimer, this);
    this.#ports.wheel.disarm(this.#lifetime, this);
  }

  #leave(): void {
    this.#disarmAll();
    this.#text = '';
    this.#home.retire(this);
  }
}
