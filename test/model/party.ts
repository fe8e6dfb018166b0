// One Call-ID as the peer that has it sees it: a user agent that says what a step tells it to, and keeps book. What it
// may expect of the switch in return are the laws of `faults`.

import { strict as assert } from 'node:assert/strict';
import type { Place } from '../simulator/network.ts';
import { PeerMessage } from '../simulator/peer-message.ts';
import { SWITCH_PLACE } from '../simulator/switch.ts';
import { type Asked, bodyOf, type DialogEnd, type Final, newEnd, type Served } from './party-book.ts';

const SWITCH_URI = `sip:${SWITCH_PLACE.address}:${SWITCH_PLACE.port}`;

/** 64*T1: how long a transaction of the switch hears this peer: Timers B, D, F, M, and X after a CANCEL. */
const HEARD_MS = 32_000;

/** What a response says. */
export interface Saying {
  readonly status: number;
  /** Fork that says it; '' for the only one. */
  readonly fork?: string;
  readonly hasSdp?: boolean;
  /** Lines, each with its CRLF. */
  readonly headers?: string;
}

/** How this peer treats a BYE. */
export type ByeManner = 'answers' | 'silent' | 'knows nothing';

/** One peer's end of one Call-ID. */
export class Party {
  readonly place: Place;
  readonly name: string;
  callId: string;
  readonly byeManner: ByeManner;
  readonly asked: Asked[] = [];
  readonly served: Served[] = [];
  readonly dialogs: DialogEnd[] = [];
  /** The dialog of the last response or answer. */
  current: DialogEnd | null = null;
  /** Of the last reliable provisional response: RAck and its dialog. */
  rack = '';
  rackDialog: DialogEnd | null = null;
  /** What it has sent, for repeating it. */
  readonly repeatable: { readonly text: string; readonly untilMs: number }[] = [];
  readonly #faults: string[] = [];
  #cseq = 0;
  #branchCount = 0;
  readonly #number: string;

  constructor(name: string, place: Place, options: { number: string; callId: string; byeManner: ByeManner }) {
    this.name = name;
    this.place = place;
    this.callId = options.callId;
    this.#number = options.number;
    this.byeManner = options.byeManner;
  }

  /** The INVITE that began it, where this peer is the caller. */
  get invite(): Asked {
    return this.asked[0] as Asked;
  }

  /** The INVITE outside any dialog that is to be answered, where this peer is a vendor. */
  get invited(): Served {
    return this.served.findLast(({ request }) => request.method === 'INVITE' && request.toTag === '') as Served;
  }

