// The real switch behind the model's steps, and the peers of all its calls: one customer and four vendors. Only what
// good manners demand goes by itself (see Party); all else is a step's to say.

import { strict as assert } from 'node:assert/strict';
import type { Snapshot } from '../../src/core/routing/snapshot.ts';
import { ShardCounters } from '../../src/core/shard/counters.ts';
import { type Passage, type Place, placeName } from '../simulator/network.ts';
import { PeerMessage } from '../simulator/peer-message.ts';
import { SWITCH_PLACE, Switch } from '../simulator/switch.ts';
import { CUSTOMER_NET, mappingGateway, parameters, routes, routingGateway, VENDOR_NET } from '../simulator/trunks.ts';
import type { ByeManner } from './party.ts';
import { Party } from './party.ts';
import type { Asked, Served } from './party-book.ts';
import { CUSTOMER, LIMITS, REDIRECT_HOST, VENDORS } from './rules.ts';

const CALLER_PLACE: Place = { address: `${CUSTOMER_NET}1`, port: 5060 };

/** The parties of one call. */
export interface RealCall {
  readonly caller: Party;
  /** In the order of the attempts. */
  readonly attempts: Party[];
}

/** Something that came to a party by the switch's own doing. */
export type Observation =
  | { readonly kind: 'served'; readonly call: number; readonly party: Party; readonly served: Served }
  | { readonly kind: 'answered'; readonly call: number; readonly party: Party; readonly asked: Asked }
  | { readonly kind: 'probe'; readonly vendor: number };

const PARAMETERS = parameters({
  SS_MAX_CALL_DURATION: String(LIMITS.durationMs / 1000),
  SS_SIP_NO_TIMER_REINVITE_INTERVAL: String(LIMITS.noTimerMs / 1000),
  SS_SIP_SESSION_TTL: String(LIMITS.ttlMs / 1000),
  SS_TRY_PROTECT_ROUTE_DELAY: String(LIMITS.protectAfterMs / 1000),
});

/** No law counts: one memory serves all runs. */
const COUNTERS = [new ShardCounters(ShardCounters.allocate())];

/** The switch and the peers. */
export class World {
  nowMs = 0;
  readonly switch: Switch;
  readonly calls: RealCall[] = [];
  /** Probes of each vendor without an answer, as received. */
  readonly probes: string[][] = VENDORS.map(() => []);
  onPassage: ((passage: Passage) => void) | null;
  #observations: Observation[] = [];
  readonly #byCallId = new Map<string, { readonly call: number; readonly party: Party }>();
  #replies: { readonly text: string; readonly place: Place }[] = [];
  #version = 1;
  readonly #byeManners: readonly ByeManner[];

  /** `byeManners`: of the parties in the order in which they come. */
  constructor(byeManners: readonly ByeManner[], onPassage: ((passage: Passage) => void) | null) {
    this.#byeManners = byeManners;
    this.onPassage = onPassage;
    this.switch = new Switch({
      seed: 1,
      shardCount: 1,
      counters: COUNTERS,
      snapshot: snapshotOf(1, new Set()),
      send: (text, to) => this.#receive(text, to),
    });
  }

