// What becomes of a request that no transaction absorbed: a leg's, a CANCEL, a new call, or a refusal. RFC 3261 8.2.

import { parseIp } from '../base/ip-address.ts';
import { NEW_CALL_TRANSACTIONS_MAX, OUTSIDE_TRANSACTIONS_MAX, SHARD_CALLS_MAX } from '../base/limits.ts';
import type { AddressMethod, Target } from '../base/target.ts';
import type { Arrival } from '../call/entry/entry.ts';
import { beginCall } from '../call/incoming-call.ts';
import { ALLOW, type Source } from '../call/incoming-request.ts';
import { LegSessionTimer } from '../call/leg-session-timer.ts';
import { reasonHeaderOf } from '../call/reason-header.ts';
import type { RegisterAnswer } from '../registration/registrar.ts';
import { checkRequest } from '../sip/check-request.ts';
import { detach } from '../sip/detach.ts';
import { Header } from '../sip/header-name.ts';
import { maxForwardsOf } from '../sip/max-forwards.ts';
import type { SipMessage } from '../sip/message.ts';
import { hasOptionTag, unsupportedOf } from '../sip/option-tags.ts';
import { printResponse } from '../sip/print-response.ts';
import { reasonPhraseOf } from '../sip/status.ts';
import type { ServerUser } from '../transaction/ports.ts';
import { mergeKey } from '../transaction/transaction-key.ts';
import { ShardNumber } from './counters.ts';
import type { ShardSurroundings } from './surroundings.ts';

const SIP_PORT = 5060;

/** Of a To tag that is a hash, in hexadecimal digits: as long as those that are drawn. */
const TAG_LENGTH = 16;

/** How soon whoever is turned away may ask again, s: a restart takes less. */
const DRAIN_LINES = 'Retry-After: 5\r\n';

/** Users of transactions whose only answer is already sent. */
const NOBODY: ServerUser = { onTransportError: () => undefined };

/** How full a shard may be when a call begins. */
export interface ReceptionBounds {
  readonly callsMax: number;
  readonly transactionsMax: number;
  /** Transactions above which of no request outside of calls anything is kept. */
  readonly outsideMax: number;
}

const BOUNDS: ReceptionBounds = {
  callsMax: SHARD_CALLS_MAX,
  transactionsMax: NEW_CALL_TRANSACTIONS_MAX,
  outsideMax: OUTSIDE_TRANSACTIONS_MAX,
};

/** Receives requests for one shard. */
export class Reception {
  readonly #around: ShardSurroundings;
  readonly #bounds: ReceptionBounds;
  /** Set by the host while records have nowhere to go: no call may begin whose record could be lost. */
  isClosed = false;
  /** Set by the host before it stops: who asks is told to go elsewhere. */
  isDraining = false;

  /** `bounds`: lower in tests. */
  constructor(around: ShardSurroundings, bounds = BOUNDS) {
    this.#around = around;
    this.#bounds = bounds;
  }

