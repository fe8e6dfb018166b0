// Calls under hostile bytes: the ladders of test/flows are played by peers whose messages are changed on the way, so
// that what is wrong arrives in every state a call can be in. Run from the repository root:
// node dist/test/fuzz/call-fuzz.js --rounds 20 --seed 7

import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Prng } from '../../src/core/base/prng.ts';
import { defaultParameters } from '../../src/core/parameters/registry.ts';
import type { Flow, FlowItem } from '../flows/flow-file.ts';
import { flowFiles } from '../flows/flow-folder.ts';
import type { FlowPeer } from '../flows/flow-peer.ts';
import { peersOf, snapshotOf } from '../flows/flow-runner.ts';
import { placeName } from '../simulator/network.ts';
import { Switch } from '../simulator/switch.ts';
import { routes } from '../simulator/trunks.ts';
import { Mutator } from './mutator.ts';

/** Share of messages that are changed on the way. */
const HOSTILE_SHARE = 0.3;

/** Wake-ups of timers waited for after a ladder; then the operator ends what is left. */
const WAKES_MAX = 500;

/** What a run saw. */
export interface CallFuzzReport {
  ladders: number;
  sent: number;
  changed: number;
  cdrs: number;
}

/** Plays every ladder `rounds` times. Throws at the first broken law, with the ladder's place and what was sent. */
export function fuzzCalls(rounds: number, seed: number): CallFuzzReport {
  const report = { ladders: 0, sent: 0, changed: 0, cdrs: 0 };
  const random = new Prng(seed);
  const flows = [...flowFiles().values()].flat();
  for (let round = 0; round < rounds; round++) {
    for (const flow of flows) {
      const player = new HostilePlayer(flow, random, report);
      try {
        player.play();
      } catch (cause) {
        const sent = player.sent.join('\n--------\n');
        throw new Error(`${flow.file}:${flow.line}, seed ${seed}, round ${round}, after\n${sent}`, { cause });
      }
      report.ladders += 1;
    }
  }
  return report;
}

class HostilePlayer {
  readonly sent: string[] = [];
  readonly #flow: Flow;
  readonly #random: Prng;
  readonly #report: CallFuzzReport;
  readonly #switch: Switch;
  readonly #peers = new Map<string, FlowPeer>();
  readonly #byPlace = new Map<string, FlowPeer>();
  #nowMs = 0;

  constructor(flow: Flow, random: Prng, report: CallFuzzReport) {
    this.#flow = flow;
    this.#random = random;
    this.#report = report;
    this.#switch = new Switch({
      seed: 1,
      shardCount: 1,
      snapshot: snapshotOf(flow),
      send: (text, to) => hear(this.#byPlace.get(placeName(to)), text),
    });
    for (const peer of peersOf(flow)) {
      this.#peers.set(peer.name, peer);
      this.#byPlace.set(placeName(peer.place), peer);
    }
  }

  play(): void {
    for (const { atMs, items } of this.#flow.rows) {
      this.#goTo(atMs);
      for (const item of items) if (item.direction === 'sent') this.#send(item);
    }
    this.#rest();
  }

  #goTo(atMs: number): void {
    for (let dueMs = this.#switch.nextDueMs(); dueMs <= atMs; dueMs = this.#switch.nextDueMs()) this.#advance(dueMs);
    this.#advance(atMs);
  }

  #advance(nowMs: number): void {
    this.#nowMs = Math.max(nowMs, this.#nowMs);
    this.#switch.advance(this.#nowMs);
    assert.deepEqual(this.#switch.defects, []);
  }

  #send(item: FlowItem): void {
    const peer = this.#peers.get(item.column);
    // Not a message: what the network says of a place, or the source of ported numbers, which stays silent here.
    if (peer === undefined || /^[a-z]/.test(item.name)) return;
    const honest = printed(peer, item);
    if (honest === null) return;
    const isChanged = this.#random.chance(HOSTILE_SHARE);
    const text = isChanged ? new Mutator(this.#random, [honest]).next() : honest;
    this.#report.sent += 1;
    if (isChanged) this.#report.changed += 1;
    this.sent.push(text);
    this.#switch.receive(text, peer.place, this.#nowMs);
    assert.deepEqual(this.#switch.defects, []);
  }

  /** Whatever was said, in the end one record a call, every counter back and nothing left. */
  #rest(): void {
    for (let wake = 0; wake < WAKES_MAX && this.#switch.nextDueMs() !== Infinity; wake++) {
      this.#advance(this.#switch.nextDueMs());
    }
    this.#switch.releaseAll('OperatorHangup', this.#nowMs);
    // A gateway that is out is probed for as long as it is there.
    this.#switch.publish({ version: 2, mappingGateways: [], ...routes([]), parameters: defaultParameters() });
    for (let dueMs = this.#switch.nextDueMs(); dueMs !== Infinity; dueMs = this.#switch.nextDueMs()) {
      this.#advance(dueMs);
    }
    for (const view of this.#switch.inspect()) {
      assert.deepEqual(view, { calls: 0, dialogs: 0, transactions: 0, timers: 0 });
    }
    for (let slot = 0; slot < 10; slot++) assert.equal(this.#switch.admission.calls(slot), 0, `slot ${slot}`);
    const ids = this.#switch.cdrs.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, 'one record a call');
    this.#report.cdrs += ids.length;
  }
}

/** A changed message may have named any place to answer to; and who sent half a message gets half an answer. */
function hear(peer: FlowPeer | undefined, text: string): void {
  unlessOutOfPlace(() => peer?.receive(text));
}

/** The message of `item`; null where what it follows has never happened. */
function printed(peer: FlowPeer, item: FlowItem): string | null {
  return unlessOutOfPlace(() => peer.print(item)) ?? null;
}

/** The peers are made for ladders: they object to what cannot happen in one. */
function unlessOutOfPlace<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof assert.AssertionError) return undefined;
    throw error;
  }
}

function main(): void {
  const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
  const report = fuzzCalls(Number(values.rounds ?? 20), Number(values.seed ?? 1));
  console.log(`${report.ladders} ladders, ${report.sent} messages, ${report.changed} changed, ${report.cdrs} CDRs`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
