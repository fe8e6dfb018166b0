// A host of a customer or a vendor: one address with all its legs. It finds the leg of each datagram by Call-ID and
// local tag, and checks what holds for every datagram that the switch sends.

import { Answerer } from './answerer.ts';
import { Caller } from './caller.ts';
import type { Place } from './network.ts';
import type { PeerLeg } from './peer-leg.ts';
import { PeerMessage } from './peer-message.ts';
import type { PeerPorts } from './peer-ports.ts';
import type { OfferedCall } from './plans.ts';
import { SWITCH_PLACE } from './switch.ts';

const SENT_BY_SWITCH = `SIP/2.0/UDP ${SWITCH_PLACE.address}:${SWITCH_PLACE.port};`;

/** One peer of the switch. */
export class PeerHost {
  readonly place: Place;
  readonly callers: Caller[] = [];
  readonly answerers: Answerer[] = [];
  readonly #ports: PeerPorts;
  /** Text that belongs to the other side and must not be seen here. */
  readonly #foreign: readonly string[];
  /** The call that an INVITE belongs to, by the number it asks for; none at customers. */
  readonly #callOf: ((number: string) => OfferedCall | undefined) | null;
  readonly #vendor: number;
  readonly #legs = new Map<string, PeerLeg>();

  constructor(
    ports: PeerPorts,
    options: {
      readonly foreign: readonly string[];
      readonly vendor?: number;
      readonly callOf?: (number: string) => OfferedCall | undefined;
    },
  ) {
    this.place = ports.place;
    this.#ports = ports;
    this.#foreign = options.foreign;
    this.#vendor = options.vendor ?? -1;
    this.#callOf = options.callOf ?? null;
  }

  /** Places a call. */
  call(offered: OfferedCall): Caller {
    const caller = new Caller(this.#ports, offered);
    this.callers.push(caller);
    this.#legs.set(`${caller.callId} ${caller.localTag}`, caller);
    caller.start();
    return caller;
  }

  /** A datagram of the switch. */
  receive(text: string): void {
    const message = new PeerMessage(text);
    const leg = this.#legOf(message);
    for (const word of this.#foreign) {
      if (text.includes(word)) this.#ports.complain(leg?.callIndex ?? -1, `the other side shows: ${word}`);
    }
    if (leg !== undefined) return leg.receive(message);
    if (message.method === 'OPTIONS' && message.isRequest) return this.#receiveProbe(message);
    if (message.method === 'INVITE' && message.toTag === '' && this.#callOf !== null)
      return this.#receiveInvite(message);
    this.#ports.complain(-1, `nobody at ${this.place.address} knows this ${message.method} ${message.status || ''}`);
  }

  #legOf(message: PeerMessage): PeerLeg | undefined {
    const localTag = message.isRequest ? message.toTag : message.fromTag;
    return this.#legs.get(`${message.callId} ${localTag}`);
  }

  /** Vendors are asked whether they are there; customers never. */
  #receiveProbe({ vias, from, to, callId, cseq }: PeerMessage): void {
    if (this.#callOf === null) this.#ports.complain(-1, 'a customer is probed');
    const named = `From: ${from}\r\nTo: ${to};tag=probed\r\nCall-ID: ${callId}\r\nCSeq: ${cseq} OPTIONS\r\n`;
    this.#ports.note('probed');
    this.#ports.send(`SIP/2.0 200 OK\r\n${vias}${named}Content-Length: 0\r\n\r\n`);
  }

  #receiveInvite(invite: PeerMessage): void {
    const number = invite.uri.slice(4, invite.uri.indexOf('@'));
    const offered = this.#callOf?.(number);
    const plan = offered?.answerers[this.#vendor];
    if (offered === undefined || plan === undefined) return this.#ports.complain(-1, `nobody called ${number}`);
    if (!invite.vias.startsWith(`Via: ${SENT_BY_SWITCH}`))
      this.#ports.complain(offered.index, '8.1.1.7: the Via is ours');
    const make = (): Answerer => {
      const leg = new Answerer(this.#ports, offered.index, invite, plan, make);
      this.answerers.push(leg);
      this.#legs.set(`${invite.callId} ${leg.localTag}`, leg);
      return leg;
    };
    const answerer = make();
    this.#legs.set(`${invite.callId} `, answerer);
    answerer.receive(invite);
  }
}