  /** A request that is new to the transaction layer, ACKs of 2xx included. */
  receive(request: SipMessage, source: Source): void {
    const { method } = request;
    if (method === 'ACK') return this.#receiveAck(request);
    if (method === 'CANCEL') return this.#receiveCancel(request, source);
    if (!this.#isHeard(request, source)) return this.#around.counters.add(ShardNumber.requestsUnheard);
    const fault = checkRequest(request);
    if (fault !== null) return this.#refuse(request, source, fault.status, '', fault.sentence);
    if (request.toTag !== '') return this.#receiveInDialog(request, source);
    switch (method) {
      case 'REGISTER':
        return this.#receiveRegister(request, source);
      case 'INVITE':
        return this.#receiveInvite(request, source);
      case 'OPTIONS':
        if (unsupportedOf(request) !== '') return this.#refuseRequired(request, source);
        if (this.isDraining) return this.#refuse(request, source, 503, DRAIN_LINES);
        return this.#reply(request, source, 200, `${ALLOW}Accept: application/sdp\r\n`);
      default:
        return this.#refuse(request, source, 405, ALLOW);
    }
  }

  /** Refuses what could be read of a datagram that is no message; no transaction, for its keys may be missing. */
  refuseUnparsed(request: SipMessage, source: Source, status: number, sentence: string): void {
    if (!this.#isHeard(request, source)) return this.#around.counters.add(ShardNumber.requestsUnheard);
    this.#around.counters.add(ShardNumber.requestsRefused);
    this.#around.transmit(
      print(request, source, status, this.#around.mintTag(), '', sentence),
      this.#targetOf(request, source),
    );
  }

  #receiveAck(ack: SipMessage): void {
    const leg = this.#around.dialogs.find(ack);
    if (leg !== null) return leg.receiveAck(ack);
    if (ack.toTag === this.#tagOfReply(ack)) return this.#around.counters.add(ShardNumber.refusalAcks);
    this.#around.counters.add(ShardNumber.datagramsToNobody);
  }

  #receiveCancel(cancel: SipMessage, source: Source): void {
    const { transactions } = this.#around;
    const invite = transactions.inviteOf(cancel);
    if (invite === null) {
      if (this.#isHeard(cancel, source)) return this.#refuse(cancel, source, 481);
      return this.#around.counters.add(ShardNumber.requestsUnheard);
    }
    if (!transactions.hasRoom) return this.#around.counters.add(ShardNumber.requestsWithoutRoom);
    this.#answer(cancel, source, 200, '', '', invite.user.localTag);
    invite.user.onCancel?.(reasonHeaderOf(cancel));
  }

  #receiveInDialog(request: SipMessage, source: Source): void {
    const leg = this.#around.dialogs.find(request);
    if (leg === null) return this.#refuse(request, source, 481);
    // A BYE ends the call whatever it requires.
    if (request.method !== 'BYE' && unsupportedOf(request) !== '') return this.#refuseRequired(request, source);
    if (!this.#around.transactions.hasRoom) return this.#around.counters.add(ShardNumber.requestsWithoutRoom);
    const target = targetOf(request, source, leg.rules.sipResponseAddressMethod);
    const { onTransportError } = NOBODY;
    const user = request.method === 'INVITE' ? { onTransportError, onCancel: () => leg.receiveCancel() } : NOBODY;
    leg.receive(request, this.#around.transactions.serve(request, target, user), source);
  }

  #receiveInvite(invite: SipMessage, source: Source): void {
    const { transactions, routing, resumedAnswers } = this.#around;
    if (resumedAnswers.get(invite.callId)?.answers(invite)) return;
    if (this.isDraining) return this.#refuse(invite, source, 503, DRAIN_LINES);
    if (this.isClosed) return this.#refuseUnrecorded(invite, source);
    if (transactions.isMerged(invite)) return this.#refuse(invite, source, 482);
    const gateway = this.#around.registration.callerOf(invite, source);
    if ('status' in gateway) return this.#refuseCaller(invite, source, gateway);
    if (this.#isFull) return this.#refuseUnrecorded(invite, source);
    if (maxForwardsOf(invite) === 0) return this.#refuse(invite, source, 483);
    if (unsupportedOf(invite) !== '' || (!gateway.sip100Rel && hasOptionTag(invite, 'Require', '100rel'))) {
      return this.#refuseRequired(invite, source);
    }
    if (!isBodyKnown(invite)) return this.#refuse(invite, source, 415, 'Accept: application/sdp, multipart/mixed\r\n');
    const sessionTimer = gateway.sipTimer ? new LegSessionTimer(this.#around, routing.sessionTimers) : null;
    const timer = sessionTimer?.consider(invite);
    if (timer?.kind === 'tooSmall') return this.#refuse(invite, source, 422, timer.lines);
    const isTimed = timer?.kind === 'timer';
    this.#beginCall({
      invite,
      source,
      gateway,
      routing,
      sessionTimer: isTimed ? sessionTimer : null,
      hasRoom: this.#hasRoom,
    });
  }

  /** The one refusal that leaves no CDR, for there is no room for one. It is counted as an end all the same. */
  #refuseUnrecorded(invite: SipMessage, source: Source): void {
    this.#around.countEnd('Overload');
    if (!this.#isKnown(invite, source)) return this.#refuse(invite, source, 503, DRAIN_LINES);
    // Or a repetition under way would begin a call that its caller has given up, once records have a place again.
    this.#refuseAndKeep(invite, source, 503, DRAIN_LINES);
  }

  #receiveRegister(request: SipMessage, source: Source): void {
    if (unsupportedOf(request) !== '') return this.#refuseRequired(request, source);
    if (this.#isFull) return this.#refuse(request, source, 503, DRAIN_LINES);
    const answer = this.#around.registration.register(request, source);
    if (answer.status < 300) this.#answer(request, source, answer.status, answer.lines, answer.phrase);
    else this.#refuseCaller(request, source, answer);
  }

  /** A wrong answer to a challenge is kept, so as to count once. Nobody forges its source: the challenge went there. */
  #refuseCaller(request: SipMessage, source: Source, { status, lines, phrase, isWrong }: RegisterAnswer): void {
    if (isWrong) this.#refuseAndKeep(request, source, status, lines, phrase);
    else this.#refuse(request, source, status, lines, phrase);
  }

  /** 8.2.2.3: an extension that the peer insists on and this switch, or its gateway, does not have. */
  #refuseRequired(request: SipMessage, source: Source): void {
    const unsupported = unsupportedOf(request);
    this.#refuse(request, source, 420, `Unsupported: ${unsupported === '' ? '100rel' : unsupported}\r\n`);
  }

