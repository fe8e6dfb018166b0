// A dialog: RFC 3261 12. Who the two ends are, which way requests travel, and the sequence numbers of
// both directions. It holds text ready to print; it does not decide, send or wait.

import { flat } from '../base/flat.ts';
import { parseIp, placeText } from '../base/ip-address.ts';
import type { AddressMethod, Target } from '../base/target.ts';
import { detach } from '../sip/detach.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { parseNameAddr } from '../sip/name-addr.ts';
import { parseUri, uriParam } from '../sip/uri.ts';

/** Where a dialog's own end is reachable: for Via and Contact. IPv6 hosts stand in brackets. */
export interface LocalEnd {
  /** host:port as peers are told. */
  readonly hostPort: string;
  readonly listener: number;
}

const SIP_PORT = 5060;
const NO_ROUTES: readonly string[] = [];

/** One dialog of one leg. */
export class Dialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly local: LocalEnd;
  /** Values of From and To in requests sent here, tags included. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** Highest sequence number sent and received (12.2); the received one is -1 before the first request. */
  localCseq: number;
  remoteCseq: number;
  /** Where datagrams of this dialog go. */
  target: Target;
  #routes: readonly string[];
  #remoteTarget = '';
  readonly #source: Target;
  readonly #method: AddressMethod;
  /** Of an earlier life: its highest request may come once more, for what answered it may be lost with that life. */
  #isRestored = false;

  private constructor(identity: DialogIdentity, local: LocalEnd, routes: readonly string[], origin: Origin) {
    this.callId = identity.callId;
    this.localTag = identity.localTag;
    this.remoteTag = identity.remoteTag;
    this.localAddress = identity.localAddress;
    this.remoteAddress = identity.remoteAddress;
    this.localCseq = identity.localCseq;
    this.remoteCseq = identity.remoteCseq;
    this.local = local;
    this.#routes = routes;
    this.#source = origin.source;
    this.#method = origin.requestsTo;
    this.target = origin.source;
  }

  /**
   * 12.1.1: the dialog that our response with `localTag` to `invite` creates. Its source is where the request came
   * from.
   */
  static asServer(invite: SipMessage, localTag: string, local: LocalEnd, origin: Origin): Dialog {
    const identity = {
      callId: detach(invite.callId),
      localTag,
      remoteTag: detach(invite.fromTag),
      localAddress: flat(`${invite.value(Header.To) ?? ''};tag=${localTag}`),
      remoteAddress: detach(invite.value(Header.From) ?? ''),
      localCseq: 0,
      remoteCseq: invite.cseq,
    };
    const dialog = new Dialog(identity, local, routesOf(invite), origin);
    dialog.refreshTarget(invite);
    return dialog;
  }

  /**
   * 12.1.2: the dialog that `response` to our INVITE creates. `request`: what our INVITE said. Its source is where it
   * was sent.
   */
  static asClient(response: SipMessage, request: ClientIdentity, local: LocalEnd, origin: Origin): Dialog {
    const identity = {
      callId: request.callId,
      localTag: request.localTag,
      remoteTag: detach(response.toTag),
      localAddress: flat(request.localAddress),
      remoteAddress: detach(response.value(Header.To) ?? ''),
      localCseq: request.cseq,
      remoteCseq: -1,
    };
    const dialog = new Dialog(identity, local, reversed(routesOf(response)), origin);
    dialog.refreshTarget(response);
    return dialog;
  }

  /** The dialog that `state` tells of, in a later life of the switch. `local`: the end that it now has. */
  static restored(state: DialogState, local: LocalEnd): Dialog {
    const { routes, requestsTo, remoteTarget } = state;
    // The socket that it had may not be there any more.
    const source = { ...state.source, listener: local.listener };
    const dialog = new Dialog(state, local, routes, { source, requestsTo });
    dialog.#remoteTarget = remoteTarget;
    dialog.#isRestored = true;
    dialog.target = dialog.#nextHop();
    return dialog;
  }

  /** What is needed to make it again. */
  get state(): DialogState {
    return {
      callId: this.callId,
      localTag: this.localTag,
      remoteTag: this.remoteTag,
      localAddress: this.localAddress,
      remoteAddress: this.remoteAddress,
      localCseq: this.localCseq,
      remoteCseq: this.remoteCseq,
      remoteTarget: this.#remoteTarget,
      routes: this.#routes,
      source: this.#source,
      requestsTo: this.#method,
    };
  }

  /** Whether the peer's request with number `cseq` is in order (12.2.2), and if so takes it. */
  takeOrder(cseq: number): boolean {
    if (cseq < this.remoteCseq || (cseq === this.remoteCseq && !this.#isRestored)) return false;
    this.remoteCseq = cseq;
    this.#isRestored = false;
    return true;
  }

  /** 13.2.2.4: the 2xx says anew which way the requests of an early dialog go. */
  confirm(success: SipMessage): void {
    const routes = reversed(routesOf(success));
    const isRouted = routes.length + this.#routes.length > 0;
    this.#routes = routes;
    this.refreshTarget(success);
    if (isRouted) this.target = this.#nextHop();
  }

  /** 12.2: a target refresh request or its 2xx names a Contact; whether it is a new one. */
  refreshTarget(message: SipMessage): boolean {
    const contact = message.firstValue(Header.Contact) ?? '';
    const before = this.#remoteTarget;
    if (before !== '' && contact === `<${before}>`) return false;
    const uri = withoutHeaders(parseNameAddr(contact)?.uri ?? '');
    if (uri === '' && before !== '') return false;
    this.#remoteTarget = uri === '' ? flat(`sip:${hostPortOf(this.#source)}`) : detach(uri);
    this.target = this.#nextHop();
    return this.#remoteTarget !== before;
  }

  /** 12.2.1.1: what the request line names. */
  get requestUri(): string {
    const first = this.#routes[0];
    const isStrict = first !== undefined && !isLoose(first);
    return isStrict ? (parseNameAddr(first)?.uri ?? this.#remoteTarget) : this.#remoteTarget;
  }

  /**
   * 12.2.1.1: a request within the dialog, ready to send. `headers`: further lines, each with its CRLF.
   * `cseq` is the caller's: an ACK repeats that of its INVITE.
   */
  print(method: string, cseq: number, branch: string, headers: string, body: string): string {
    const first = this.#routes[0];
    const isStrict = first !== undefined && !isLoose(first);
    let routes = '';
    for (let hop = isStrict ? 1 : 0; hop < this.#routes.length; hop++) routes += `Route: ${this.#routes[hop]}\r\n`;
    if (isStrict) routes += `Route: <${this.#remoteTarget}>\r\n`;
    const contact = method === 'ACK' || method === 'BYE' ? '' : `Contact: <sip:${this.local.hostPort}>\r\n`;
    return (
      `${method} ${this.requestUri} SIP/2.0\r\n` +
      `Via: SIP/2.0/UDP ${this.local.hostPort};branch=${branch};rport\r\n${routes}` +
      `Max-Forwards: 70\r\nFrom: ${this.localAddress}\r\nTo: ${this.remoteAddress}\r\nCall-ID: ${this.callId}\r\n` +
      `CSeq: ${cseq} ${method}\r\n${contact}${headers}Content-Length: ${body.length}\r\n\r\n${body}`
    );
  }

  /**
   * The first route, else what the gateway's method makes of the remote target, as an address. Departs from RFC 3263:
   * a host name is not resolved; the dialog's datagrams then go where the peer's came from.
   */
  #nextHop(): Target {
    const first = this.#routes[0];
    if (first === undefined && this.#method === 'source') return this.#source;
    const uri = parseUri(first === undefined ? this.#remoteTarget : (parseNameAddr(first)?.uri ?? ''));
    if (uri === null) return this.#source;
    const host = first === undefined && this.#method === 'statedPort' ? this.#source.address : bare(uri.host);
    const port = uri.port === 0 ? SIP_PORT : uri.port;
    if (host === this.#source.address) {
      if (port === this.#source.port) return this.#source;
    } else if (parseIp(host) === null) {
      return this.#source;
    }
    return { address: detach(host), port, listener: this.local.listener };
  }
}

/** 19.1.1: a Contact may have header fields behind its `?`, a request line may not. */
function withoutHeaders(uri: string): string {
  const headers = uri.includes('?') ? (parseUri(uri)?.headers ?? '') : '';
  return headers === '' ? uri : uri.slice(0, -headers.length);
}

/** The place at which a dialog began, and what the gateway says about later requests. */
export interface Origin {
  readonly source: Target;
  readonly requestsTo: AddressMethod;
}

/** What our own INVITE said, for the dialogs its responses create. */
export interface ClientIdentity {
  readonly callId: string;
  readonly localTag: string;
  /** Value of From, tag included. */
  readonly localAddress: string;
  readonly cseq: number;
}

/** A dialog as it is written down; what is not in it is read again from a message. */
export interface DialogState extends DialogIdentity {
  readonly remoteTarget: string;
  readonly routes: readonly string[];
  readonly source: Target;
  readonly requestsTo: AddressMethod;
}

interface DialogIdentity {
  readonly callId: string;
  readonly localTag: string;
  readonly localAddress: string;
  readonly remoteTag: string;
  readonly remoteAddress: string;
  readonly localCseq: number;
  readonly remoteCseq: number;
}

/** Route set from Record-Route, in the order of the message (12.1). */
function routesOf(message: SipMessage): readonly string[] {
  return message.has(Header.RecordRoute) ? message.values(Header.RecordRoute).map(detach) : NO_ROUTES;
}

function reversed(routes: readonly string[]): readonly string[] {
  return routes.length < 2 ? routes : [...routes].reverse();
}

function isLoose(route: string): boolean {
  const uri = parseUri(parseNameAddr(route)?.uri ?? '');
  return uri !== null && uriParam(uri, 'lr') !== undefined;
}

function hostPortOf(target: Target): string {
  return placeText(target.address, target.port);
}

function bare(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}
