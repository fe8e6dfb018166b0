// Peers that keep to the grammar and to nothing else: what they say next is drawn from what they have said and heard,
// right more often than wrong, so that calls come about and are then ill-treated in every state.

import type { Prng } from '../../src/core/base/prng.ts';
import type { Place } from '../simulator/network.ts';
import { PeerMessage } from '../simulator/peer-message.ts';
import { SWITCH_PLACE } from '../simulator/switch.ts';
import { headersFor, looseBody, looseContact } from './loose-headers.ts';

/** A message that a peer has sent or heard. */
export interface Said {
  /** Which peer. */
  readonly who: number;
  readonly text: string;
  readonly message: PeerMessage;
}

/** `text` as its peer reads it: lines may be folded. */
export function read(text: string): PeerMessage {
  return new PeerMessage(text.replace(/\r\n[ \t]+/g, ' '));
}

/** What a request is made of besides what is drawn. */
interface RequestParts {
  readonly who: number;
  readonly method: string;
  readonly branch: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  readonly uri: string;
  readonly lines?: string;
}

const SWITCH_URI = `sip:${SWITCH_PLACE.address}:${SWITCH_PLACE.port}`;
const CSEQ_MAX = 4_294_967_295;

const METHODS = 'INVITE INVITE UPDATE UPDATE PRACK PRACK PRACK BYE INFO OPTIONS REFER NOTIFY MESSAGE FOO'.split(' ');
const INVITE_STATUSES = [
  ...[100, 180, 183, 180, 183, 199, 200, 200, 200, 200, 200, 202, 299, 302, 401, 407, 422, 486, 491, 500, 503],
  ...[481, 408, 487, 603, 699],
];
const OTHER_STATUSES = [200, 200, 200, 200, 202, 100, 183, 401, 407, 422, 491, 481, 408, 500, 405, 501, 302];

/** Several peers; the first one is the caller. */
export class LoosePeers {
  readonly sent: Said[] = [];
  readonly heard: Said[] = [];
  readonly #random: Prng;
  readonly #places: readonly Place[];
  /** Share of the answers that are what a caller hopes for. */
  readonly #mildness: number;
  #mintedCount = 0;

  constructor(random: Prng, places: readonly Place[]) {
    this.#random = random;
    this.#places = places;
    this.#mildness = random.below(3) * 0.3;
  }

  /** The next message, noted as sent; null when what was drawn follows nothing. */
  next(): Said | null {
    const said = this.#draw();
    if (said === null) return null;
    const noted = { ...said, message: read(said.text) };
    this.sent.push(noted);
    return noted;
  }