  /** Takes a datagram; answers what good manners demand at once, and the request where it is a new one. */
  receive(text: string, nowMs: number): { replies: string[]; fresh: Served | null; answered: Asked | null } {
    const message = new PeerMessage(text);
    if (message.isRequest) return this.#receiveRequest(message, nowMs);
    return { ...this.#receiveResponse(message, nowMs), fresh: null };
  }

  /** A request, in `dialog` or outside; not ACK. */
  ask(
    method: string,
    dialog: DialogEnd | null,
    nowMs: number,
    saying: { readonly mark?: string; readonly hasSdp?: boolean; readonly headers?: string } = {},
  ): string {
    const { mark = '', hasSdp = false, headers = '' } = saying;
    const branch = this.#mintBranch();
    this.#cseq += 1;
    const marked = mark === '' ? headers : `${headers}Subject: ${mark}\r\n`;
    const parts = { method, branch, cseq: this.#cseq, dialog, headers: marked, hasSdp };
    const text = this.#requestText(parts);
    this.#remember({ method, branch, cseq: this.#cseq, text, dialog, atMs: nowMs, mark });
    if (method === 'BYE' && dialog !== null) dialog.byeSent = true;
    return text;
  }

  /** CANCEL of an INVITE of this peer. */
  cancel({ branch, cseq, text: invite, dialog }: Asked, nowMs: number): string {
    const text = invite
      .replace(/^INVITE/, 'CANCEL')
      .replace(`CSeq: ${cseq} INVITE`, `CSeq: ${cseq} CANCEL`)
      .replace(
        /\r\nContact: [^\r]*|\r\nContent-Type: [^\r]*|\r\n(Supported|Require|Subject|Session-Expires|Allow): [^\r]*/g,
        '',
      )
      .replace(/Content-Length: \d+\r\n\r\n[\s\S]*$/, 'Content-Length: 0\r\n\r\n');
    this.#remember({ method: 'CANCEL', branch, cseq, text, dialog, atMs: nowMs, mark: '' });
    return text;
  }

  /** The ACK of a 2xx to `invite`. */
  acknowledge(invite: Asked, hasSdp: boolean): string {
    const dialog = invite.dialog ?? this.dialogs.find(({ remote }) => remote === invite.responseTo) ?? null;
    const parts = { method: 'ACK', branch: this.#mintBranch(), cseq: invite.cseq, dialog, headers: '', hasSdp };
    invite.ackText = this.#requestText(parts);
    this.repeatable.push({ text: invite.ackText, untilMs: Infinity });
    return invite.ackText;
  }

  /** The first INVITE by another way. */
  merged(nowMs: number): string {
    const { text, branch, cseq } = this.invite;
    const other = this.#mintBranch();
    const merged = text.replace(branch, other);
    this.#remember({ method: 'INVITE', branch: other, cseq, text: merged, dialog: null, atMs: nowMs, mark: '' });
    return merged;
  }

  /** Whether the switch still listens to answers to `served`. */
  isHeard(served: Served, nowMs: number): boolean {
    return nowMs < served.deadAtMs;
  }

  respond(served: Served, saying: Saying, nowMs: number): string {
    const { status, fork = '', hasSdp = false, headers = '' } = saying;
    const { request } = served;
    const isFirst = request.method === 'INVITE' && request.toTag === '';
    const tag = `${this.name}-${request.cseq}${fork}`;
    const to = request.toTag !== '' || status === 100 ? request.to : `${request.to};tag=${tag}`;
    const contact = status > 100 && status < 300 ? `Contact: <sip:${this.place.address}:5060>\r\n` : '';
    const text =
      `SIP/2.0 ${status} Said\r\n${request.vias}From: ${request.from}\r\nTo: ${to}\r\nCall-ID: ${request.callId}\r\n` +
      `CSeq: ${request.cseq} ${request.method}\r\n${contact}${headers}${bodyOf(hasSdp)}`;
    const isHeard = this.isHeard(served, nowMs);
    served.lastText = text;
    if (isFirst && status > 100 && status < 300) this.#enter(tag, served, status >= 200 && isHeard);
    if (status < 200) {
      served.provisionalCount += 1;
      if (isHeard && request.method === 'INVITE') {
        served.deadAtMs = served.isCancelled ? Math.min(served.deadAtMs, nowMs + HEARD_MS) : Infinity;
      }
      return text;
    }
    served.finals.set(fork, { status, text, isHeard, ackCount: 0 });
    this.repeatable.push({ text, untilMs: Infinity });
    if (served.finals.size === 1 && isHeard) served.deadAtMs = nowMs + HEARD_MS;
    return text;
  }

  /** The switch hears that nobody is here: what it waits for is over. */
  unreachable(nowMs: number): void {
    for (const served of this.served) {
      const isWaiting = served.request.method !== 'INVITE' || served.provisionalCount === 0;
      const isFailed = [...served.finals.values()].some(({ status }) => status >= 300);
      if (served.finals.size === 0 ? isWaiting : isFailed) served.deadAtMs = Math.min(served.deadAtMs, nowMs);
    }
    for (const asked of this.asked) asked.isExcused = true;
  }

  /** What the switch owed this peer and did not do, once everything is over. */
  faults(): string[] {
    const faults = [...this.#faults];
    for (const { method, cseq, status, isExcused } of this.asked) {
      if (status === 0 && !isExcused) faults.push(`its ${method} (CSeq ${cseq}) got no final response`);
    }
    for (const { request, finals } of this.served) {
      if (request.method !== 'INVITE') continue;
      for (const { status, isHeard, ackCount } of finals.values()) {
        if (isHeard && ackCount === 0) faults.push(`its ${status} to INVITE (CSeq ${request.cseq}) got no ACK`);
      }
    }
    for (const { localTag, remoteTag, isConfirmed, byeSent, byeReceived } of this.dialogs) {
      if (isConfirmed && !byeSent && !byeReceived) faults.push(`no BYE in its dialog ${localTag} / ${remoteTag}`);
    }
    return faults.map((fault) => `${this.name}: ${fault}`);
  }

  #receiveRequest(message: PeerMessage, nowMs: number) {
    const { method, branch, cseq, toTag, fromTag } = message;
    if (method === 'ACK') return this.#receiveAck(message);
    const known = this.served.find(({ request }) => request.branch === branch && request.method === method);
    const again = known?.lastText ?? '';
    if (known !== undefined) return { replies: again === '' ? [] : [again], fresh: null, answered: null };
    const isOf = (end: DialogEnd): boolean => end.localTag === toTag && end.remoteTag === fromTag;
    const dialog = this.dialogs.find(isOf) ?? null;
    const mark = /\r\nSubject: ([^\r]*)\r\n/.exec(message.text)?.[1] ?? '';
    const deadAtMs = nowMs + HEARD_MS;
    const fresh: Served = {
      ...{ request: message, dialog, atMs: nowMs, mark, provisionalCount: 0, isCancelled: false, deadAtMs },
      ...{ finals: new Map<string, Final>(), lastText: '', rseqs: new Map<string, number>() },
    };
    this.served.push(fresh);
    if (method === 'CANCEL') return { replies: this.#receiveCancel(fresh, nowMs), fresh: null, answered: null };
    if (toTag !== '') this.#checkInDialog(message, dialog, nowMs);
    if (dialog !== null) dialog.remoteCseq = Math.max(cseq, dialog.remoteCseq);
    if (method !== 'BYE') return { replies: [], fresh, answered: null };
    if (dialog !== null) dialog.byeReceived = true;
    if (this.byeManner === 'silent') return { replies: [], fresh, answered: null };
    const status = this.byeManner === 'answers' ? 200 : 481;
    return { replies: [this.respond(fresh, { status }, nowMs)], fresh, answered: null };
  }

  #checkInDialog({ method, cseq, toTag }: PeerMessage, dialog: DialogEnd | null, nowMs: number): void {
    if (dialog === null) return this.#fault(`a ${method} in the dialog ${toTag}, which is none`);
    if (cseq <= dialog.remoteCseq) this.#fault(`a ${method} with CSeq ${cseq} after ${dialog.remoteCseq}`);
    if (method === 'BYE' && !dialog.byeSent && this.#owesAck(dialog, nowMs)) this.#fault('15: a BYE before its ACK');
    if (dialog.byeReceived) this.#fault(`a ${method} after the BYE`);
    if (dialog.byeSent && method !== 'BYE') {
      const bye = this.asked.find((asked) => asked.method === 'BYE' && asked.dialog === dialog);
      if (bye?.status === 200) this.#fault(`a ${method} after its BYE was answered`);
    }
  }

  /** A 2xx to an INVITE of this peer in `end` waits for its ACK, and the switch still repeats it. */
  #owesAck(end: DialogEnd, nowMs: number): boolean {
    return this.asked.some(({ method, status, dialog, responseTo, ackText, answeredAtMs }) => {
      const isSuccess = method === 'INVITE' && status >= 200 && status < 300;
      const isOfEnd = dialog === end || (dialog === null && responseTo === end.remote);
      return isSuccess && isOfEnd && ackText === '' && nowMs < answeredAtMs + HEARD_MS;
    });
  }

  #receiveCancel(cancel: Served, nowMs: number): string[] {
    const { branch } = cancel.request;
    const invite = this.served.find(({ request }) => request.branch === branch && request.method === 'INVITE');
    if (invite === undefined) this.#fault('a CANCEL of nothing');
    else if (!invite.isCancelled) {
      invite.isCancelled = true;
      if (invite.provisionalCount === 0) this.#fault('9.1: a CANCEL before any provisional response');
      if (invite.finals.size === 0) invite.deadAtMs = nowMs + HEARD_MS;
    }
    return [this.respond(cancel, { status: 200 }, nowMs)];
  }

  #receiveAck({ branch, cseq, toTag }: PeerMessage) {
    let isExpected = false;
    for (const { request, finals } of this.served) {
      if (request.method !== 'INVITE' || request.cseq !== cseq) continue;
      for (const [fork, final] of finals) {
        const isMine = request.toTag !== '' || toTag === `${this.name}-${request.cseq}${fork}`;
        if (!isMine || final.status >= 300 !== (request.branch === branch)) continue;
        final.ackCount += 1;
        isExpected = true;
      }
    }
    if (!isExpected) this.#fault(`an ACK (CSeq ${cseq}) of nothing`);
    return { replies: [], fresh: null, answered: null };
  }

  #receiveResponse(message: PeerMessage, nowMs: number): { replies: string[]; answered: Asked | null } {
    const { branch, method, status, text } = message;
    const asked = this.asked.find((other) => other.branch === branch && other.method === method);
    if (asked === undefined) {
      this.#fault(`a ${status} (${method}) to a branch it never used`);
      return { replies: [], answered: null };
    }
    if (method === 'INVITE' && message.toTag !== '' && status < 300) this.#receiveTag(asked, message, status >= 200);
    if (status < 200) {
      if (asked.status !== 0) this.#fault(`a ${status} (${method}) after the final response`);
      return { replies: [], answered: null };
    }
    const isFirst = asked.status === 0;
    // What is answered outside of dialogs leaves nothing behind: once a late 2xx has made one, a repeat is new in it.
    const isForgotten = asked.status === 481;
    if (!isFirst && !isForgotten && !asked.isExcused && asked.responseText !== text)
      this.#fault(`a second final response to ${method}: ${status}`);
    if (isFirst) {
      asked.status = status;
      asked.responseText = text;
      asked.responseTo = message.to;
      asked.answeredAtMs = nowMs;
    }
    const answered = isFirst ? asked : null;
    if (method !== 'INVITE') return { replies: [], answered };
    if (status < 300) return { replies: asked.ackText === '' ? [] : [asked.ackText], answered };
    return { replies: [this.#failureAck(asked, message)], answered };
  }

  #receiveTag(invite: Asked, { from, to, toTag, text }: PeerMessage, isFinal: boolean): void {
    let dialog = this.dialogs.find(({ remoteTag }) => remoteTag === toTag);
    if (dialog === undefined) {
      const localTag = `tag-${this.name}`;
      dialog = { ...newEnd(localTag, toTag), local: from, remote: to };
      this.dialogs.push(dialog);
    }
    if (invite.dialog === null) this.current = dialog;
    if (isFinal && invite.dialog === null) dialog.isConfirmed = true;
    const rseq = isFinal ? undefined : /\r\nRSeq: (\d+)\r\n/.exec(text)?.[1];
    if (rseq === undefined) return;
    this.rack = `${rseq} ${invite.cseq} INVITE`;
    this.rackDialog = dialog;
  }

  #failureAck({ text, branch, cseq }: Asked, { to }: PeerMessage): string {
    const uri = text.slice(7, text.indexOf(' SIP/2.0'));
    const from = /\r\nFrom: ([^\r]*)/.exec(text)?.[1] ?? '';
    return (
      `ACK ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${this.place.address}:5060;branch=${branch}\r\nMax-Forwards: 70\r\n` +
      `From: ${from}\r\nTo: ${to}\r\nCall-ID: ${this.callId}\r\nCSeq: ${cseq} ACK\r\nContent-Length: 0\r\n\r\n`
    );
  }

