// The registrar: RFC 3261 10.3. A user's gateways are called where he has registered last, and call from there. Every
// user has one binding; what a REGISTER may do with it:
//
//   no Contact -> tell it        Contact with expires 0, or * -> take it away        Contact -> make it, or renew it

import { BINDING_CONTACT_MAX, USER_AGENT_TEXT_MAX } from '../base/limits.ts';
import type { Target } from '../base/target.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import { detach } from '../sip/detach.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { parseNameAddr } from '../sip/name-addr.ts';
import { paramOf } from '../sip/parameter-reader.ts';
import { parseUri } from '../sip/uri.ts';
import { type Binding, type Bindings, markOf } from './bindings.ts';
import { slotsOf, type User, userIn } from './users.ts';

const SIP_PORT = 5060;
/** 10.2.1.1: a value that cannot be read counts as 3600; ours is what is granted at most. */
const SECONDS_MAX = 4_294_967_295;

/** What is answered. `lines`: each with its CRLF. */
export interface RegisterAnswer {
  readonly status: number;
  readonly phrase: string;
  readonly lines: string;
  /** As a Refusal's. */
  readonly isWrong?: true;
}

/** What a registrar needs of its shard. */
export interface RegistrarSurroundings {
  readonly nowMs: number;
  readonly wallMs: number;
  readonly bindings: Bindings;
  /** The gateways in these slots are there: they have just spoken. */
  registered(slots: readonly number[]): void;
}

/** One Contact of a REGISTER. */
interface Wish {
  readonly uri: string;
  readonly seconds: number;
  readonly isBehindNat: boolean;
}

/** Registers users. */
export class Registrar {
  readonly #around: RegistrarSurroundings;

  constructor(around: RegistrarSurroundings) {
    this.#around = around;
  }

