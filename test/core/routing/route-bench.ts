// A switch of several shards whose customers and vendors say the least that makes a call: an INVITE of the one, final
// responses of the others, at once or after a while, ACK and BYE. For tests of where calls go.

import type { Cdr } from '../../../src/core/cdr/cdr.ts';
import type { Snapshot } from '../../../src/core/routing/snapshot.ts';
import type { Place } from '../../simulator/network.ts';
import { SWITCH_PLACE, Switch } from '../../simulator/switch.ts';

/** One call: who calls whom, and what each gateway says to it. */
export interface BenchCall {
  /** A mapping gateway by name. */
  readonly from: string;
  readonly callee: string;
  /** Final status of the gateway at that address. */
  readonly answers: (address: string) => number;
  /** How long each gateway takes, ms. */
  readonly delayMs?: number;
  /** Whether each gateway says 180 first. */
  readonly rings?: boolean;
  /** How long an answered call talks, ms. */
  readonly talkMs?: number;
}

interface Due {
  readonly atMs: number;
  readonly text: string;
  readonly from: Place;
}

/** Addresses of gateways by slot: mapping gateways in the one net, routing gateways in the other. */
export function addressOf(kind: 'mapping' | 'routing', slot: number): string {
  return `${kind === 'mapping' ? '198.51' : '203.0'}.${slot >> 8}.${slot & 255}`;
}

/** The bench. It gives each gateway of the snapshot an address. */
export class RouteBench {
  readonly switch: Switch;
  readonly snapshot: Snapshot;
  nowMs = 0;
  /** INVITEs that reached a gateway, by its address. */
  readonly invites: { readonly atMs: number; readonly address: string; readonly callId: string }[] = [];
  readonly #calls = new Map<string, BenchCall>();
  readonly #talkMs = new Map<string, number>();
  readonly #due: Due[] = [];
  #callCount = 0;

  constructor(snapshot: Snapshot, shardCount = 1) {
    this.snapshot = withAddresses(snapshot);
    const send = (text: string, to: Place): void => this.#receive(text, to);
    this.switch = new Switch({ seed: 1, shardCount, snapshot: this.snapshot, send });
  }

  /** Makes `call` and plays it until nothing is due at this moment; answers its Call-ID. */
  call(call: BenchCall): string {
    const gateway = this.snapshot.mappingGateways.find(({ name }) => name === call.from);
    if (gateway === undefined) throw new RangeError(`${call.from} is no mapping gateway`);
    const callId = `bench-${this.#callCount++}`;
    this.#calls.set(call.callee, call);
    this.#talkMs.set(callId, call.talkMs ?? 0);
    const place = { address: gateway.remoteIps[0] ?? '', port: 5060 };
    this.switch.receive(inviteOf(callId, place, gateway.calleePrefix + call.callee), place, this.nowMs);
    this.runUntil(this.nowMs);
    return callId;
  }

  /** Lets time pass. */
  runUntil(untilMs: number): void {
    for (;;) {
      const nextMs = Math.min(this.switch.nextDueMs(), ...this.#due.map(({ atMs }) => atMs));
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      const at = this.#due.findIndex(({ atMs }) => atMs <= this.nowMs);
      const [due] = at < 0 ? [] : this.#due.splice(at, 1);
      if (due === undefined) this.switch.advance(this.nowMs);
      else this.switch.receive(due.text, due.from, this.nowMs);
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
    this.switch.advance(this.nowMs);
  }

  /** The record of a call that is over. */
  cdrOf(callId: string): Cdr | undefined {
    return this.switch.cdrs.findLast(({ callerCallId }) => callerCallId === callId);
  }

  /** What the peers at `to` say to a message of the switch. */
  #receive(text: string, to: Place): void {
    const isVendor = to.address.startsWith('203.0.');
    const say = (reply: string, delayMs = 0): void => {
      this.#due.push({ atMs: this.nowMs + delayMs, text: reply, from: to });
    };
    if (text.startsWith('INVITE ') && isVendor) {
      const dialled = /^INVITE sip:[a-s]?([^@]*)@/.exec(text)?.[1] ?? '';
      const call = this.#calls.get(dialled) as BenchCall;
      this.invites.push({ atMs: this.nowMs, address: to.address, callId: headerOf(text, 'Call-ID') });
      if (call.rings === true) say(responseTo(text, 180, to));
      say(responseTo(text, call.answers(to.address), to), call.delayMs ?? 0);
    } else if (/^(BYE|CANCEL|OPTIONS) /.test(text)) {
      say(responseTo(text, 200, to));
    } else if (text.startsWith('SIP/2.0 ') && headerOf(text, 'CSeq').endsWith('INVITE') && !isVendor) {
      const status = Number(text.slice(8, 11));
      if (status < 200) return;
      say(requestAfter(text, 'ACK', to, status));
      if (status < 300) say(requestAfter(text, 'BYE', to, status), this.#talkMsOf(text));
    }
  }

  #talkMsOf(text: string): number {
    return this.#talkMs.get(headerOf(text, 'Call-ID')) ?? 0;
  }
}

function withAddresses(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    mappingGateways: snapshot.mappingGateways.map((gateway) => ({
      ...gateway,
      remoteIps: [addressOf('mapping', gateway.slot)],
    })),
    routingGateways: snapshot.routingGateways.map((gateway) => ({
      ...gateway,
      remoteIp: addressOf('routing', gateway.slot),
    })),
  };
}

function inviteOf(callId: string, { address }: Place, callee: string): string {
  return messageOf([
    `INVITE sip:${callee}@${SWITCH_PLACE.address} SIP/2.0`,
    `Via: SIP/2.0/UDP ${address}:5060;branch=z9hG4bK-${callId}`,
    'Max-Forwards: 70',
    `From: <sip:1@${address}>;tag=from-${callId}`,
    `To: <sip:${callee}@${SWITCH_PLACE.address}>`,
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:${address}:5060>`,
  ]);
}

function responseTo(request: string, status: number, { address }: Place): string {
  const to = headerOf(request, 'To');
  return messageOf([
    `SIP/2.0 ${status} Said`,
    `Via: ${headerOf(request, 'Via')}`,
    `From: ${headerOf(request, 'From')}`,
    `To: ${to.includes(';tag=') ? to : `${to};tag=to`}`,
    `Call-ID: ${headerOf(request, 'Call-ID')}`,
    `CSeq: ${headerOf(request, 'CSeq')}`,
    `Contact: <sip:${address}:5060>`,
  ]);
}

/** ACK, which for a failure belongs to the INVITE's own transaction (17.1.1.3), or BYE. */
function requestAfter(response: string, method: 'ACK' | 'BYE', { address }: Place, status: number): string {
  const callId = headerOf(response, 'Call-ID');
  const branch = method === 'ACK' && status >= 300 ? callId : `${method}-${callId}`;
  return messageOf([
    `${method} sip:${SWITCH_PLACE.address} SIP/2.0`,
    `Via: SIP/2.0/UDP ${address}:5060;branch=z9hG4bK-${branch}`,
    'Max-Forwards: 70',
    `From: ${headerOf(response, 'From')}`,
    `To: ${headerOf(response, 'To')}`,
    `Call-ID: ${callId}`,
    `CSeq: ${method === 'ACK' ? 1 : 2} ${method}`,
  ]);
}

function messageOf(lines: readonly string[]): string {
  return `${[...lines, 'Content-Length: 0'].join('\r\n')}\r\n\r\n`;
}

function headerOf(text: string, header: string): string {
  return new RegExp(`^${header}: (.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
}
