// A switch with accounts and rate tables, and calls through it as short as they can be.

import { compileSnapshot } from '../../../src/control/tables/compile.ts';
import { parseNetwork } from '../../../src/control/tables/network-file.ts';
import { assignSlots } from '../../../src/control/tables/slots.ts';
import type { Cdr } from '../../../src/core/cdr/cdr.ts';
import type { Snapshot } from '../../../src/core/routing/snapshot.ts';
import { EPOCH_WALL_MS, SWITCH_PLACE, Switch, type SwitchOptions } from '../../simulator/switch.ts';

export const CALLER = { address: '198.51.100.1', port: 5060 };
export const TRUNK = { address: '203.0.113.1', port: 5060 };

/** The snapshot of a network file. */
export function snapshotOfFile(text: string): Snapshot {
  const network = parseNetwork(text, 'net.yaml');
  return compileSnapshot(network, 1, assignSlots([], network), [{ address: '192.0.2.1' }], EPOCH_WALL_MS);
}

/** One switch and what it sent to its trunk. */
export class PricedBench {
  readonly switch: Switch;
  /** Who calls. */
  caller = '4930';
  readonly #toTrunk: string[] = [];
  readonly #toCaller: string[] = [];

  constructor(file: string, options: Partial<SwitchOptions> = {}) {
    const send: SwitchOptions['send'] = (text, to) =>
      (to.address === TRUNK.address ? this.#toTrunk : this.#toCaller).push(text);
    this.switch = new Switch({ seed: 1, shardCount: 1, snapshot: snapshotOfFile(file), send, ...options });
  }

  /** First words of what was sent to the caller since the last time. */
  toldCaller(): string[] {
    return this.#toCaller.splice(0).map((text) => /^(SIP\/2\.0 )?(\w+)/.exec(text)?.[2] ?? '');
  }

  /** First words of what was sent to the trunk since the last time. */
  toldTrunk(): string[] {
    return this.#toTrunk.splice(0).map((text) => /^(SIP\/2\.0 )?(\w+)/.exec(text)?.[2] ?? '');
  }

  /** An INVITE for `callee`, which nobody answers. */
  invite(name: string, callee: string, nowMs: number): void {
    this.switch.receive(inviteOf(name, this.caller, callee), CALLER, nowMs);
  }

  /** An INVITE for `callee`, answered at once when a trunk hears it. */
  call(name: string, callee: string, nowMs: number): void {
    this.#toTrunk.length = 0;
    this.switch.receive(inviteOf(name, this.caller, callee), CALLER, nowMs);
    this.answer(name, nowMs);
  }

  /** The trunk answers the last INVITE that it heard, if there is one: that of call `name`. */
  answer(name: string, nowMs: number): void {
    const invite = this.#toTrunk.findLast((text) => text.startsWith('INVITE'));
    if (invite === undefined) return;
    this.switch.receive(answerOf(invite), TRUNK, nowMs);
    const answer = this.#toCaller.find((text) => text.startsWith('SIP/2.0 200') && text.includes(`Call-ID: ${name}\r`));
    this.switch.receive(requestOf(name, 'ACK', answer ?? ''), CALLER, nowMs);
  }

  /** An INVITE for `callee`, which the trunk refuses. */
  refuse(name: string, callee: string, statusLine: string, nowMs: number): void {
    this.#toTrunk.length = 0;
    this.invite(name, callee, nowMs);
    const invite = this.#toTrunk.find((text) => text.startsWith('INVITE'));
    if (invite !== undefined) this.switch.receive(answerOf(invite, statusLine), TRUNK, nowMs);
  }

  /** The trunk refuses the INVITE that it heard last. */
  refuseNext(statusLine: string): void {
    const invite = this.#toTrunk.findLast((text) => text.startsWith('INVITE'));
    if (invite !== undefined) this.switch.receive(answerOf(invite, statusLine), TRUNK, 0);
  }

  /** What was sent to the trunk last. */
  get lastToTrunk(): string {
    return this.#toTrunk.at(-1) ?? '';
  }

  /** The caller hangs up; `lines` are added to its BYE. */
  hangUp(name: string, nowMs: number, lines: readonly string[] = []): void {
    const answer = this.#toCaller.find((text) => text.startsWith('SIP/2.0 200') && text.includes(`Call-ID: ${name}\r`));
    this.switch.receive(requestOf(name, 'BYE', answer ?? '', lines), CALLER, nowMs);
  }

  /** A whole call of so much talk. Answers its record. */
  talk(callee: string, talkMs: number): Cdr | undefined {
    const name = `call-${this.switch.cdrs.length}`;
    this.call(name, callee, 0);
    this.advanceTo(talkMs);
    this.hangUp(name, talkMs);
    return this.switch.cdrs.at(-1);
  }

  /** Lets everything happen that is due until then, each in its own moment. */
  advanceTo(nowMs: number): void {
    for (let dueMs = this.switch.nextDueMs(); dueMs <= nowMs; dueMs = this.switch.nextDueMs())
      this.switch.advance(dueMs);
  }
}

function inviteOf(name: string, caller: string, callee: string): string {
  return message([
    `INVITE sip:${callee}@${SWITCH_PLACE.address} SIP/2.0`,
    `Via: SIP/2.0/UDP ${CALLER.address}:5060;branch=z9hG4bK-${name}`,
    'Max-Forwards: 70',
    `From: <sip:${caller}@${CALLER.address}>;tag=from`,
    `To: <sip:${callee}@${SWITCH_PLACE.address}>`,
    `Call-ID: ${name}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:${CALLER.address}:5060>`,
  ]);
}

/** The answer to an INVITE of the switch. */
function answerOf(invite: string, statusLine = '200 OK'): string {
  const kept = invite.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
  const lines = kept.map((line) => (line.startsWith('To:') ? `${line};tag=to` : line));
  return message([`SIP/2.0 ${statusLine}`, ...lines, `Contact: <sip:${TRUNK.address}:5060>`]);
}

/** A request inside the dialog that `answer` made. */
function requestOf(name: string, method: 'ACK' | 'BYE', answer: string, more: readonly string[] = []): string {
  const to = /^To: .*$/m.exec(answer)?.[0] ?? '';
  const target = /^Contact: <(.*?)>/m.exec(answer)?.[1] ?? '';
  return message([
    `${method} ${target} SIP/2.0`,
    `Via: SIP/2.0/UDP ${CALLER.address}:5060;branch=z9hG4bK-${name}-${method}`,
    'Max-Forwards: 70',
    `From: <sip:4930@${CALLER.address}>;tag=from`,
    to.trim(),
    `Call-ID: ${name}`,
    `CSeq: ${method === 'ACK' ? 1 : 2} ${method}`,
    ...more,
  ]);
}

function message(lines: readonly string[]): string {
  return `${[...lines, 'Content-Length: 0'].join('\r\n')}\r\n\r\n`;
}
