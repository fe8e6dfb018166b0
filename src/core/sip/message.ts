// A request or a response: RFC 3261 7. One latin1 string (each character one byte) and offsets into it; a header's
// value is parsed when it is asked for, and text that nobody touches stays byte for byte what it was.

import type { Framing } from './framing.ts';
import type { HeaderBlock } from './header-block.ts';
import { Header, type HeaderId } from './header-name.ts';
import { type NameAddr, parseNameAddr, parseNameAddrAt, UNREADABLE_ADDRESS } from './name-addr.ts';
import { hasToken, splitList } from './split-list.ts';
import type { StartLine } from './start-line.ts';
import { parseViaAt, UNREADABLE_VIA, type Via } from './via.ts';

/**
 * A message as received. Made by parseMessage only.
 *
 * Every string it hands out, but a known method's and transport's name, may be a window on `text` and keep the whole
 * datagram in memory: what is stored past the current input goes through `detach`.
 */
export class SipMessage {
  readonly kind: 'request' | 'response';
  /** The datagram as received, and what may follow the message in it. */
  readonly text: string;
  /** A request's method; a response's CSeq method. */
  readonly method: string;
  /** Request-URI as written; '' in a response. */
  readonly uri: string;
  /** 100 to 699; 0 in a request. */
  readonly status: number;
  /** As written, may be empty; '' in a request. */
  readonly reasonPhrase: string;
  readonly callId: string;
  readonly cseq: number;
  /** Header lines; a folded one counts once. */
  readonly lineCount: number;
  readonly #block: HeaderBlock;
  readonly #bodyEnd: number;
  #topVia: Via | null = null;
  #from: NameAddr | null = null;
  #to: NameAddr | null = null;

  constructor(startLine: StartLine, block: HeaderBlock, framing: Framing) {
    this.kind = startLine.kind;
    this.text = block.text;
    this.method = framing.method;
    this.uri = startLine.uri;
    this.status = startLine.status;
    this.reasonPhrase = startLine.reasonPhrase;
    this.callId = framing.callId;
    this.cseq = framing.cseq;
    this.lineCount = block.lineCount;
    this.#block = block;
    this.#bodyEnd = framing.bodyEnd;
  }

  /** The first Via value; one with host '' when it cannot be read. Its offsets count in `text`. */
  get topVia(): Via {
    this.#topVia ??= this.#readTopVia();
    return this.#topVia;
  }

  /** One with uri '' when it cannot be read. */
  get from(): NameAddr {
    this.#from ??= this.#readAddress(Header.From);
    return this.#from;
  }

  /** One with uri '' when it cannot be read. */
  get to(): NameAddr {
    this.#to ??= this.#readAddress(Header.To);
    return this.#to;
  }

  /** '' when absent. */
  get fromTag(): string {
    return this.from.tag;
  }

  /** '' when absent. */
  get toTag(): string {
    return this.to.tag;
  }

