// The non-INVITE client transaction: RFC 3261 17.1.2, figure 6.
//
//                         | request: send; arm E, F
//                         v
//        E: resend  +------------+  F, transport error: tell the user
//           +-------|   trying   |------------------------------------> terminated
//           +------>|            |  200-699: pass up; arm K
//                   +------------+------------------------------------------+
//                         | 1xx: pass up                                    |
//                         v                                                 |
//        E: resend  +------------+  F, transport error: tell the user       |
//     1xx: pass up  |            |------------------------> terminated      |
//           +-------| proceeding |  200-699: as above                       |
//           +------>|            |--------------------------------------+   |
//                   +------------+                                      v   v
//                                                                  +------------+
//                                            any response: absorb  | completed  |
//                                                          +-------|            |
//                                                          +------>|            |
//                                                                  +------------+
//                                                                        | K
//                                                                        v
//                                                                   terminated
//
// E and F follow the operator's resend list. A provisional response does not stop E, it makes every further wait the
// list's longest, as T2 is in the RFC; nor does it move F. Over a reliable transport E does not run and K is zero.

import { flat } from '../base/flat.ts';
import type { Target } from '../base/target.ts';
import type { SipMessage } from '../sip/message.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import { SipTimer, type SipTimerLetter, sipTimerLetter, TIMER_K_MS } from '../timer/sip-timers.ts';
import type { Timed, TimerHandle } from '../timer/wheel.ts';
import { type ClientNotice, tellClientUser } from './client-notice.ts';
import type { ClientTransaction, ClientUser, PrintedRequest, TransactionHome, TransactionPorts } from './ports.ts';
import { branchOf, clientKey } from './transaction-key.ts';

/** The states of figure 6. */
export type NonInviteClientState = 'trying' | 'proceeding' | 'completed' | 'terminated';

type Input = '1xx' | '200-699' | 'transportError' | SipTimerLetter;

/** A request of ours that is neither INVITE nor ACK. */
export class NonInviteClientTransaction implements ClientTransaction, Timed {
  readonly kind = 'nonInviteClient';
  readonly method: string;
  readonly key: string;
  readonly target: Target;
  readonly #isReliable: boolean;
  readonly #resend: ResendSchedule;
  #user: ClientUser | null;
  readonly #ports: TransactionPorts;
  readonly #home: TransactionHome;
  #state: NonInviteClientState = 'trying';
  #text: string;
  #resendCount = 0;
  /** E. */
  #repeat: TimerHandle = 0;
  /** F. */
  #lifetime: TimerHandle = 0;
  /** What the user is told at the end of the present step. */
  #notice: ClientNotice = 'none';

  /** `user` null: nobody asks what becomes of it (a CANCEL; its INVITE's own response tells). */
  constructor(method: string, request: PrintedRequest, user: ClientUser | null, home: TransactionHome) {
    this.method = method;
    this.key = flat(clientKey(method, request.branch));
    this.target = request.target;
    this.#isReliable = request.isReliable ?? false;
    this.#resend = request.resend;
    this.#user = user;
    this.#ports = home.ports;
    this.#home = home;
    this.#text = request.text;
  }

  get state(): NonInviteClientState {
    return this.#state;
  }

  get branch(): string {
    return branchOf(this.key);
  }

  /** Sends the request. Once, by the table. */
  start(): void {
    const { wheel } = this.#ports;
    this.#ports.transmit(this.#text, this.target);
    this.#lifetime = wheel.arm(this, SipTimer.F, this.#resend.failsAfterMs);
    if (!this.#isReliable) this.#armRepeat(this.#resend.waitsMs[0]);
  }

  receive(response: SipMessage): void {
    this.#step(response.status < 200 ? '1xx' : '200-699', response);
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
    this.#state = this.#next(input);
    if (this.#state === 'terminated' && before !== 'terminated') this.#leave();
    const user = this.#user;
    // From the final response on it is told nothing more, and may go before the transaction.
    if (this.#state === 'completed') this.#user = null;
    if (user !== null) tellClientUser(user, this, this.#notice, response);
  }

  #next(input: Input): NonInviteClientState {
    switch (this.#state) {
      case 'trying':
        return this.#trying(input);
      case 'proceeding':
        return this.#proceeding(input);
      case 'completed':
        return this.#completed(input);
      case 'terminated':
        return 'terminated';
    }
  }

  #trying(input: Input): NonInviteClientState {
    switch (input) {
      case 'E':
        this.#sendAgain();
        this.#armRepeat(this.#resend.waitsMs[this.#resendCount]);
        return 'trying';
      case '1xx':
        this.#notice = 'response';
        return 'proceeding';
      default:
        return this.#finished(input, 'trying');
    }
  }

  #proceeding(input: Input): NonInviteClientState {
    switch (input) {
      case 'E':
        this.#sendAgain();
        this.#armRepeat(this.#resend.longestWaitMs);
        return 'proceeding';
      case '1xx':
        this.#notice = 'response';
        return 'proceeding';
      default:
        return this.#finished(input, 'proceeding');
    }
  }

  /** The arrows that trying and proceeding share. */
  #finished(input: Input, otherwise: NonInviteClientState): NonInviteClientState {
    switch (input) {
      case '200-699':
        this.#disarmAll();
        this.#notice = 'response';
        this.#text = '';
        if (this.#isReliable) return 'terminated';
        this.#ports.lingering.arm(this, SipTimer.K, TIMER_K_MS);
        return 'completed';
      case 'F':
        this.#ports.count('requestTimedOut', this.method);
        this.#notice = 'timeout';
        return 'terminated';
      case 'transportError':
        this.#notice = 'transportError';
        return 'terminated';
      default:
        return otherwise;
    }
  }

  #completed(input: Input): NonInviteClientState {
    switch (input) {
      case '1xx':
      case '200-699':
        this.#ports.count('responseAbsorbed', this.method);
        return 'completed';
      case 'K':
        return 'terminated';
      default:
        return 'completed';
    }
  }

  #sendAgain(): void {
    this.#ports.count('requestResent', this.method);
    this.#ports.transmit(this.#text, this.target);
    this.#resendCount++;
  }

  #armRepeat(waitMs: number | undefined): void {
    if (waitMs !== undefined) this.#repeat = this.#ports.wheel.arm(this, SipTimer.E, waitMs);
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
}
