// The real switch behind the model's steps: one customer and three vendors whose every message is asked for by a step.
// Only what good manners demand goes by itself: the ACK of a failure, 200 to BYE, 200 and 487 to CANCEL.

import assert from 'node:assert/strict';
import type { Snapshot } from '../../src/core/routing/snapshot.ts';
import type { FlowItem } from '../flows/flow-file.ts';
import { FlowPeer } from '../flows/flow-peer.ts';
import type { Place } from '../simulator/network.ts';
import type { PeerMessage } from '../simulator/peer-message.ts';
import { Switch } from '../simulator/switch.ts';
import { CUSTOMER_NET, mappingGateway, parameters, routingGateway, VENDOR_NET } from '../simulator/trunks.ts';
import { CUSTOMER, DURATION_MS, PROCEEDING_MS, VENDORS } from './reference.ts';

const CALLER_PLACE: Place = { address: `${CUSTOMER_NET}1`, port: 5060 };
const VENDOR_PLACES: readonly Place[] = VENDORS.map(({ slot }) => ({ address: `${VENDOR_NET}${slot}`, port: 5060 }));

/** One side of one call. */
interface Side {
  readonly peer: FlowPeer;
  readonly role: 'caller' | 'vendor';
}

/** A message a peer sends. `of`: what a response answers. */
export function item(name: string, body = '', of = ''): FlowItem {
  return { column: '', direction: 'sent', name, of, body, manner: '', tag: '', headers: [] };
}

/** The switch and the peers of all its calls. */
export class Real {
  nowMs = 0;
  readonly switch: Switch;
  readonly #callers: FlowPeer[] = [];
  /** Attempts by call, the latest last. */
  readonly #attempts = new Map<number, FlowPeer[]>();
  readonly #byCallId = new Map<string, Side>();
  /** What the peers have to say by themselves after the present input. */
  #replies: { readonly peer: FlowPeer; readonly item: FlowItem }[] = [];
  #version = 1;

  constructor() {
    this.switch = new Switch({
      seed: 1,
      shardCount: 1,
      snapshot: snapshotOf(1, new Set()),
      send: (text, to) => this.#receive(text, to),
    });
  }

  place(index: number): void {
    const caller = new FlowPeer(`call-${index}`, CALLER_PLACE, `4930${index}`);
    this.#callers[index] = caller;
    this.#byCallId.set(`call-of-call-${index}@${CALLER_PLACE.address}`, { peer: caller, role: 'caller' });
    this.send(caller, item('INVITE', '+SDP'));
  }

  /** Sends a message of a peer, then what the peers reply by themselves. */
  send(peer: FlowPeer, message: FlowItem): void {
    this.switch.receive(peer.print(message), peer.place, this.nowMs);
    this.#reply();
  }

  caller(index: number): FlowPeer {
    return this.#callers[index] ?? assert.fail(`call ${index} was placed`);
  }

  /** The vendor's side of the latest attempt of call `index`, or of one that was left. */
  vendor(index: number, ago = 0): FlowPeer {
    return this.#attempts.get(index)?.at(-1 - ago) ?? assert.fail(`call ${index} has an attempt`);
  }

  attemptCount(index: number): number {
    return this.#attempts.get(index)?.length ?? 0;
  }

  unreachable(vendor: number): void {
    this.switch.unreachable(VENDOR_PLACES[vendor] as Place, this.nowMs);
    this.#reply();
  }

  publish(locked: ReadonlySet<number>): void {
    this.#version += 1;
    this.switch.publish(snapshotOf(this.#version, locked));
  }

  advance(toMs: number): void {
    for (let dueMs = this.switch.nextDueMs(); dueMs <= toMs; dueMs = this.switch.nextDueMs()) {
      this.nowMs = Math.max(this.nowMs, dueMs);
      this.switch.advance(this.nowMs);
      this.#reply();
    }
    this.nowMs = toMs;
  }

  /** Lets all timers run out. */
  rest(): void {
    for (let dueMs = this.switch.nextDueMs(); dueMs !== Infinity; dueMs = this.switch.nextDueMs()) this.advance(dueMs);
  }

  ends(): Record<string, number> {
    const ends: Record<string, number> = {};
    for (const { endReason } of this.switch.cdrs) ends[String(endReason)] = (ends[String(endReason)] ?? 0) + 1;
    return ends;
  }

  #reply(): void {
    for (let reply = this.#replies.shift(); reply !== undefined; reply = this.#replies.shift()) {
      this.switch.receive(reply.peer.print(reply.item), reply.peer.place, this.nowMs);
    }
  }

  #receive(text: string, to: Place): void {
    const callId = /\r\nCall-ID: ([^\r]*)/.exec(text)?.[1] ?? '';
    const side = this.#byCallId.get(callId) ?? this.#newAttempt(callId, text, to);
    const { words, message } = side.peer.receive(text);
    for (const reply of repliesTo(side, words, message)) this.#replies.push({ peer: side.peer, item: reply });
  }

  #newAttempt(callId: string, text: string, to: Place): Side {
    const index = Number(
      /^INVITE sip:4930(\d+)@/.exec(text)?.[1] ?? assert.fail(`a new Call-ID comes with an INVITE:\n${text}`),
    );
    const attempts = this.#attempts.get(index) ?? [];
    const peer = new FlowPeer(`call-${index}-${attempts.length}`, to, `4930${index}`);
    this.#attempts.set(index, [...attempts, peer]);
    const side = { peer, role: 'vendor' } as const;
    this.#byCallId.set(callId, side);
    return side;
  }
}

function repliesTo({ peer, role }: Side, words: string, message: PeerMessage): FlowItem[] {
  if (words.endsWith(' again') && message.isRequest) return [];
  if (message.isRequest) {
    if (message.method === 'BYE') return [item('200', '', 'BYE')];
    if (message.method === 'CANCEL')
      return peer.hasAnswered ? [item('200', '', 'CANCEL')] : [item('200', '', 'CANCEL'), item('487', '', 'INVITE')];
    if (message.method === 'INVITE' && message.toTag !== '') return [item('200', '+SDP', 'INVITE')];
    return [];
  }
  if (message.method !== 'INVITE' || message.status < 200) return [];
  // The ACK of the first answer is a step of its own; that of a re-INVITE goes by itself.
  const isFirst = message.cseq === 1 && role === 'caller';
  return message.status >= 300 || !isFirst ? [item('ACK')] : [];
}

function snapshotOf(version: number, locked: ReadonlySet<number>): Snapshot {
  return {
    version,
    mappingGateways: [
      mappingGateway(CUSTOMER.slot, {
        remoteIps: [CALLER_PLACE.address],
        capacity: CUSTOMER.capacity,
        timeoutCallProceedingMs: PROCEEDING_MS,
      }),
    ],
    routingGateways: VENDORS.map(({ slot, capacity }, vendor) =>
      routingGateway(slot, {
        remoteIp: `${VENDOR_NET}${slot}`,
        capacity,
        priority: vendor,
        locked: locked.has(vendor),
        timeoutsToBan: 0, // The reference knows neither bans nor probes.
      }),
    ),
    parameters: parameters({ SS_MAX_CALL_DURATION: String(DURATION_MS / 1000) }),
  };
}
