// The datagrams of one call through a RunnerBench, as its two peers say them.

import { CALLER, type RunnerBench, type Sent, SWITCH, TRUNK } from './runner-bench.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

/** One call, and both its ends. */
export class BenchCall {
  readonly callId: string;
  readonly #bench: RunnerBench;
  #branch = 0;
  /** The INVITE that the trunk got, and the 200 that the caller got. */
  invite = '';
  answer = '';

  constructor(bench: RunnerBench, callId: string) {
    this.#bench = bench;
    this.callId = callId;
  }

  /** The caller's INVITE. */
  inviteText(): string {
    return this.#text(`INVITE sip:4989@${SWITCH} SIP/2.0`, CALLER, [
      `From: <sip:1@${CALLER}>;tag=caller`,
      `To: <sip:4989@${SWITCH}>`,
      `Call-ID: ${this.callId}`,
      'CSeq: 1 INVITE',
      `Contact: <sip:${CALLER}>`,
      'Content-Type: application/sdp',
    ]);
  }

  /** Up to the trunk. */
  begin(): void {
    const sent = this.#bench.receive(this.inviteText(), CALLER);
    this.invite = textTo(sent, TRUNK, 'INVITE');
  }

  /** The trunk's 200. */
  answerText(): string {
    return this.responseText(this.invite, 'trunk', ['Content-Type: application/sdp'], SDP);
  }

  /** The trunk answers; what left then. */
  answered(): Sent[] {
    const sent = this.#bench.receive(this.answerText(), TRUNK);
    this.heard(sent);
    return sent;
  }

  /** Remembers the 200 among `sent`, if it is there. */
  heard(sent: readonly Sent[]): void {
    this.answer = sent.find(({ text, to }) => to === CALLER && text.startsWith('SIP/2.0 200'))?.text ?? this.answer;
  }

  acknowledged(): void {
    this.#bench.receive(this.inDialog('ACK', CALLER, 1), CALLER);
  }

  /** The whole set-up. */
  establish(): void {
    this.begin();
    this.answered();
    this.acknowledged();
  }

  /** A request of the caller in its dialog. */
  inDialog(method: string, from: string, cseq: number): string {
    const isCaller = from === CALLER;
    const [ours, theirs] = isCaller
      ? [headerOf(this.answer, 'From'), headerOf(this.answer, 'To')]
      : [`${headerOf(this.invite, 'To')};tag=trunk`, headerOf(this.invite, 'From')];
    return this.#text(`${method} sip:${SWITCH} SIP/2.0`, from, [
      `From: ${ours}`,
      `To: ${theirs}`,
      `Call-ID: ${isCaller ? this.callId : headerOf(this.invite, 'Call-ID')}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:${from}>`,
    ]);
  }

  /** A 200 to `request`, which the switch sent. `tag`: added to To where it has none. */
  responseText(request: string, tag = '', lines: readonly string[] = [], body = ''): string {
    const to = headerOf(request, 'To');
    const kept = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${headerOf(request, name)}`);
    const all = [
      'SIP/2.0 200 OK',
      ...kept,
      `To: ${tag === '' || to.includes(';tag=') ? to : `${to};tag=${tag}`}`,
      `Contact: <sip:${TRUNK}>`,
      ...lines,
      `Content-Length: ${body.length}`,
    ];
    return `${all.join('\r\n')}\r\n\r\n${body}`;
  }

  #text(start: string, from: string, lines: readonly string[]): string {
    this.#branch += 1;
    const via = `Via: SIP/2.0/UDP ${from}:5060;branch=z9hG4bK${this.callId}${this.#branch};rport`;
    const body = lines.includes('Content-Type: application/sdp') ? SDP : '';
    const all = [start, via, 'Max-Forwards: 70', ...lines, `Content-Length: ${body.length}`];
    return `${all.join('\r\n')}\r\n\r\n${body}`;
  }
}

/** The first message of `sent` to `to` whose first line begins with `start`. */
export function textTo(sent: readonly Sent[], to: string, start: string): string {
  return sent.find((one) => one.to === to && one.text.startsWith(start))?.text ?? '';
}

/** What of `sent` went where: `caller 200`, `trunk BYE`. */
export function wordsOf(sent: readonly Sent[]): string[] {
  return sent.map(({ text, to }) => {
    const [first = '', second = ''] = text.split(' ');
    return `${to === CALLER ? 'caller' : 'trunk'} ${first === 'SIP/2.0' ? second : first}`;
  });
}

/** Value of the header `name`. */
export function headerOf(text: string, name: string): string {
  const line = text.split('\r\n').find((one) => one.startsWith(`${name}: `)) ?? '';
  return line.slice(name.length + 2);
}