  /** 12.1.1: the vendor's end of a dialog. */
  #enter(tag: string, { request }: Served, isConfirmed: boolean): void {
    let dialog = this.dialogs.find(({ localTag }) => localTag === tag);
    if (dialog === undefined) {
      dialog = { ...newEnd(tag, request.fromTag), local: `${request.to};tag=${tag}`, remote: request.from };
      dialog.remoteCseq = request.cseq;
      this.dialogs.push(dialog);
    }
    dialog.isConfirmed ||= isConfirmed;
    this.current = dialog;
  }

  #remember(
    asked: Omit<Asked, 'status' | 'responseText' | 'responseTo' | 'answeredAtMs' | 'ackText' | 'isExcused'>,
  ): void {
    this.asked.push({
      ...asked,
      status: 0,
      responseText: '',
      responseTo: '',
      answeredAtMs: 0,
      ackText: '',
      isExcused: false,
    });
    this.repeatable.push({ text: asked.text, untilMs: asked.atMs + 4000 });
  }

  #requestText(parts: {
    readonly method: string;
    readonly branch: string;
    readonly cseq: number;
    readonly dialog: DialogEnd | null;
    readonly headers: string;
    readonly hasSdp: boolean;
  }): string {
    const { method, branch, cseq, dialog, headers, hasSdp } = parts;
    const uri = dialog === null ? `sip:${this.#number}@${SWITCH_PLACE.address}` : SWITCH_URI;
    const from = dialog === null ? `<sip:49221@${this.place.address}>;tag=tag-${this.name}` : dialog.local;
    const to = dialog === null ? `<sip:${this.#number}@${SWITCH_PLACE.address}>` : dialog.remote;
    const contact = method === 'BYE' || method === 'ACK' ? '' : `Contact: <sip:${this.place.address}:5060>\r\n`;
    return (
      `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${this.place.address}:5060;branch=${branch}\r\n` +
      `Max-Forwards: 70\r\nFrom: ${from}\r\nTo: ${to}\r\nCall-ID: ${this.callId}\r\nCSeq: ${cseq} ${method}\r\n` +
      `${contact}${headers}${bodyOf(hasSdp)}`
    );
  }

  #mintBranch(): string {
    this.#branchCount += 1;
    return `z9hG4bK-${this.name}-${this.#branchCount}`;
  }

  #fault(sentence: string): void {
    assert.ok(this.#faults.length < 100, `${this.name} sees faults without end: ${sentence}`);
    this.#faults.push(sentence);
  }
}