  /** Exactly Content-Length bytes; without that header, to the end of the datagram (18.3). */
  get body(): string {
    return this.text.slice(this.#block.bodyStart, this.#bodyEnd);
  }

  /** Whether an answer is possible and allowed: not to a response, not to an ACK (17), not without a Via (18.2.2). */
  get mayBeAnswered(): boolean {
    return this.kind === 'request' && this.method !== '' && this.method !== 'ACK' && this.has(Header.Via);
  }

  lineId(line: number): HeaderId {
    return this.#block.lineId(line);
  }

  /** Offset in `text` of the line's first character. */
  lineStart(line: number): number {
    return this.#block.lineStart(line);
  }

  /** Offset in `text` of the line's value, white space skipped. */
  valueStart(line: number): number {
    return this.#block.valueStart(line);
  }

  /** Offset in `text` of the line's last CRLF. */
  lineEnd(line: number): number {
    return this.#block.lineEnd(line);
  }

  /** The whole line, folds included, untouched, without its last CRLF. */
  lineText(line: number): string {
    return this.text.slice(this.#block.lineStart(line), this.#block.lineEnd(line));
  }

  /** The name as written. */
  lineName(line: number): string {
    return this.#block.lineName(line);
  }

  /** The value, trimmed, each fold replaced by one space. */
  lineValue(line: number): string {
    return this.#block.lineValue(line);
  }

  /** The next line with that id, from line `from` on; -1 when there is none. */
  find(id: HeaderId, from = 0): number {
    return this.#block.find(id, from);
  }

  has(id: HeaderId): boolean {
    return this.#block.find(id, 0) >= 0;
  }

  /** Lines with that id. */
  count(id: HeaderId): number {
    return this.#block.count(id);
  }

  /** The first line's value, trimmed and unfolded; a list is not split. */
  value(id: HeaderId): string | undefined {
    const line = this.find(id);
    return line < 0 ? undefined : this.lineValue(line);
  }

  /** The first of `values`, without reading the others' lines. */
  firstValue(id: HeaderId): string | undefined {
    const first = this.value(id);
    if (first === undefined || !isList(id)) return first;
    // Where no comma separates anything there is nothing to split, and most lists have one element.
    return first === '' || first.includes(',') ? this.values(id)[0] : first;
  }

  /** All values in order: one a line, or one a list element where the header is a list (7.3.1). */
  values(id: HeaderId): string[] {
    const values: string[] = [];
    for (let line = this.find(id); line >= 0; line = this.find(id, line + 1)) {
      if (isList(id)) splitList(this.lineValue(line), values);
      else values.push(this.lineValue(line));
    }
    return values;
  }

  /** Whether the header, a list of tokens, has one that is `lower` in lower case. */
  listsToken(id: HeaderId, lower: string): boolean {
    for (let line = this.find(id); line >= 0; line = this.find(id, line + 1)) {
      if (hasToken(this.lineValue(line), lower)) return true;
    }
    return false;
  }

  #readTopVia(): Via {
    const line = this.find(Header.Via);
    if (line < 0) return UNREADABLE_VIA;
    return parseViaAt(this.text, this.#block.valueStart(line), this.#block.lineEnd(line)) ?? UNREADABLE_VIA;
  }

  #readAddress(id: HeaderId): NameAddr {
    const line = this.find(id);
    if (line < 0) return UNREADABLE_ADDRESS;
    const address = this.#block.isFolded(line)
      ? parseNameAddr(this.lineValue(line))
      : parseNameAddrAt(this.text, this.#block.valueStart(line), this.#block.lineEnd(line));
    return address ?? UNREADABLE_ADDRESS;
  }
}

// Headers whose grammar is 1#value. Digest challenges and credentials hold commas of their own; dates do too.
const LISTS: ReadonlySet<HeaderId> = new Set([
  Header.Via,
  Header.Contact,
  Header.Route,
  Header.RecordRoute,
  Header.Path,
  Header.ServiceRoute,
  Header.Require,
  Header.ProxyRequire,
  Header.Supported,
  Header.Unsupported,
  Header.Allow,
  Header.AllowEvents,
  Header.Accept,
  Header.AcceptEncoding,
  Header.AcceptLanguage,
  Header.AcceptContact,
  Header.RejectContact,
  Header.RequestDisposition,
  Header.ContentEncoding,
  Header.ContentLanguage,
  Header.AlertInfo,
  Header.CallInfo,
  Header.ErrorInfo,
  Header.InReplyTo,
  Header.Warning,
  Header.Reason,
  Header.Diversion,
  Header.HistoryInfo,
  Header.PAssertedIdentity,
  Header.PPreferredIdentity,
  Header.RemotePartyId,
  Header.PEarlyMedia,
  Header.PVisitedNetworkId,
  Header.PAccessNetworkInfo,
  Header.SecurityClient,
  Header.SecurityServer,
  Header.SecurityVerify,
  Header.Geolocation,
  Header.UserToUser,
]);

function isList(id: HeaderId): boolean {
  return LISTS.has(id);
}
