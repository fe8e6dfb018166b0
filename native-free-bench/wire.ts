// SIP as the load suite reads it: the few lines of a message that a basic call needs, found in one pass over its text.
// It shares no line with the switch, so that no fault can hide in both.

/** A message, as far as caller and answerer look at it. Header values are trimmed; '' when missing. */
export interface WireMessage {
  /** Of a request its own, of a response that of its CSeq. */
  method: string;
  /** 0 for requests. */
  status: number;
  /** Whole header lines with their line ends, in order, for copying into a response. */
  viaLines: string;
  recordRouteLines: string;
  /** Record-Route values, in order. */
  recordRoutes: string[];
  from: string;
  to: string;
  callId: string;
  cseq: string;
  contact: string;
  /** Of X-Stamp, the suite's own: when the other end sent it, microseconds of the machine's clock; 0 without. */
  stamp: number;
  /** Values of Session-Expires, and of WWW-Authenticate or Proxy-Authenticate. */
  sessionExpires: string;
  challenge: string;
}

const CRLF = '\r\n';

/** Reads a datagram; null when it does not begin as SIP does. */
export function readWire(text: string): WireMessage | null {
  const firstEnd = text.indexOf(CRLF);
  if (firstEnd < 0) return null;
  const isResponse = text.startsWith('SIP/2.0 ');
  const message: WireMessage = {
    method: isResponse ? '' : text.slice(0, text.indexOf(' ')),
    status: isResponse ? Number(text.slice(8, 11)) : 0,
    viaLines: '',
    recordRouteLines: '',
    recordRoutes: [],
    from: '',
    to: '',
    callId: '',
    cseq: '',
    contact: '',
    stamp: 0,
    sessionExpires: '',
    challenge: '',
  };
  for (let start = firstEnd + 2; start < text.length; ) {
    const end = text.indexOf(CRLF, start);
    if (end < 0 || end === start) break;
    readLine(text, start, end, message);
    start = end + 2;
  }
  if (isResponse) message.method = message.cseq.slice(message.cseq.lastIndexOf(' ') + 1);
  return message;
}

function readLine(text: string, start: number, end: number, message: WireMessage): void {
  const colon = text.indexOf(':', start);
  if (colon < 0 || colon > end) return;
  const value = (): string => text.slice(colon + 1, end).trim();
  switch (text.slice(start, colon).trimEnd().toLowerCase()) {
    case 'v':
    case 'via':
      message.viaLines += text.slice(start, end + 2);
      break;
    case 'record-route':
      message.recordRouteLines += text.slice(start, end + 2);
      message.recordRoutes.push(...value().split(/\s*,\s*/));
      break;
    case 'f':
    case 'from':
      message.from = value();
      break;
    case 't':
    case 'to':
      message.to = value();
      break;
    case 'i':
    case 'call-id':
      message.callId = value();
      break;
    case 'cseq':
      message.cseq = value();
      break;
    case 'm':
    case 'contact':
      message.contact = value();
      break;
    case 'x-stamp':
      message.stamp = Number(value());
      break;
    case 'x':
    case 'session-expires':
      message.sessionExpires = value();
      break;
    case 'www-authenticate':
    case 'proxy-authenticate':
      message.challenge = value();
      break;
  }
}

/** What a response has beside the lines it copies. */
export interface ResponseParts {
  /** Appended to To, such as `;tag=a1`. */
  readonly toTag?: string;
  /** Whole header lines with their line ends. */
  readonly lines?: string;
  readonly body?: string;
}

/** The response to `request`; `status` is code and reason. */
export function printResponse(request: WireMessage, status: string, parts: ResponseParts = {}): string {
  const { viaLines, recordRouteLines, from, to, callId, cseq } = request;
  const { toTag = '', lines = '', body = '' } = parts;
  return (
    `SIP/2.0 ${status}\r\n${viaLines}${recordRouteLines}From: ${from}\r\nTo: ${to}${toTag}\r\nCall-ID: ${callId}\r\n` +
    `CSeq: ${cseq}\r\n${lines}Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

/** The URI between angle brackets, or the whole value. */
export function uriOf(value: string): string {
  const open = value.indexOf('<');
  return open < 0 ? value : value.slice(open + 1, value.indexOf('>', open));
}
