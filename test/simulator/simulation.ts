// One run: customers, vendors, a network and the switch in virtual time, from one seed. Time jumps from one thing that
// happens to the next, so that hours of calls take seconds, and nothing depends on the machine.

import type { Admission, Holder } from '../../src/core/admission/admission.ts';
import { Prng } from '../../src/core/base/prng.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import type { Snapshot } from '../../src/core/routing/snapshot.ts';
import { Agenda } from './agenda.ts';
import type { Caller } from './caller.ts';
import { Network, type Passage, type Place, type Weather } from './network.ts';
import { PeerHost } from './peer-host.ts';
import type { PeerPorts, Rarity } from './peer-ports.ts';
import { type OfferedCall, planOf } from './plans.ts';
import { type Cut, SWITCH_PLACE, Switch } from './switch.ts';
import {
  CUSTOMER_NET,
  CUSTOMERS,
  laterSnapshot,
  STRANGER,
  simulatedSnapshot,
  UNPLUGGED_VENDOR,
  VENDOR_NET,
  VENDORS,
} from './trunks.ts';

/** The weather of the tests and of `npm run simulate`: 5 % lost, 2 % doubled, 5 % overtaken. */
export const BAD_WEATHER: Weather = {
  lossShare: 0.05,
  duplicateShare: 0.02,
  reorderShare: 0.05,
  delayMs: 10,
  jitterMs: 30,
  holdUpMs: 400,
};

/** What a run depends on: nothing else. */
export interface SimulationOptions {
  readonly seed: number;
  readonly callCount: number;
  readonly shardCount: number;
  readonly weather: Weather;
  /** Calls offered in a second of virtual time, on average. */
  readonly callsPerSecond: number;
  /** When an operator ends every call there is, ms of virtual time. */
  readonly releaseAtMs?: number;
  /** How many times a shard is killed and begins again, at random moments of the run. */
  readonly killCount?: number;
  /** Digits in which callers differ; by default all of them do. */
  readonly callerDigits?: number;
  /** Takes the place of the simulated network's tables. */
  readonly snapshot?: Snapshot;
  /** Header lines that a peer at `from` puts into everything it sends, each with its CRLF. */
  readonly linesOf?: (from: Place) => string;
  /** Sees every datagram; for ladders. */
  readonly onPassage?: (passage: Passage) => void;
  /** See SwitchOptions. */
  readonly admissionOf?: (shared: SharedArrayBuffer, holder: Holder) => Admission;
  readonly keepsCdr?: (cdr: Cdr) => boolean;
}

/** What the switch did and must not have done, as a peer saw it. */
export interface Complaint {
  readonly callIndex: number;
  readonly atMs: number;
  readonly sentence: string;
}

/** When new tables come, ms of virtual time. */
export const PUBLISH_AT_MS = 7000;

const CUTS: readonly Cut[] = ['between', 'beforeKept', 'beforeSent'];

/** As many as a number has of its own. */
const CALLER_DIGITS = 6;

/** A day: a run that is longer in virtual time never comes to rest. */
const VIRTUAL_MAX_MS = 86_400_000;

