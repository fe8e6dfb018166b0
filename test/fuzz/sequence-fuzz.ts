// Calls between peers that say anything the grammar allows, in any order: requests and responses in dialogs that stand,
// that never stood or are over. Run from the repository root: node dist/test/fuzz/sequence-fuzz.js --runs 1000 --seed 7

import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { inspect, parseArgs } from 'node:util';
import { Prng } from '../../src/core/base/prng.ts';
import type { Snapshot } from '../../src/core/routing/snapshot.ts';
import { checkRequest } from '../../src/core/sip/check-request.ts';
import { SipMessage } from '../../src/core/sip/message.ts';
import { parseMessage } from '../../src/core/sip/parse-message.ts';
import { faultsOf } from '../simulator/laws.ts';
import { placeName } from '../simulator/network.ts';
import type { PeerMessage } from '../simulator/peer-message.ts';
import { Switch } from '../simulator/switch.ts';
import { mappingGateway, parameters, routes, routingGateway } from '../simulator/trunks.ts';
import { LoosePeers, read, type Said } from './loose-peers.ts';

const CALLER = { address: '198.51.100.1', port: 5060 };
const STRANGER = { address: '198.51.100.9', port: 5060 };
const VENDORS = [1, 2, 3].map((host) => ({ address: `203.0.113.${host}`, port: 5060 }));
const PLACES = [CALLER, ...VENDORS, STRANGER];

/** No run lasts longer once the peers are silent: no talk limit and no session timer is above 45 minutes. */
const REST_MS_MAX = 3 * 3_600_000;

/** Longest time from the end of the last call to rest, ms: of two transactions, one after the other. */
const LEAVE_MS_MAX = 70_000;

/** What runs came to. */
export interface SequenceReport {
  runs: number;
  sent: number;
  heard: number;
  cdrs: number;
  answered: number;
}

/** Plays `runs` of them. Throws at the first broken law, with all that was said. */
export function fuzzSequences(runs: number, seed: number): SequenceReport {
  const report = { runs: 0, sent: 0, heard: 0, cdrs: 0, answered: 0 };
  for (let run = 0; run < runs; run++) {
    const storm = new Storm(seed + run);
    try {
      storm.play(report);
    } catch (cause) {
      throw new Error(`seed ${seed + run}, after\n${storm.log.join('\n--------\n')}`, { cause });
    }
  }
  return report;
}

class Storm {
  readonly log: string[] = [];
  readonly #random: Prng;
  readonly #switch: Switch;
  readonly #peers: LoosePeers;
  /** Requests that the switch has sent in dialogs: it repeats them. */
  readonly #texts = new Set<string>();
  /** Highest CSeq number that the switch has used in a dialog. */
  readonly #orders = new Map<string, number>();
  #nowMs = 0;

