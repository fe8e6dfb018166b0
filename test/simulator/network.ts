// A network that loses, doubles, delays and reorders datagrams, all by one seeded generator. Every datagram that is
// handed to it goes into the trace, with its time and its fate: two runs of one seed give one hash.

import { createHash } from 'node:crypto';
import type { Prng } from '../../src/core/base/prng.ts';
import type { Agenda } from './agenda.ts';

/** Who sends and receives: an address and a port. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** How bad the network is. Shares are probabilities from 0 to 1. */
export interface Weather {
  /** A datagram is lost. */
  readonly lossShare: number;
  /** A datagram arrives twice, each copy with its own delay. */
  readonly duplicateShare: number;
  /** A datagram is held up, so that later ones overtake it. */
  readonly reorderShare: number;
  /** Milliseconds on the way: at least, and by how much more at most. */
  readonly delayMs: number;
  readonly jitterMs: number;
  /** Milliseconds more, at most, for one that is held up. */
  readonly holdUpMs: number;
}

/** Nothing is lost, nothing overtakes. */
export const FAIR_WEATHER: Weather = {
  lossShare: 0,
  duplicateShare: 0,
  reorderShare: 0,
  delayMs: 10,
  jitterMs: 0,
  holdUpMs: 0,
};

/** What became of one datagram on the wire. */
export interface Passage {
  readonly sentAtMs: number;
  readonly from: Place;
  readonly to: Place;
  readonly text: string;
  /** When each copy arrives; empty when it was lost. */
  readonly arrivalsMs: readonly number[];
}

/** Takes datagrams at one place. */
export type Receiver = (text: string, from: Place) => void;

/** The name of a place in maps and ladders. */
export function placeName({ address, port }: Place): string {
  return `${address}:${port}`;
}

/** All wires between the peers and the switch. */
export class Network {
  sentCount = 0;
  lostCount = 0;
  duplicatedCount = 0;
  /** Sees every datagram; for ladders. */
  onPassage: ((passage: Passage) => void) | null = null;
  /** A datagram reached a host on which nobody listens (ICMP port unreachable goes back to its sender). */
  onRefused: ((from: Place, to: Place) => void) | null = null;
  readonly #agenda: Agenda;
  readonly #prng: Prng;
  readonly #weather: Weather;
  readonly #receivers = new Map<string, Receiver>();
  readonly #hash = createHash('sha256');

  constructor(agenda: Agenda, prng: Prng, weather: Weather) {
    this.#agenda = agenda;
    this.#prng = prng;
    this.#weather = weather;
  }

  attach(place: Place, receive: Receiver): void {
    this.#receivers.set(placeName(place), receive);
  }

  send(text: string, from: Place, to: Place): void {
    this.sentCount += 1;
    const arrivalsMs = this.#arrivals();
    const fate = arrivalsMs.map((atMs) => atMs.toFixed(3)).join(' ');
    const { nowMs } = this.#agenda;
    this.#hash.update(`${nowMs.toFixed(3)} ${placeName(from)} ${placeName(to)} [${fate}]\n${text}\n`, 'latin1');
    this.onPassage?.({ sentAtMs: nowMs, from, to, text, arrivalsMs });
    for (const atMs of arrivalsMs) this.#agenda.after(atMs - nowMs, () => this.#deliver(text, from, to));
  }

  /** A hash over all that was sent so far, when, and what became of it. */
  traceHash(): string {
    return this.#hash.copy().digest('hex').slice(0, 16);
  }

  #arrivals(): number[] {
    const { lossShare, duplicateShare } = this.#weather;
    const arrivalsMs: number[] = [];
    if (this.#prng.chance(lossShare)) this.lostCount += 1;
    else arrivalsMs.push(this.#arrival());
    if (this.#prng.chance(duplicateShare)) {
      this.duplicatedCount += 1;
      arrivalsMs.push(this.#arrival());
    }
    return arrivalsMs;
  }

  #arrival(): number {
    const { delayMs, jitterMs, reorderShare, holdUpMs } = this.#weather;
    let onTheWayMs = delayMs + jitterMs * this.#share();
    if (this.#prng.chance(reorderShare)) onTheWayMs += holdUpMs * this.#share();
    return this.#agenda.nowMs + onTheWayMs;
  }

  /** From 0 to 1. */
  #share(): number {
    return this.#prng.below(1_000_000) / 1_000_000;
  }

  #deliver(text: string, from: Place, to: Place): void {
    const receive = this.#receivers.get(placeName(to));
    if (receive === undefined) this.onRefused?.(from, to);
    else receive(text, from);
  }
}
