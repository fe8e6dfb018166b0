// One attempt toward one routing gateway: the UAC side of a call until its INVITE has a final answer, and what
// must still be done when an answer comes after the hunt has moved on (RFC 3261 9.1, 13.2.2.4).
//
//   inviting --100--> trying --183--> progress --183+SDP--> progressSdp --180--> ringing    each with its timer
//        \________________\________________\___________________\________________/
//                          2xx -> answered        3xx-6xx, a timer, no way there -> over
//   left (cancelled, or the hunt moved on): a late 2xx is met with ACK and BYE

import { parseIp } from '../base/ip-address.ts';
import { UNWANTED_ANSWERS_MAX } from '../base/limits.ts';
import type { Target } from '../base/target.ts';
import type { AttemptLeft, CdrAttempt } from '../cdr/cdr.ts';
import { Acknowledgement } from '../dialog/acknowledgement.ts';
import { type ClientIdentity, Dialog, type LocalEnd } from '../dialog/dialog.ts';
import type { Candidate } from '../routing/route-plan.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import { detach } from '../sip/detach.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { paramOf } from '../sip/parameter-reader.ts';
import type { Timed, TimerHandle } from '../timer/wheel.ts';
import type { InviteClientTransaction } from '../transaction/invite-client.ts';
import type { ClientUser } from '../transaction/ports.ts';
import { DialogLeg } from './dialog-leg.ts';
import { crossingOf } from './header-policy.ts';
import type { AttemptFailure, AttemptOutcome } from './hunt.ts';
import { ALLOW } from './incoming-request.ts';
import { type Acknowledger, type Crossing, EMPTY_CROSSING, type LegUser } from './leg-events.ts';
import { uriOf } from './numbers.ts';
import type { Surroundings } from './ports.ts';

/** Hears how the attempt fares. */
export interface AttemptUser extends LegUser {
  progressed(attempt: CalleeLeg, status: number, phrase: string, crossing: Crossing): void;
  /** `acknowledger`: who waits for the caller's ACK, when the offer was in the 2xx. */
  answered(attempt: CalleeLeg, phrase: string, crossing: Crossing, acknowledger: Acknowledger | null): void;
  attemptFailed(attempt: CalleeLeg, outcome: AttemptOutcome, phrase: string, crossing: Crossing): void;
}

/** How the two parties are named in the INVITE. */
export interface Parties {
  readonly caller: string;
  readonly callee: string;
  /** Display name of the caller, as received, quotes kept. */
  readonly display: string;
}

/** How far the attempt has come; a later phase never falls back to an earlier one. */
const PHASES = ['inviting', 'trying', 'progress', 'progressSdp', 'ringing'] as const;
type Phase = (typeof PHASES)[number];

const TIMEOUTS: Record<Phase, AttemptFailure> = {
  inviting: 'inviteTimeout',
  trying: 'tryingTimeout',
  progress: 'progressTimeout',
  progressSdp: 'progressTimeout',
  ringing: 'ringingTimeout',
};

/** One attempt. */
export class CalleeLeg implements ClientUser, Timed, Acknowledger {
  readonly gateway: RoutingGateway;
  readonly record: CdrAttempt;
  /** The dialog, once answered. */
  leg: DialogLeg | null = null;
  readonly #around: Surroundings;
  readonly #user: AttemptUser;
  readonly #crossing: Crossing;
  readonly #target: Target;
  readonly #local: LocalEnd;
  readonly #identity: ClientIdentity;
  readonly #startedAtMs: number;
  readonly #branch: string;
  readonly #uri: string;
  #transaction: InviteClientTransaction | null = null;
  #phase: Phase = 'inviting';
  #timer: TimerHandle = 0;
  #isOver = false;
  #hadSdp = false;
  #acknowledgement: Acknowledgement | null = null;
  /** Answers nobody wanted: other branches of a fork, or late ones. */
  #unwanted: Acknowledgement[] = [];