  constructor(seed: number) {
    this.#random = new Prng(seed, 77);
    this.#peers = new LoosePeers(this.#random, PLACES);
    const snapshot = snapshotOf(this.#random);
    this.#switch = new Switch({ seed, shardCount: 1, snapshot, send: (text, to) => this.#hear(text, placeName(to)) });
  }

  play(report: SequenceReport): void {
    const stepCount = 20 + this.#random.below(100);
    for (let step = 0; step < stepCount; step++) {
      this.#wait();
      this.#say(this.#peers.next());
      if (this.#random.chance(0.01)) this.#losePeer();
    }
    this.#rest();
    const { cdrs } = this.#switch;
    report.runs += 1;
    report.sent += this.#peers.sent.length;
    report.heard += this.#peers.heard.length;
    report.cdrs += cdrs.length;
    report.answered += cdrs.filter(({ answeredAtWallMs }) => answeredAtWallMs !== null).length;
  }

  /** Not at all, a moment, until about when the switch does something, or long. */
  #wait(): void {
    const kind = this.#random.below(10);
    const dueMs = this.#switch.nextDueMs();
    if (kind < 5) return;
    if (kind < 7) this.#advance(this.#nowMs + this.#random.below(300));
    else if (kind < 9 && dueMs !== Infinity) this.#advance(dueMs + this.#random.below(3) - 1);
    else this.#goTo(this.#nowMs + this.#random.below(this.#random.chance(0.2) ? 120_000 : 5_000));
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

  #losePeer(): void {
    const place = PLACES[this.#random.below(PLACES.length)] as typeof CALLER;
    this.log.push(`${this.#nowMs} ${placeName(place)} cannot be reached`);
    this.#switch.unreachable(place, this.#nowMs);
    assert.deepEqual(this.#switch.defects, []);
  }

  #say(said: Said | null): void {
    if (said === null) return;
    this.log.push(`${this.#nowMs} ${said.who} -> switch\n${said.text}`);
    this.#switch.receive(said.text, PLACES[said.who] as typeof CALLER, this.#nowMs);
    assert.deepEqual(this.#switch.defects, []);
  }

  /** A Contact may have named a place that is nobody's: the stranger hears it. */
  #hear(text: string, name: string): void {
    const known = PLACES.findIndex((place) => placeName(place) === name);
    const who = known < 0 ? PLACES.indexOf(STRANGER) : known;
    this.log.push(`${this.#nowMs} switch -> ${name}\n${text}`);
    const parsed = parseMessage(text);
    assert.ok(parsed instanceof SipMessage, 'the switch sends what it can read itself');
    const message = read(text);
    if (message.isRequest) this.#checkRequest(message, parsed);
    this.#peers.heard.push({ who, text, message });
  }

  /** 12.2.1.1: within a dialog numbers grow, from that of the INVITE that made it, which the ACK of its 2xx tells. */
  #checkRequest(message: PeerMessage, parsed: SipMessage): void {
    assert.equal(checkRequest(parsed), null, 'a request of the switch keeps to the grammar');
    const { method, cseq, callId, fromTag, toTag, branch } = message;
    const { heard } = this.#peers;
    if (toTag === '' || method === 'CANCEL' || this.#texts.has(parsed.text)) return;
    this.#texts.add(parsed.text);
    const isOfFailure = heard.some((said) => said.message.method === 'INVITE' && said.message.branch === branch);
    if (method === 'ACK' && isOfFailure) return;
    const dialog = `${callId} ${fromTag} ${toTag}`;
    const last = this.#orders.get(dialog) ?? 0;
    assert.ok(method === 'ACK' || cseq > last, `${method} has CSeq ${cseq}, the dialog was at ${last}`);
    this.#orders.set(dialog, Math.max(cseq, last));
  }

  /** The peers are silent: all comes to its end, with one record a call. */
  #rest(): void {
    let untilMs = this.#nowMs + REST_MS_MAX;
    for (let dueMs = this.#switch.nextDueMs(); dueMs !== Infinity; dueMs = this.#switch.nextDueMs()) {
      this.#advance(dueMs);
      assert.ok(this.#nowMs < untilMs, 'it comes to rest by itself');
      if (this.#switch.shards[0]?.inspect().calls === 0) untilMs = Math.min(untilMs, this.#nowMs + LEAVE_MS_MAX);
    }
    const { admission, cdrs } = this.#switch;
    assert.deepEqual(this.#switch.inspect(), [{ calls: 0, dialogs: 0, transactions: 0, timers: 0 }]);
    for (let slot = 0; slot < 10; slot++) assert.equal(admission.calls(slot), 0, `slot ${slot}`);
    for (const place of admission.numberPlaces()) assert.equal(admission.calls(place), 0, `number ${place}`);
    assert.equal(new Set(cdrs.map(({ id }) => id)).size, cdrs.length, 'one record a call');
    for (const cdr of cdrs) assert.deepEqual(faultsOf(cdr), [], inspect(cdr));
    this.#checkNobodyLeft();
  }

  /** Who was answered by the switch, or whose answer it has acknowledged, hears of the end. */
  #checkNobodyLeft(): void {
    const { heard, sent } = this.#peers;
    const isAnswer = ({ message: { status, method } }: Said): boolean =>
      method === 'INVITE' && status >= 200 && status < 300;
    for (const { who, message } of heard.filter(isAnswer)) {
      this.#checkEnded(who, { callId: message.callId, theirs: message.toTag, ours: message.fromTag });
    }
    for (const { who, message } of sent.filter(isAnswer)) {
      const { callId, fromTag, toTag, branch, cseq } = message;
      const isAcknowledged = heard.some(({ message: ack }) => {
        const isSame = isOf(ack, callId, fromTag, toTag) && ack.cseq === cseq;
        return ack.isRequest && ack.method === 'ACK' && isSame && ack.branch !== branch;
      });
      const isAsked = heard.some((said) => said.who === who && said.message.branch === branch);
      if (isAcknowledged && isAsked) this.#checkEnded(who, { callId, theirs: fromTag, ours: toTag });
    }
  }

  /** By a BYE, or by the answer to its own. */
  #checkEnded(who: number, { callId, theirs, ours }: { callId: string; theirs: string; ours: string }): void {
    const isBye = ({ message }: Said, from: string, to: string): boolean =>
      message.isRequest && message.method === 'BYE' && isOf(message, callId, from, to);
    const { heard, sent } = this.#peers;
    const byes = sent.filter((said) => isBye(said, ours, theirs)).map(({ message }) => message.branch);
    const isAnswered = heard.some(({ message }) => message.status === 200 && byes.includes(message.branch));
    assert.ok(isAnswered || heard.some((said) => isBye(said, theirs, ours)), `${who} is left in ${callId}`);
  }
}

function isOf({ callId, fromTag, toTag }: PeerMessage, wanted: string, from: string, to: string): boolean {
  return callId === wanted && fromTag === from && toTag === to;
}

/** One customer and three vendors, set as the numbers fall. */
function snapshotOf(random: Prng): Snapshot {
  const isOn = (share = 0.5): boolean => random.chance(share);
  const method = () => (['stated', 'source', 'statedPort'] as const)[random.below(3)] ?? 'stated';
  const peer = () => ({
    sip100Rel: isOn(0.7),
    sipTimer: isOn(0.8),
    enableCallTransfer: isOn(),
    sipRequestAddressMethod: method(),
  });
  const vendors = VENDORS.map(({ address }, index) =>
    routingGateway(2 + index, {
      ...peer(),
      priority: index,
      remoteIp: address,
      capacity: 3,
      followRedirects: isOn(),
      switchUntilConnect: isOn(0.3) ? isOn() : null,
      switchAllowRing: isOn(0.3) ? isOn() : null,
      timeoutsToBan: 0, // It would be probed for ever.
      ...(isOn() ? { sipAuthenticationUser: 'us', sipAuthenticationPassword: 'secret' } : {}),
    }),
  );
  return {
    version: 1,
    mappingGateways: [mappingGateway(1, { ...peer(), remoteIps: [CALLER.address], capacity: 5, callerCapacity: 4 })],
    ...routes(vendors),
    parameters: parameters({
      SS_MAX_CALL_DURATION: String(60 + random.below(2000)),
      SS_SIP_NO_TIMER_REINVITE_INTERVAL: String(600 + random.below(6000)),
      SS_SIP_SESSION_TTL: String(90 + random.below(600)),
    }),
  };
}

function main(): void {
  const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } });
  console.log(fuzzSequences(Number(values.runs ?? 1000), Number(values.seed ?? 1)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