  get #hasRoom(): boolean {
    const { calls, former, transactions } = this.#around;
    const { callsMax, transactionsMax } = this.#bounds;
    return calls.size + former.size < callsMax && transactions.size < transactionsMax;
  }

  /** Whether the room that is left is for what belongs to the calls that there are, whatever others ask for. */
  get #isFull(): boolean {
    return this.#around.transactions.size >= this.#bounds.outsideMax;
  }

  #beginCall(arrival: Arrival): void {
    const { invite, source, gateway } = arrival;
    const target = targetOf(invite, source, gateway.sipResponseAddressMethod);
    beginCall(this.#around, arrival, (user) => this.#around.transactions.serve(invite, target, user));
  }

  #refuse(request: SipMessage, source: Source, status: number, headers = '', phrase = ''): void {
    this.#around.counters.add(ShardNumber.requestsRefused);
    this.#reply(request, source, status, headers, phrase);
  }

  /** As long as there is room. */
  #refuseAndKeep(request: SipMessage, source: Source, status: number, headers: string, phrase = ''): void {
    if (this.#isFull) return this.#refuse(request, source, status, headers, phrase);
    this.#around.counters.add(ShardNumber.requestsRefused);
    this.#answer(request, source, status, headers, phrase);
  }

  /** SS_REPLY_UNAUTHORIZED Off: outside calls, who is neither customer nor vendor gets silence. */
  #isHeard(request: SipMessage, source: Source): boolean {
    const { registration, routing } = this.#around;
    if (routing.snapshot.parameters.SS_REPLY_UNAUTHORIZED) return true;
    // Who may be anywhere is heard where it registers, and asks to call, to prove that it may.
    if (registration.isOpen && (request.method === 'REGISTER' || request.method === 'INVITE')) return true;
    return this.#isKnown(request, source);
  }

  /** A customer, a vendor, a registered device, or a party to a call. */
  #isKnown(request: SipMessage, source: Source): boolean {
    const { address, port } = source;
    const { dialogs, registration, routing } = this.#around;
    if (routing.screening.knows(address, port) || routing.vendors.has(address)) return true;
    return registration.knows(source) || (request.toTag !== '' && dialogs.find(request) !== null);
  }

  /**
   * An answer of which nothing is kept (8.2.7): it goes once for each time that the request comes. Whoever sends those,
   * under whatever address, neither fills the table nor has us repeat ourselves to whom the address belongs.
   */
  #reply(request: SipMessage, source: Source, status: number, headers: string, phrase = ''): void {
    const text = print(request, source, status, this.#tagOfReply(request), headers, phrase);
    this.#around.transmit(text, this.#targetOf(request, source));
  }

  /** Its To tag: the same for a repetition, found again in the ACK, and foretold by nobody (19.3). */
  #tagOfReply(request: SipMessage): string {
    const { digest, secret } = this.#around;
    return digest('SHA-256', `${secret}:tag:${request.topVia.branch} ${mergeKey(request)}`).slice(0, TAG_LENGTH);
  }

  /** Where an answer outside of calls goes. */
  #targetOf(request: SipMessage, source: Source): Target {
    return targetOf(request, source, this.#around.registration.responseMethodOf(request, source));
  }

  #answer(
    request: SipMessage,
    source: Source,
    status: number,
    headers = '',
    phrase = '',
    toTag = this.#around.mintTag(),
  ): void {
    const server = this.#around.transactions.serve(request, this.#targetOf(request, source), NOBODY);
    server.respond(status, print(request, source, status, toTag, headers, phrase));
  }
}

/**
 * Where responses go. 18.2.2 and RFC 3581 4: back to the source address; to the source port when rport asks for it,
 * else to the Via's. `method` of a gateway decides otherwise; a host name is not resolved.
 */
export function targetOf(request: SipMessage, source: Source, method: AddressMethod | null): Target {
  if (method === 'source') return source;
  const via = request.topVia;
  const { address, port, listener } = source;
  const statedPort = via.port === 0 ? SIP_PORT : via.port;
  if (method === null) return via.rport >= 0 || statedPort === port ? source : { address, port: statedPort, listener };
  const host = via.host.startsWith('[') ? via.host.slice(1, -1) : via.host;
  const isStated = method === 'stated' && parseIp(host) !== null;
  return { address: isStated ? detach(host) : address, port: statedPort, listener };
}

function print(
  request: SipMessage,
  source: Source,
  status: number,
  toTag: string,
  headers: string,
  phrase: string,
): string {
  const reasonPhrase = phrase === '' ? reasonPhraseOf(status) : phrase;
  const { address: received, port: receivedPort } = source;
  const options = { toTag, received, receivedPort, headers, contentType: '', body: '', reasonPhrase };
  return printResponse(request, status, options);
}

function isBodyKnown(invite: SipMessage): boolean {
  if (invite.body === '') return true;
  const type = (invite.value(Header.ContentType) ?? '').toLowerCase();
  return type.startsWith('application/sdp') || type.startsWith('multipart/');
}