  constructor(around: Surroundings, user: AttemptUser, candidate: Candidate, crossing: Crossing, parties: Parties) {
    const { gateway } = candidate;
    this.#around = around;
    this.#user = user;
    this.#crossing = crossing;
    this.gateway = gateway;
    this.#startedAtMs = around.nowMs;
    this.#target = { address: gateway.remoteIp, port: gateway.signalPort, listener: gateway.listener };
    this.#local = around.localEnd(gateway.listener);
    this.#branch = around.mintBranch();
    this.#uri = uriOf(parties.callee, hostPortOf(gateway));
    const localTag = around.mintTag();
    const display = parties.display === '' ? '' : `${parties.display} `;
    const localAddress = `${display}<${uriOf(parties.caller, this.#local.hostPort)}>;tag=${localTag}`;
    this.#identity = { callId: around.mintCallId(), localTag, localAddress, cseq: 1 };
    this.record = {
      gateway: gateway.name,
      address: `${gateway.remoteIp}:${gateway.signalPort}`,
      callId: this.#identity.callId,
      startedAtWallMs: around.wallMs,
      firstResponseAtWallMs: null,
      code: 0,
      left: 'trying',
    };
  }

  /** Sends the INVITE. */
  start(): void {
    const { headers, body } = this.#crossing;
    const text = this.#print('INVITE', `Contact: <sip:${this.#local.hostPort}>\r\n${ALLOW}${headers}`, body);
    this.#enter('inviting');
    const resend = this.#around.routing.resends;
    const request = { branch: this.#branch, text, target: this.#target, resend, user: this };
    this.#transaction = this.#around.transactions.invite(request);
  }

  onResponse(_transaction: unknown, response: SipMessage): void {
    if (this.record.firstResponseAtWallMs === null) this.record.firstResponseAtWallMs = this.#around.wallMs;
    if (response.status >= 200 && response.status < 300) this.#receiveSuccess(response);
    else if (this.#isOver) return;
    else if (response.status < 200) this.#receiveProvisional(response);
    else this.#receiveFailure(response);
  }

  onTimeout(): void {
    if (!this.#isOver) this.#fail(TIMEOUTS[this.#phase]);
  }

  onTransportError(): void {
    if (!this.#isOver) this.#fail('unreachable');
  }

  due(): void {
    this.#timer = 0;
    if (this.#isOver) return;
    this.#cancelTransaction(false);
    this.#fail(TIMEOUTS[this.#phase]);
  }

  /** Answered, failed or given up: nothing more of it concerns the hunt. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Gives the attempt up; a 2xx that still comes is acknowledged and ended with BYE. */
  leave(left: AttemptLeft): void {
    if (this.#isOver) return;
    this.#close(left);
    this.#around.countAttempt(this.gateway.slot, 'cancelled');
    this.#cancelTransaction(left === 'callerCancelled');
  }

  /** The caller's ACK brings the answer to an offer that was in the 2xx. */
  acknowledge(crossing: Crossing): void {
    // The call may have ended meanwhile, and the ACK have gone without an answer.
    if (this.#acknowledgement?.isSent === false) this.#acknowledgement.send(crossing.headers, crossing.body);
  }

  #receiveProvisional(response: SipMessage): void {
    if (response.status === 100) return this.#enter('trying');
    const crossing = crossingOf(response);
    if (crossing.hasSdp) this.#hadSdp = true;
    if (response.status === 183) this.#enter(crossing.hasSdp ? 'progressSdp' : 'progress');
    else if (response.status <= 182) this.#enter('ringing');
    else this.#enter('progress');
    this.#user.progressed(this, response.status, response.reasonPhrase, crossing);
  }

  #receiveFailure(response: SipMessage): void {
    const { status } = response;
    this.#close('failure');
    this.record.code = status;
    this.#around.countAttempt(this.gateway.slot, status);
    const q850 = q850Of(response.value(Header.Reason) ?? '');
    const outcome = { how: 'failure', status, q850, hadSdp: this.#hadSdp, hadRinging: this.#hadRinging } as const;
    this.#user.attemptFailed(this, outcome, response.reasonPhrase, crossingOf(response));
  }

  #receiveSuccess(response: SipMessage): void {
    const answered = this.#acknowledgement;
    if (answered !== null && answered.dialog.remoteTag === response.toTag) return answered.repeat();
    for (const unwanted of this.#unwanted) {
      if (unwanted.dialog.remoteTag === response.toTag) return unwanted.repeat();
    }
    const dialog = Dialog.asClient(response, this.#identity, this.#local, this.#target);
    const acknowledgement = new Acknowledgement(this.#around, dialog, this.#identity.cseq);
    if (this.#isOver) return this.#refuse(acknowledgement);
    this.#countDelay();
    this.#close('answered');
    this.record.code = response.status;
    this.#around.countAttempt(this.gateway.slot, response.status);
    this.#acknowledgement = acknowledgement;
    this.leg = new DialogLeg(this.#around, 'callee', dialog, this.#user);
    const owesAck = this.#crossing.body === '';
    if (owesAck) this.leg.owedAck = acknowledgement;
    else acknowledgement.send('', '');
    this.#user.answered(this, response.reasonPhrase, crossingOf(response), owesAck ? this : null);
  }

  /** 13.2.2.4: an answer nobody wants any more is acknowledged, then ended. */
  #refuse(acknowledgement: Acknowledgement): void {
    if (this.#unwanted.length >= UNWANTED_ANSWERS_MAX) return;
    acknowledgement.send('', '');
    this.#unwanted.push(acknowledgement);
    new DialogLeg(this.#around, 'callee', acknowledgement.dialog, this.#user).hangUp('');
  }

  #fail(how: AttemptFailure): void {
    this.#close(how);
    this.#around.countAttempt(this.gateway.slot, how === 'unreachable' ? 'unreachable' : 'timeout');
    const outcome = { how, status: 0, q850: 0, hadSdp: this.#hadSdp, hadRinging: this.#hadRinging };
    this.#user.attemptFailed(this, outcome, '', EMPTY_CROSSING);
  }

  #close(left: AttemptLeft): void {
    this.#isOver = true;
    this.record.left = left;
    this.#around.wheel.disarm(this.#timer);
    this.#timer = 0;
  }

  /** `isResent`: the INVITE may go on being sent, for without an answer the peer cannot be sent the CANCEL. */
  #cancelTransaction(isResent: boolean): void {
    // 9.1: the CANCEL has the branch of the INVITE, which is how the peer finds it.
    const cancel = this.#print('CANCEL', '', '');
    if (this.#transaction !== null) {
      this.#around.transactions.cancel(this.#transaction, cancel, this.#around.routing.resends, isResent);
    }
  }

  get #hadRinging(): boolean {
    return this.#phase === 'ringing';
  }

  /** Moves to `phase`, with its timer, unless the attempt has come further already. */
  #enter(phase: Phase): void {
    if (this.#timer !== 0 && PHASES.indexOf(phase) <= PHASES.indexOf(this.#phase)) return;
    if (phase !== 'inviting' && phase !== 'trying') this.#countDelay();
    this.#phase = phase;
    this.#around.wheel.disarm(this.#timer);
    this.#timer = this.#around.wheel.arm(this, 0, this.#timeoutMs(phase));
  }

  /** The post-dial delay ends with the first 18x or 2xx. */
  #countDelay(): void {
    if (this.#phase !== 'inviting' && this.#phase !== 'trying') return;
    this.#around.countDelay(this.gateway.slot, this.#around.nowMs - this.#startedAtMs);
  }

  #timeoutMs(phase: Phase): number {
    const { gateway } = this;
    const { parameters } = this.#around.routing.snapshot;
    switch (phase) {
      case 'inviting':
        return gateway.timeoutInviteMs ?? parameters.SS_SIP_TIMEOUT_INVITE;
      case 'trying':
        return gateway.timeoutTryingMs ?? parameters.SS_SIP_TIMEOUT_TRYING;
      case 'progress':
        return gateway.timeoutSessionProgressMs ?? parameters.SS_SIP_TIMEOUT_SESSION_PROGRESS;
      case 'progressSdp':
        return gateway.timeoutSessionProgressSdpMs ?? parameters.SS_SIP_TIMEOUT_SESSION_PROGRESS_SDP;
      case 'ringing':
        return gateway.timeoutRingingMs ?? parameters.SS_SIP_TIMEOUT_RINGING;
    }
  }

  #print(method: string, headers: string, body: string): string {
    const { callId, localAddress, cseq } = this.#identity;
    return (
      `${method} ${this.#uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${this.#local.hostPort};branch=${this.#branch};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: ${localAddress}\r\nTo: <${this.#uri}>\r\nCall-ID: ${callId}\r\n` +
      `CSeq: ${cseq} ${method}\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`
    );
  }
}

function hostPortOf({ remoteIp, signalPort }: RoutingGateway): string {
  const host = remoteIp.includes(':') && parseIp(remoteIp) !== null ? `[${remoteIp}]` : remoteIp;
  return signalPort === 5060 ? host : `${host}:${signalPort}`;
}

/** RFC 3326: the cause of a Q.850 Reason value; 0 when it holds none. */
function q850Of(reason: string): number {
  if (!/^\s*Q\.850\s*;/i.test(reason)) return 0;
  const cause = Number(paramOf(detach(reason.slice(reason.indexOf(';'))), 'cause'));
  return Number.isInteger(cause) ? cause : 0;
}