  #draw(): { readonly who: number; readonly text: string } | null {
    const kind = this.#random.below(100);
    if (kind < 10) return this.#invite();
    if (kind < 45) return this.#respond();
    if (kind < 75) return this.#askInside();
    if (kind < 88) return this.#acknowledge();
    if (kind < 93) return this.#cancel();
    // The same once more, or what the switch has sent.
    return this.#lately(kind < 97 ? this.sent : this.heard) ?? null;
  }

  #invite(): { who: number; text: string } {
    const again = this.#random.chance(0.15) ? this.#lately(this.#invitesSent()) : undefined;
    const name = this.#mint();
    const tag = again?.message.fromTag ?? `f-${name}`;
    return this.#request({
      who: this.#random.chance(0.97) ? 0 : this.#random.below(this.#places.length),
      method: 'INVITE',
      branch: `z9hG4bK-${name}`,
      from: `<sip:77@host.example>;tag=${tag}`,
      to: `<sip:4930@${SWITCH_PLACE.address}>`,
      callId: again?.message.callId ?? `call-${name}`,
      cseq: again !== undefined && this.#random.chance(0.5) ? again.message.cseq : 1 + this.#random.below(3),
      uri: `sip:4930@${SWITCH_PLACE.address}`,
    });
  }

  #respond(): { who: number; text: string } | null {
    const asked = this.#lately(this.heard.filter(({ message }) => message.isRequest && message.method !== 'ACK'));
    if (asked === undefined) return null;
    const { who, message } = asked;
    const isMild = this.#random.chance(this.#mildness);
    const status = this.#statusFor(message.method, isMild);
    const tag = isMild ? 't1' : this.#pick(['t1', 't2', 't3', '', this.#mint()]);
    const isTagged = message.toTag !== '' || status === 100 || tag === '';
    const to = isTagged ? message.to : `${message.to};tag=${tag}-${message.cseq}`;
    const drawn = headersFor(this.#random, this.#addressOf(who), message.method, status);
    const text =
      `SIP/2.0 ${status} Said\r\n${message.vias}From: ${message.from}\r\nTo: ${to}\r\nCall-ID: ${message.callId}\r\n` +
      `CSeq: ${message.cseq} ${message.method}\r\n${this.#contact(who)}${drawn}${looseBody(this.#random)}`;
    return { who, text };
  }

  #statusFor(method: string, isMild: boolean): number {
    if (isMild) return this.#pick(method === 'INVITE' ? [180, 183, 200, 200] : [200]);
    return this.#pick(method === 'INVITE' ? INVITE_STATUSES : OTHER_STATUSES);
  }

  /** A request in a dialog, or nearly. */
  #askInside(): { who: number; text: string } | null {
    const anchor = this.#lately([...this.heard, ...this.sent].filter(({ message }) => message.toTag !== ''));
    if (anchor === undefined) return null;
    const { message } = anchor;
    // Whose From is ours: requests that we have sent, responses that we have heard.
    const isOurs = this.sent.includes(anchor) === message.isRequest;
    const [from, to] = isOurs !== this.#random.chance(0.03) ? [message.from, message.to] : [message.to, message.from];
    const method = this.#pick(METHODS);
    const last = this.sent.filter(({ message: own }) => own.isRequest && own.callId === message.callId);
    const cseq = Math.max(0, ...last.map(({ message: own }) => own.cseq).filter((known) => known < CSEQ_MAX));
    return this.#request({
      who: this.#random.chance(0.97) ? anchor.who : this.#random.below(this.#places.length),
      method,
      branch: `z9hG4bK-${this.#mint()}`,
      from,
      to,
      callId: message.callId,
      cseq: this.#pick([cseq + 1, cseq + 1, cseq + 1, cseq + 1, cseq + 5, cseq, 0, CSEQ_MAX]),
      uri: SWITCH_URI,
      lines: method === 'PRACK' ? this.#rackLine(anchor.who) : '',
    });
  }

  #rackLine(who: number): string {
    const reliable = this.#lately(this.heard.filter((said) => said.who === who && said.text.includes('\r\nRSeq: ')));
    if (reliable === undefined || this.#random.chance(0.1)) return this.#pick(['', 'RAck: 1 1 INVITE\r\n']);
    const rseq = /\r\nRSeq: (\d+)/.exec(reliable.text)?.[1];
    return `RAck: ${rseq}${this.#pick([' ', '  '])}${reliable.message.cseq} INVITE\r\n`;
  }

  #acknowledge(): { who: number; text: string } | null {
    const isFinal = ({ message }: Said): boolean => message.status >= 200 && message.method === 'INVITE';
    const final = this.#lately(this.heard.filter(isFinal));
    if (final === undefined) return null;
    const { from, to, callId, cseq, status, branch } = final.message;
    const isOld = status >= 300 !== this.#random.chance(0.05);
    const parts = { from, to, callId, cseq, uri: SWITCH_URI, branch: isOld ? branch : `z9hG4bK-${this.#mint()}` };
    return this.#request({ ...parts, who: final.who, method: 'ACK' });
  }

  #cancel(): { who: number; text: string } | null {
    const invite = this.#lately(this.#invitesSent());
    if (invite === undefined) return null;
    const { branch, from, to, callId, cseq, uri } = invite.message;
    return this.#request({ who: invite.who, method: 'CANCEL', branch, from, to, callId, cseq, uri });
  }

  #request({ who, method, branch, from, to, callId, cseq, uri, lines = '' }: RequestParts) {
    const isBare = method === 'BYE' || method === 'CANCEL';
    const drawn = headersFor(this.#random, this.#addressOf(who), method, 0);
    const hops = this.#pick([70, 70, 70, 70, 70, 70, 1, 0]);
    const via = `SIP/2.0/UDP ${this.#addressOf(who)}:5060;branch=${branch}${this.#pick(['', ';rport'])}`;
    const text =
      `${method} ${uri} SIP/2.0\r\nVia: ${via}\r\nMax-Forwards: ${hops}\r\nFrom: ${from}\r\nTo: ${to}\r\n` +
      `Call-ID: ${callId}\r\nCSeq: ${cseq} ${method}\r\n${lines}${isBare ? '' : this.#contact(who)}${drawn}` +
      looseBody(this.#random);
    return { who, text };
  }

  #contact(who: number): string {
    return looseContact(this.#random, this.#addressOf(who), this.#pick(this.#places).address);
  }

  #invitesSent(): Said[] {
    return this.sent.filter(({ message }) => message.isRequest && message.method === 'INVITE');
  }

  #addressOf(who: number): string {
    return (this.#places[who] as Place).address;
  }

  #mint(): string {
    this.#mintedCount += 1;
    return `m${this.#mintedCount}`;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.below(list.length)] as T;
  }

  /** One of `list`, a late one more likely. */
  #lately<T>(list: readonly T[]): T | undefined {
    const share = this.#random.below(1_000_000) / 1_000_000;
    return list[list.length - 1 - Math.floor(list.length * share ** 2.5)];
  }
}