/** A world from one seed. */
export class Simulation {
  readonly agenda = new Agenda();
  readonly network: Network;
  readonly switch: Switch;
  readonly customers: readonly PeerHost[];
  readonly vendors: readonly PeerHost[];
  readonly callers: Caller[] = [];
  readonly complaints: Complaint[] = [];
  readonly rarities = new Map<Rarity, number>();
  /** Call-IDs of INVITEs that came to the switch. */
  readonly arrived = new Set<string>();
  /** Highest number of concurrent calls seen, by place of admission. */
  readonly mostCalls = new Map<number, number>();
  readonly snapshot: Snapshot;
  readonly killCount: number;
  /** When a peer last sent something, and when everything came to rest. */
  lastSentMs = 0;
  restedAtMs = 0;
  readonly #options: SimulationOptions;
  readonly #byNumber = new Map<string, OfferedCall>();

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.snapshot = options.snapshot ?? simulatedSnapshot();
    this.killCount = options.killCount ?? 0;
    const { seed, shardCount, weather } = options;
    this.network = new Network(this.agenda, new Prng(seed, 0x6e65), weather);
    this.network.onPassage = options.onPassage ?? null;
    this.network.onRefused = (from, to) => {
      if (from === SWITCH_PLACE)
        this.agenda.after(weather.delayMs, () => this.switch.unreachable(to, this.agenda.nowMs));
    };
    this.switch = new Switch({
      seed,
      shardCount,
      snapshot: this.snapshot,
      send: (text, to) => this.network.send(text, SWITCH_PLACE, to),
      ...(options.admissionOf === undefined ? {} : { admissionOf: options.admissionOf }),
      ...(options.keepsCdr === undefined ? {} : { keepsCdr: options.keepsCdr }),
      isMortal: (options.killCount ?? 0) > 0,
    });
    this.network.attach(SWITCH_PLACE, (text, from) => this.#receive(text, from));
    this.customers = [...CUSTOMERS, STRANGER].map((place, index) => this.#customer(place, index));
    this.vendors = VENDORS.slice(0, UNPLUGGED_VENDOR).map((place, index) => this.#vendor(place, index));
  }

  /** Offers every call and lets the world run until nothing is left to happen. */
  run(): void {
    this.#offer();
    const { releaseAtMs } = this.#options;
    this.agenda.after(PUBLISH_AT_MS, () => this.switch.publish(laterSnapshot(this.snapshot)));
    if (releaseAtMs !== undefined) {
      this.agenda.after(releaseAtMs, () => this.switch.releaseAll('OperatorHangup', this.agenda.nowMs));
    }
    this.#planKills();
    while (this.agenda.nowMs < VIRTUAL_MAX_MS) {
      const dueMs = this.switch.nextDueMs();
      const nextMs = this.agenda.nextDueMs();
      const nowMs = Math.min(dueMs, nextMs);
      if (nowMs === Infinity) return;
      this.agenda.nowMs = Math.max(nowMs, this.agenda.nowMs);
      this.restedAtMs = this.agenda.nowMs;
      if (dueMs <= nextMs) this.switch.advance(this.agenda.nowMs);
      else this.agenda.step();
    }
  }

  #offer(): void {
    const { seed, callCount, callsPerSecond } = this.#options;
    const prng = new Prng(seed, 0x6f66);
    const bounds = { customers: CUSTOMERS.length, vendors: VENDORS.length };
    const meanMs = 1000 / callsPerSecond;
    let atMs = 0;
    for (let index = 0; index < callCount; index++) {
      // Exponential gaps: calls come as people make them.
      atMs += -Math.log(1 - prng.below(1_000_000) / 1_000_000) * meanMs;
      const offered = planOf(seed, index, bounds);
      this.#byNumber.set(offered.number, offered);
      this.agenda.after(atMs, () => this.#start(offered));
    }
  }

  #planKills(): void {
    const { seed, killCount = 0, callCount, callsPerSecond, shardCount } = this.#options;
    const prng = new Prng(seed, 0x6b69);
    const spanMs = (callCount / callsPerSecond) * 1500;
    for (let kill = 0; kill < killCount; kill++) {
      const shard = prng.below(shardCount);
      const cut = CUTS[prng.below(CUTS.length)] as Cut;
      this.agenda.after(prng.below(spanMs), () => this.switch.kill(shard, cut, this.agenda.nowMs));
    }
  }

  #start(offered: OfferedCall): void {
    const host = this.customers[offered.customer] as PeerHost;
    this.callers.push(host.call(offered));
  }

  #receive(text: string, from: Place): void {
    if (text.startsWith('INVITE ')) this.arrived.add(callIdOf(text));
    this.switch.receive(text, from, this.agenda.nowMs);
    const { admission } = this.switch;
    for (const gateway of [...this.snapshot.mappingGateways, ...this.snapshot.routingGateways]) {
      for (const { slot, capacity } of [gateway, ...gateway.shared]) if (capacity !== null) this.#noteCalls(slot);
    }
    for (const place of admission.numberPlaces()) this.#noteCalls(place);
  }

  #noteCalls(place: number): void {
    const calls = this.switch.admission.calls(place);
    if (calls > (this.mostCalls.get(place) ?? 0)) this.mostCalls.set(place, calls);
  }

  #customer(place: Place, index: number): PeerHost {
    const host = new PeerHost(this.#ports(place, index), { foreign: [VENDOR_NET, 'ven-'] });
    this.network.attach(place, (text) => host.receive(text));
    return host;
  }

  #vendor(place: Place, index: number): PeerHost {
    const callOf = (number: string): OfferedCall | undefined => this.#byNumber.get(number);
    const options = { foreign: [CUSTOMER_NET, 'cus-'], vendor: index, callOf };
    const host = new PeerHost(this.#ports(place, 100 + index), options);
    this.network.attach(place, (text) => host.receive(text));
    return host;
  }

  #ports(place: Place, index: number): PeerPorts {
    return {
      place,
      agenda: this.agenda,
      prng: new Prng(this.#options.seed, 0x7065, index),
      callerDigits: this.#options.callerDigits ?? CALLER_DIGITS,
      send: (text) => {
        this.lastSentMs = this.agenda.nowMs;
        this.network.send(withLines(text, this.#options.linesOf?.(place) ?? ''), place, SWITCH_PLACE);
      },
      complain: (callIndex, sentence) => this.complaints.push({ callIndex, atMs: this.agenda.nowMs, sentence }),
      note: (rarity) => this.rarities.set(rarity, (this.rarities.get(rarity) ?? 0) + 1),
    };
  }
}

/** `text` with `lines` after its first line. */
function withLines(text: string, lines: string): string {
  const at = text.indexOf('\r\n') + 2;
  return text.slice(0, at) + lines + text.slice(at);
}

/** Call-ID of a datagram that a peer printed. */
export function callIdOf(text: string): string {
  const start = text.indexOf('\r\nCall-ID: ') + 11;
  return text.slice(start, text.indexOf('\r\n', start));
}
