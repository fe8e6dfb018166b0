// SIP as the simulated peers of the demo read and write it: RFC 3261 as far as two ends of a basic call need it. They
// share no line with the switch, so a mistake of its parser cannot hide in theirs.

/** Header lines in the order they are written. */
export type HeaderLines = readonly (readonly [name: string, value: string])[];

/** A message as a peer sees it. */
export interface SipText {
  /** Of a request its own, of a response that of its CSeq. */
  readonly method: string;
  /** 0 for requests. */
  readonly status: number;
  /** Values by lower-case name, topmost first. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** What a response is made with, beside the request. */
export interface AnswerParts {
  readonly status: number;
  readonly reason: string;
  /** '' leaves To as it came. */
  readonly toTag: string;
  /** '' for none. */
  readonly contact: string;
  readonly body: string;
}

/** Reads a datagram; null when it is no SIP message. */
export function readSip(text: string): SipText | null {
  const end = text.indexOf('\r\n\r\n');
  const [startLine = '', ...lines] = text.slice(0, end < 0 ? text.length : end).split('\r\n');
  const [first = '', second = '', third = ''] = startLine.split(' ', 3);
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  if (first === 'SIP/2.0') {
    const method = headers.get('cseq')?.[0]?.split(' ')[1] ?? '';
    return { method, status: Number(second), headers };
  }
  return third === 'SIP/2.0' ? { method: first, status: 0, headers } : null;
}

/** The first value of a header, '' when there is none. `name` in lower case. */
export function headerOf(message: SipText, name: string): string {
  return message.headers.get(name)?.[0] ?? '';
}

/** The tag of a From or To value, '' when it has none. */
export function tagOf(value: string): string {
  return /;\s*tag=([^;\s]+)/i.exec(value)?.[1] ?? '';
}

/** The URI of a name-addr, without its angle brackets. */
export function uriOf(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value;
}

/** A request, ready to send. */
export function printRequest(method: string, uri: string, headers: HeaderLines, body = ''): string {
  return printMessage(`${method} ${uri} SIP/2.0`, headers, body);
}

/** The response to `request`: Via, From, To, Call-ID and CSeq are copied, as 8.2.6.2 asks. */
export function printAnswer(request: SipText, { status, reason, toTag, contact, body }: AnswerParts): string {
  const headers: [string, string][] = [];
  for (const via of request.headers.get('via') ?? []) headers.push(['Via', via]);
  const to = headerOf(request, 'to');
  headers.push(
    ['From', headerOf(request, 'from')],
    ['To', toTag === '' || tagOf(to) !== '' ? to : `${to};tag=${toTag}`],
    ['Call-ID', headerOf(request, 'call-id')],
    ['CSeq', headerOf(request, 'cseq')],
  );
  if (contact !== '') headers.push(['Contact', contact]);
  return printMessage(`SIP/2.0 ${status} ${reason}`, headers, body);
}

/** A session description that offers, or takes, G.711 at `address`. */
export function g711At(address: string): string {
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    'm=audio 40000 RTP/AVP 8 0 101',
    'a=rtpmap:101 telephone-event/8000',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function printMessage(startLine: string, headers: HeaderLines, body: string): string {
  const lines = [startLine];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (body !== '') lines.push('Content-Type: application/sdp');
  lines.push(`Content-Length: ${body.length}`, '', body);
  return lines.join('\r\n');
}