  /** A caller appears; its INVITE is still to be sent. */
  newCall(): RealCall {
    const index = this.calls.length;
    const callId = `call-${index}@${CALLER_PLACE.address}`;
    const caller = new Party(`c${index}`, CALLER_PLACE, this.#partyOptions(index, callId));
    this.#byCallId.set(callId, { call: index, party: caller });
    const call = { caller, attempts: [] };
    this.calls.push(call);
    return call;
  }

  /** A peer sends `text`; then what follows by itself. */
  send(text: string, place: Place): void {
    this.#deliver(text, place);
    this.#reply();
  }

  unreachable(vendor: number): void {
    const { place } = vendorOf(vendor);
    for (const { attempts } of this.calls) {
      for (const party of attempts) if (placeName(party.place) === placeName(place)) party.unreachable(this.nowMs);
    }
    this.probes[vendor] = [];
    this.switch.unreachable(place, this.nowMs);
    this.#reply();
  }

  publish(locked: ReadonlySet<number>): void {
    this.#version += 1;
    this.switch.publish(snapshotOf(this.#version, locked));
  }

  release(reason: 'OperatorHangup' | 'SwitchRestart'): void {
    this.switch.releaseAll(reason, this.nowMs);
    this.#reply();
  }

  advance(toMs: number): void {
    this.nowMs = toMs;
    this.switch.advance(toMs);
    this.#reply();
  }

  /** The vendor answers its latest probe. */
  answerProbe(vendor: number, status: number): void {
    const request = new PeerMessage(this.probes[vendor]?.pop() ?? assert.fail('a probe waits'));
    const text =
      `SIP/2.0 ${status} Said\r\n${request.vias}From: ${request.from}\r\nTo: ${request.to};tag=probed\r\n` +
      `Call-ID: ${request.callId}\r\nCSeq: ${request.cseq} OPTIONS\r\nContent-Length: 0\r\n\r\n`;
    this.send(text, vendorOf(vendor).place);
  }

  takeObservations(): Observation[] {
    const observations = this.#observations;
    if (observations.length > 0) this.#observations = [];
    return observations;
  }

  #reply(): void {
    for (let reply = this.#replies.shift(); reply !== undefined; reply = this.#replies.shift()) {
      this.#deliver(reply.text, reply.place);
    }
  }

  #deliver(text: string, from: Place): void {
    this.onPassage?.({ sentAtMs: this.nowMs, from, to: SWITCH_PLACE, text, arrivalsMs: [this.nowMs] });
    this.switch.receive(text, from, this.nowMs);
  }

  #receive(text: string, to: Place): void {
    this.onPassage?.({ sentAtMs: this.nowMs, from: SWITCH_PLACE, to, text, arrivalsMs: [this.nowMs] });
    if (text.startsWith('OPTIONS ') && !/\r\nTo: [^\r]*;tag=/.test(text)) return this.#receiveProbe(text, to);
    const start = text.indexOf('\r\nCall-ID: ') + 11;
    const callId = text.slice(start, text.indexOf('\r\n', start));
    const { call, party } = this.#byCallId.get(callId) ?? this.#newAttempt(callId, text, to);
    const { replies, fresh, answered } = party.receive(text, this.nowMs);
    if (fresh?.dialog) this.#observations.push({ kind: 'served', call, party, served: fresh });
    if (answered !== null) this.#observations.push({ kind: 'answered', call, party, asked: answered });
    for (const reply of replies) this.#replies.push({ text: reply, place: party.place });
  }

  #receiveProbe(text: string, to: Place): void {
    const vendor = VENDORS.findIndex((_, index) => placeName(vendorOf(index).place) === placeName(to));
    const known = this.probes[vendor] as string[];
    if (known.at(-1) === text) return;
    known.push(text);
    this.#observations.push({ kind: 'probe', vendor });
  }

  #newAttempt(callId: string, text: string, to: Place) {
    const call = Number(
      /^INVITE sip:4930(\d+)@/.exec(text)?.[1] ?? assert.fail(`a new Call-ID comes with an INVITE:\n${text}`),
    );
    const { attempts } = this.calls[call] as RealCall;
    const party = new Party(`v${call}-${attempts.length}`, to, this.#partyOptions(call, callId));
    attempts.push(party);
    const entry = { call, party };
    this.#byCallId.set(callId, entry);
    return entry;
  }

  #partyOptions(call: number, callId: string) {
    const byeManner = this.#byeManners[this.#byCallId.size % this.#byeManners.length] ?? 'answers';
    return { number: `4930${call}`, callId, byeManner };
  }
}

/** Where vendor `index` is. */
export function vendorOf(index: number): { readonly place: Place } {
  return { place: { address: `${VENDOR_NET}${VENDORS[index]?.slot}`, port: 5060 } };
}

function snapshotOf(version: number, locked: ReadonlySet<number>): Snapshot {
  return {
    version,
    mappingGateways: [
      mappingGateway(CUSTOMER.slot, {
        remoteIps: [CALLER_PLACE.address],
        capacity: CUSTOMER.capacity,
        timeoutCallProceedingMs: LIMITS.proceedingMs,
      }),
    ],
    ...routes(
      VENDORS.map((vendor, index) =>
        routingGateway(vendor.slot, {
          remoteIp: `${VENDOR_NET}${vendor.slot}`,
          capacity: vendor.capacity,
          priority: index,
          locked: locked.has(index),
          protect: vendor.isProtected,
          timeoutsToBan: vendor.timeoutsToBan,
          followRedirects: vendor.mayRedirect,
          sipAuthenticationUser: vendor.hasCredentials ? 'tandem' : '',
          sipAuthenticationPassword: vendor.hasCredentials ? 'secret' : '',
          maxCallDurationLowerMs: vendor.durationMs,
          maxCallDurationUpperMs: vendor.durationMs,
        }),
      ),
    ),
    parameters: PARAMETERS,
  };
}

/** Contact of a 3xx that sends call `index` to another host of the vendor. */
export function redirectContact(index: number): string {
  return `Contact: <sip:4930${index}@${VENDOR_NET}${REDIRECT_HOST}>\r\n`;
}
