// One column of a ladder: a peer that does what the ladder says and nothing of its own accord. It prints messages
// that are right for what it has sent and received so far, and describes what it receives.

import assert from 'node:assert/strict';
import { type Challenge, challengesOf, printCredentials } from '../../src/core/sip/digest.ts';
import { SipMessage } from '../../src/core/sip/message.ts';
import { parseMessage } from '../../src/core/sip/parse-message.ts';
import { nodeDigest } from '../../src/shard-host/node-digest.ts';
import type { Place } from '../simulator/network.ts';
import { PeerMessage } from '../simulator/peer-message.ts';
import { SWITCH_PLACE } from '../simulator/switch.ts';
import type { FlowItem } from './flow-file.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 10.99.0.1\r\ns=-\r\nc=IN IP4 10.99.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

/** A request that this peer has sent. */
interface SentRequest {
  readonly method: string;
  readonly uri: string;
  readonly branch: string;
  readonly to: string;
  readonly cseq: number;
  readonly text: string;
}

/** What a received message is, in the words of a ladder. */
export interface Described {
  readonly words: string;
  readonly message: PeerMessage;
}

/** The peer of one column. */
export class FlowPeer {
  readonly name: string;
  readonly place: Place;
  readonly #number: string;
  readonly #ownTag: string;
  #callId: string;
  #localAddress: string;
  #remoteAddress: string;
  /** The last request of each method, each way. */
  readonly #sent = new Map<string, SentRequest>();
  /** The INVITE that took a second way. */
  #merged: Omit<SentRequest, 'text'> | null = null;
  readonly #received = new Map<string, PeerMessage>();
  /** Everything received, to know a repeat. */
  readonly #seen = new Set<string>();
  readonly #responses = new Map<string, string>();
  #isInDialog = false;
  /** The last challenge that came, and how often it has been answered. */
  #challenge: Challenge | null = null;
  #answerCount = 0;
  /** RAck for the last reliable provisional response received (RFC 3262 7.2). */
  #rack = '';
  #cseq = 1;
  #branchCount = 0;

  constructor(name: string, place: Place, number: string) {
    this.name = name;
    this.place = place;
    this.#number = number;
    this.#ownTag = `tag-of-${name}`;
    this.#callId = `call-of-${name}@${place.address}`;
    this.#localAddress = `<sip:49221@${place.address}>;tag=${this.#ownTag}`;
    this.#remoteAddress = `<sip:${number}@${SWITCH_PLACE.address}>`;
  }

  /** Whether this peer has given the INVITE that it received a final answer. */
  get hasAnswered(): boolean {
    return [...this.#responses.keys()].some((key) => /^[2-6]\d\d INVITE/.test(key));
  }

  /** Describes a datagram that arrived, and remembers what it says. */
  receive(text: string): Described {
    const message = new PeerMessage(text);
    const isRepeat = this.#seen.has(text);
    this.#seen.add(text);
    const rseq = /\r\nRSeq: (\d+)\r\n/.exec(text)?.[1];
    // What answers a broken request may repeat what is broken in it.
    const parsed = message.isRequest ? null : parseMessage(text);
    const [challenge] = parsed instanceof SipMessage ? challengesOf(parsed) : [];
    if (challenge !== undefined) {
      this.#challenge = challenge;
      this.#answerCount = 0;
    }
    if (rseq !== undefined) this.#rack = `${rseq} ${message.cseq} ${message.method}`;
    if (message.isRequest) this.#receiveRequest(message);
    else if (message.method === 'INVITE' && message.status < 300 && message.toTag !== '') this.#receiveTag(message);
    const of = message.isRequest || message.method === 'INVITE' ? '' : ` (${message.method})`;
    const body = message.body === '' ? '' : message.hasSdp ? ' +SDP' : ' +body';
    const name = message.isRequest ? message.method : String(message.status);
    return { words: `${name}${of}${body}${isRepeat ? ' again' : ''}`, message };
  }

  /** The datagram of `item`, a message that this peer sends. */
  print(item: FlowItem): string {
    return item.of === '' ? this.#printRequest(item) : this.#printResponse(item);
  }

  #receiveRequest(message: PeerMessage): void {
    this.#received.set(message.method, message);
    if (message.method !== 'INVITE' || message.toTag !== '') return;
    this.#callId = message.callId;
    this.#remoteAddress = message.from;
    this.#localAddress = `${message.to};tag=${this.#ownTag}`;
    this.#isInDialog = true;
  }

  #receiveTag(message: PeerMessage): void {
    if (message.fromTag !== this.#ownTag) return;
    this.#remoteAddress = message.to;
    this.#isInDialog = true;
  }