  /** What `request`, whose sender has proved to be `user`, comes to. */
  register(request: SipMessage, source: Target, user: User, parameters: ParameterValues): RegisterAnswer {
    const slots = slotsOf(user);
    // 10.3, 4 and 5: a user registers himself, and only who has a gateway that registers.
    if (slots.length === 0 || userIn(request.to.uri) !== user.name) return answer(403);
    const contacts = request.values(Header.Contact);
    if (contacts.length === 0) return this.#tell(slots);
    const [slot = 0] = slots;
    const before = this.#around.bindings.at(slot, this.#around.nowMs);
    const callMark = markOf(request.callId);
    // 10.3, 7: an older request of the same Call-ID came late.
    if (before !== null && before.callMark === callMark && request.cseq <= before.cseq) return answer(400, 'Old CSeq');
    if (contacts.includes('*')) return this.#clear(request, slots, contacts.length);
    const wish = wishOf(contacts, request, source, parameters);
    if (wish === null) return answer(400, 'Bad Contact');
    if (wish.seconds === 0) return this.#remove(slots, before, wish, source);
    if (before !== null && !parameters.SS_ENDPOINT_REGISTER_REPLACE && !isOfOne(before, wish, source, callMark)) {
      return answer(403, 'Registered Elsewhere');
    }
    const leastSeconds = parameters.SS_ENDPOINTTIMETOLIVE / 1000;
    if (wish.seconds < leastSeconds && !wish.isBehindNat) return answer(423, '', `Min-Expires: ${leastSeconds}\r\n`);
    const seconds = Math.max(leastSeconds, Math.min(wish.seconds, parameters.SS_ENDPOINT_EXPIRE / 1000));
    return this.#bind(
      slots,
      bindingOf(request, source, { wish, seconds, user, callMark, before, around: this.#around }),
    );
  }

  #bind(slots: readonly number[], binding: Binding): RegisterAnswer {
    for (const slot of slots) if (!this.#around.bindings.bind(slot, binding)) return answer(500);
    this.#around.registered(slots);
    return this.#tell(slots);
  }

  /** 10.3, 6: all bindings, if it says so beyond doubt. */
  #clear(request: SipMessage, slots: readonly number[], contactCount: number): RegisterAnswer {
    if (contactCount !== 1 || request.value(Header.Expires) !== '0') return answer(400, 'Bad Contact');
    for (const slot of slots) if (!this.#around.bindings.unbind(slot)) return answer(500);
    return this.#tell(slots);
  }

  /** A binding that has been displaced since is another's: what is not there any more cannot be taken away. */
  #remove(slots: readonly number[], before: Binding | null, wish: Wish, source: Target): RegisterAnswer {
    const isOwn = before !== null && (before.contact === wish.uri || isSamePlace(before, source));
    for (const slot of slots) if (isOwn && !this.#around.bindings.unbind(slot)) return answer(500);
    return this.#tell(slots);
  }

  #tell([slot = 0]: readonly number[]): RegisterAnswer {
    const binding = this.#around.bindings.at(slot, this.#around.nowMs);
    if (binding === null) return answer(200);
    const seconds = Math.ceil((binding.expiresAtMs - this.#around.nowMs) / 1000);
    return answer(200, '', `Contact: <${binding.contact}>;expires=${seconds}\r\n`);
  }
}

function answer(status: number, phrase = '', lines = ''): RegisterAnswer {
  return { status, phrase, lines };
}

interface BindingParts {
  readonly wish: Wish;
  readonly seconds: number;
  readonly user: User;
  readonly callMark: number;
  readonly before: Binding | null;
  readonly around: RegistrarSurroundings;
}

function bindingOf(request: SipMessage, { address, port, listener }: Target, parts: BindingParts): Binding {
  const { wish, seconds, user, callMark, before, around } = parts;
  return {
    address,
    port,
    listener,
    user: user.name,
    contact: wish.uri,
    userAgent: detach((request.value(Header.UserAgent) ?? '').slice(0, USER_AGENT_TEXT_MAX)),
    isBehindNat: wish.isBehindNat,
    callMark,
    cseq: request.cseq,
    expiresAtMs: around.nowMs + seconds * 1000,
    registeredAtWallMs: before?.registeredAtWallMs ?? around.wallMs,
    refreshedAtWallMs: around.wallMs,
  };
}

/** The first Contact that stays, or the first at all: one binding a user. Null when it cannot be kept. */
function wishOf(
  contacts: readonly string[],
  request: SipMessage,
  source: Target,
  parameters: ParameterValues,
): Wish | null {
  const wishes = contacts.map((text) => readWish(text, request, source, parameters));
  return wishes.find((wish) => wish !== null && wish.seconds > 0) ?? wishes[0] ?? null;
}

function readWish(text: string, request: SipMessage, source: Target, parameters: ParameterValues): Wish | null {
  const contact = parseNameAddr(text);
  const uri = contact === null ? null : parseUri(contact.uri);
  if (contact === null || uri === null || uri.host === '' || contact.uri.length > BINDING_CONTACT_MAX) return null;
  const stated = paramOf(contact.params, 'expires') ?? request.value(Header.Expires);
  const seconds = stated !== undefined && /^\d{1,10}$/.test(stated) ? Number(stated) : Number.NaN;
  const isBehindNat = !isAt(uri.host, uri.port === 0 ? SIP_PORT : uri.port, source);
  const granted = Number.isNaN(seconds) ? parameters.SS_ENDPOINT_EXPIRE / 1000 : Math.min(SECONDS_MAX, seconds);
  return { uri: detach(contact.uri), seconds: granted, isBehindNat };
}

/** Whether who registers now is who registered before: by its Contact, its place, or its Call-ID. */
function isOfOne(before: Binding, wish: Wish, source: Target, callMark: number): boolean {
  return before.contact === wish.uri || isSamePlace(before, source) || before.callMark === callMark;
}

function isSamePlace(one: Target, other: Target): boolean {
  return one.address === other.address && one.port === other.port;
}

/** A Contact that names another place than its datagram comes from is that of a device behind NAT. */
function isAt(host: string, port: number, source: Target): boolean {
  const plain = host.startsWith('[') ? host.slice(1, -1) : host;
  return plain === source.address && port === source.port;
}