  #printRequest(item: FlowItem): string {
    const { name, manner } = item;
    if (manner === 'again') return this.#lastSent(name).text;
    const request = this.#requestFor(item);
    const text = this.#requestText(request, item);
    if (manner === '') this.#sent.set(name, { ...request, text });
    return text;
  }

  #requestFor({ name, manner }: FlowItem): Omit<SentRequest, 'text'> {
    const branch = `z9hG4bK-${this.name}-${++this.#branchCount}`;
    const invite = name === 'ACK' && manner === 'merged' ? this.#merged : (this.#sent.get('INVITE') ?? null);
    if (name === 'CANCEL' || (name === 'ACK' && manner !== 'stray' && !this.#isSuccess(invite))) {
      assert.ok(invite !== null, `${name} follows an INVITE`);
      return { ...invite, method: name, to: name === 'ACK' ? this.#failedTo(invite) : invite.to };
    }
    if (name === 'ACK' && manner !== 'stray')
      return { method: name, uri: this.#inDialogUri(), branch, to: this.#remoteAddress, cseq: invite?.cseq ?? 0 };
    if (manner === 'merged') {
      this.#merged = { ...this.#lastSent(name), branch };
      return this.#merged;
    }
    if (manner === 'stray')
      return { method: name, uri: this.#inDialogUri(), branch, to: '<sip:1@nowhere>;tag=unknown', cseq: 7 };
    const uri = this.#isInDialog ? this.#inDialogUri() : `sip:${this.#number}@${SWITCH_PLACE.address}`;
    return { method: name, uri, branch, to: this.#remoteAddress, cseq: this.#cseq++ };
  }

  #requestText({ method, uri, branch, to, cseq }: Omit<SentRequest, 'text'>, item: FlowItem): string {
    const from = item.tag === '' ? this.#localAddress : this.#localAddress.replace(this.#ownTag, this.#tagOf(item));
    const isGiven = (name: string): boolean => item.headers.some((header) => header.startsWith(`${name}:`));
    const viaLine = isGiven('Via') ? '' : `Via: SIP/2.0/UDP ${this.place.address}:5060;branch=${branch}\r\n`;
    const maxForwardsLine = isGiven('Max-Forwards') ? '' : 'Max-Forwards: 70\r\n';
    const toLine = isGiven('To') ? '' : `To: ${to}\r\n`;
    const fromLine = isGiven('From') ? '' : `From: ${from}\r\n`;
    return (
      `${method} ${uri} SIP/2.0\r\n${viaLine}` +
      `${maxForwardsLine}${fromLine}${toLine}Call-ID: ${this.#callId}\r\n` +
      `CSeq: ${cseq} ${method}\r\n${this.#rest(this.#signed(item, method, uri))}`
    );
  }

  /** `{as user:password}` answers the last challenge; a third part is another nonce count than the next. */
  #signed(item: FlowItem, method: string, uri: string): FlowItem {
    const headers = item.headers.map((header) => {
      const [, user = '', password = '', count] = /^as (\S+):(\S+?)(?: nc (\d+))?$/.exec(header) ?? [];
      if (user === '') return header;
      assert.ok(this.#challenge !== null, `${this.name} has been challenged before`);
      this.#answerCount = count === undefined ? this.#answerCount + 1 : Number(count);
      const input = { user, password, method, uri, body: '', clientNonce: 'c0ffee', nonceCount: this.#answerCount };
      return printCredentials(this.#challenge, input, nodeDigest).trimEnd();
    });
    return { ...item, headers };
  }

  #printResponse(item: FlowItem): string {
    const key = `${item.name} ${item.of} ${item.tag}`;
    if (item.manner === 'again') return this.#responses.get(key) ?? assert.fail(`${key} was sent before`);
    const request = this.#received.get(item.of);
    assert.ok(request !== undefined, `${item.name} answers a ${item.of} that came before`);
    const hasTag = request.toTag !== '' || item.name === '100' || item.tag === '#untagged';
    const to = hasTag ? request.to : `${request.to};tag=${this.#tagOf(item)}`;
    const text =
      `SIP/2.0 ${item.name} Said\r\n${request.vias}From: ${request.from}\r\nTo: ${to}\r\n` +
      `Call-ID: ${request.callId}\r\nCSeq: ${request.cseq} ${request.method}\r\n${this.#rest(item)}`;
    this.#responses.set(key, text);
    return text;
  }

  /** Contact, what the ladder adds, and the body. */
  #rest({ headers, body, name }: FlowItem): string {
    const [type, content] =
      body === '+SDP'
        ? ['application/sdp', SDP]
        : body === '+body'
          ? ['application/dtmf-relay', 'Signal=5\r\n']
          : ['', ''];
    const isGiven = (line: string): boolean => headers.some((header) => header.startsWith(`${line}:`));
    const hasContact = !isGiven('Contact') && !/^(BYE|ACK|CANCEL|[3-6]\d\d)$/.test(name);
    const contact = hasContact ? `Contact: <sip:${this.place.address}:5060>\r\n` : '';
    const rack = name === 'PRACK' && !isGiven('RAck') ? `RAck: ${this.#rack}\r\n` : '';
    const added = rack + headers.map((header) => `${header}\r\n`).join('');
    const typed = type === '' ? '' : `Content-Type: ${type}\r\n`;
    return `${contact}${added}${typed}Content-Length: ${content.length}\r\n\r\n${content}`;
  }

  #tagOf({ tag }: FlowItem): string {
    return tag === '' ? this.#ownTag : `${this.#ownTag}-${tag.slice(1)}`;
  }

  /** Whether `invite` was answered 2xx. */
  #isSuccess(invite: Pick<SentRequest, 'branch'> | null): boolean {
    return this.#answersTo(invite).some(({ status }) => status >= 200 && status < 300);
  }

  /** To of the failure of `invite`. */
  #failedTo(invite: Pick<SentRequest, 'branch'>): string {
    const failure = this.#answersTo(invite).find(({ status }) => status >= 300);
    assert.ok(failure !== undefined, 'an ACK follows a final response');
    return failure.to;
  }

  #answersTo(invite: Pick<SentRequest, 'branch'> | null): PeerMessage[] {
    const responses = [...this.#seen]
      .filter((text) => text.startsWith('SIP/2.0 '))
      .map((text) => new PeerMessage(text));
    return responses.filter(({ method, branch }) => method === 'INVITE' && branch === invite?.branch);
  }

  #lastSent(method: string): SentRequest {
    return this.#sent.get(method) ?? assert.fail(`${this.name} has sent no ${method}`);
  }

  #inDialogUri(): string {
    return `sip:${SWITCH_PLACE.address}:${SWITCH_PLACE.port}`;
  }
}
