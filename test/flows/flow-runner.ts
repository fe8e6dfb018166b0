// Plays a ladder against one shard in virtual time. What the ladder does not show must not happen: between two rows the
// switch is silent, at a row it says what the row says and no more, and after the last one it comes to rest.

import assert from 'node:assert/strict';
import type { LrnAnswer, LrnQuestion } from '../../src/core/call/lrn-dips.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import type {
  FailedCodeRule,
  MappingGateway,
  RoutingGateway,
  SharedLimit,
  Snapshot,
} from '../../src/core/routing/snapshot.ts';
import type { Place } from '../simulator/network.ts';
import { placeName } from '../simulator/network.ts';
import { type LrnPlace, Switch } from '../simulator/switch.ts';
import { CUSTOMER_NET, mappingGateway, parameters, routes, routingGateway, VENDOR_NET } from '../simulator/trunks.ts';
import { CLOSED, OPEN } from './calendars.ts';
import type { Flow, FlowItem, FlowRow, FlowSetting } from './flow-file.ts';
import { type Described, FlowPeer } from './flow-peer.ts';
import { mappingNumbersIn, numberFieldsOf, numberGroupsIn, routingNumbersIn } from './number-settings.ts';

const NUMBER = '4930123';

/** What the switch sent or wrote at one moment. */
interface Happening {
  readonly column: string;
  readonly words: string;
  readonly described: Described | null;
  /** Q.850 cause of a record. */
  readonly q850?: number;
}

/**
 * Plays `flow`; throws an AssertionError that names the row. `later`: system parameters by name that come into force
 * once the first INVITE is in, in tables without any gateway; null for no such change.
 */
export function playFlow(flow: Flow, later: Readonly<Record<string, string>> | null = null): void {
  new FlowRunner(flow, later).play();
}

/** Whether `flow` passes. */
export function passes(flow: Flow): boolean {
  try {
    playFlow(flow);
    return true;
  } catch (error) {
    if (!(error instanceof assert.AssertionError)) throw error;
    return false;
  }
}

/** `flow` with other settings. */
export function withSettings(flow: Flow, settings: readonly FlowSetting[]): Flow {
  return { ...flow, settings };
}

/** The peers of the ladder's columns. */
export function peersOf({ columns }: Flow): FlowPeer[] {
  return columns
    .filter((column) => column !== 'switch' && column !== 'lrn')
    .map((column) => new FlowPeer(column, placeOf(column), NUMBER));
}

class FlowRunner {
  readonly #flow: Flow;
  readonly #switch: Switch;
  readonly #peers = new Map<string, FlowPeer>();
  readonly #byPlace = new Map<string, FlowPeer>();
  readonly #tags = new Map<string, string>();
  #later: Snapshot | null;
  #happenings: Happening[] = [];
  /** LRN questions without an answer, the oldest first. */
  readonly #questions: LrnPlace[] = [];
  #nowMs = 0;
  #cdrCount = 0;

  constructor(flow: Flow, later: Readonly<Record<string, string>> | null) {
    this.#flow = flow;
    this.#later =
      later === null ? null : { version: 2, mappingGateways: [], ...routes([]), parameters: parameters(later) };
    this.#switch = new Switch({
      seed: 1,
      shardCount: 1,
      snapshot: snapshotOf(flow),
      send: (text, to) => this.#receive(text, to),
      askLrn: (question, place) => this.#ask(question, place),
    });
    for (const peer of peersOf(flow)) {
      this.#peers.set(peer.name, peer);
      this.#byPlace.set(placeName(peer.place), peer);
    }
  }

  play(): void {
    for (const row of this.#flow.rows) {
      this.#goTo(row.atMs, row);
      for (const item of row.items) if (item.direction === 'sent') this.#send(item);
      this.#compare(row);
    }
    this.#rest();
  }

  /** Lets time pass until `atMs`; only at `atMs` itself anything may happen. */
  #goTo(atMs: number, row: FlowRow): void {
    for (;;) {
      const dueMs = this.#switch.nextDueMs();
      if (dueMs > atMs) break;
      this.#advance(dueMs);
      if (dueMs < atMs) this.#assertSilence(`before ${this.#nameOf(row)}`);
    }
    this.#advance(atMs);
  }

  #advance(nowMs: number): void {
    this.#nowMs = Math.max(nowMs, this.#nowMs);
    this.#switch.advance(this.#nowMs);
    this.#noteRecords();
  }

  #ask({ number, caller }: LrnQuestion, place: LrnPlace): void {
    this.#questions.push(place);
    const words = `DIP ${number}${caller === '' ? '' : ` ${caller}`}`;
    this.#happenings.push({ column: 'lrn', words, described: null });
  }

  /** `DIP 49302` answers the oldest question that is open, `DIP` without a number says that nobody knows. */
  #answerLrn({ name, headers }: FlowItem): void {
    const place = this.#questions.shift();
    assert.ok(place !== undefined, 'an answer has a question');
    const [, lrn = ''] = name.split(' ');
    const jurisdiction = (headers[0] ?? '') as LrnAnswer['jurisdiction'];
    const answer = headers[0] === 'nothing' ? null : { lrn, jurisdiction };
    this.#switch.lrnAnswered(place, answer, this.#nowMs);
    this.#noteRecords();
  }

  #send(item: FlowItem): void {
    if (item.column === 'lrn') return this.#answerLrn(item);
    const peer = this.#peers.get(item.column) as FlowPeer;
    if (item.name === 'unreachable') this.#switch.unreachable(peer.place, this.#nowMs);
    else if (item.name === 'rtp') this.#switch.media('started', this.#nowMs);
    else if (item.name === 'silence') this.#switch.media('silent', this.#nowMs);
    else this.#switch.receive(peer.print(item), peer.place, this.#nowMs);
    if (item.name === 'INVITE' && this.#later !== null) {
      this.#switch.publish(this.#later);
      this.#later = null;
    }
    this.#noteRecords();
  }

  #receive(text: string, to: Place): void {
    const peer = this.#byPlace.get(placeName(to));
    assert.ok(
      peer !== undefined,
      `${this.#flow.file}: a datagram went to ${placeName(to)}, which is in no column:\n${text}`,
    );
    // What keeps a NAT open is no message.
    const described = text.includes('SIP/2.0') ? peer.receive(text) : null;
    const words = described?.words ?? (text === '\r\n\r\n' ? 'CRLF' : text);
    this.#happenings.push({ column: peer.name, words, described });
  }

  #noteRecords(): void {
    for (const cdr of this.#switch.cdrs.slice(this.#cdrCount)) {
      this.#happenings.push({ column: 'switch', words: wordsOf(cdr), described: null, q850: cdr.q850 });
    }
    this.#cdrCount = this.#switch.cdrs.length;
    const [defect] = this.#switch.defects;
    if (defect !== undefined) assert.fail(`the switch reports a defect: ${defect.sentence}\n${defect.input}`);
  }

  #compare(row: FlowRow): void {
    const expected = row.items.filter(({ direction }) => direction !== 'sent');
    for (const column of this.#flow.columns) {
      const wanted = expected.filter((item) => item.column === column);
      const actual = this.#happenings.filter((happening) => happening.column === column);
      const where = `${this.#nameOf(row)}, column ${column}`;
      assert.deepEqual(
        actual.map((happening, i) => wordsAs(wanted[i], happening)),
        wanted.map(wordsOfItem),
        where,
      );
      for (const [i, item] of wanted.entries()) this.#checkDetails(item, actual[i]?.described ?? null, where);
    }
    this.#happenings = [];
  }

  #checkDetails(item: FlowItem, described: Described | null, where: string): void {
    if (described === null) return;
    const { text } = described.message;
    for (const header of item.headers) assert.ok(shows(text, header), `${where}: has "${header}":\n${text}`);
    if (item.tag === '') return;
    // A name stands for one tag, and two names for two.
    const { toTag } = described.message;
    const known = this.#tags.get(item.tag);
    if (known === undefined) {
      assert.ok(![...this.#tags.values()].includes(toTag), `${where}: ${item.tag} is a new tag`);
      this.#tags.set(item.tag, toTag);
    } else {
      assert.equal(toTag, known, `${where}: the To tag is ${item.tag}`);
    }
  }

  /** After the ladder: timers run out in silence, and nothing is left. */
  #rest(): void {
    for (let dueMs = this.#switch.nextDueMs(); dueMs !== Infinity; dueMs = this.#switch.nextDueMs()) {
      this.#advance(dueMs);
      this.#assertSilence('after the ladder');
    }
    for (const view of this.#switch.inspect()) {
      assert.deepEqual(view, { calls: 0, dialogs: 0, transactions: 0, timers: 0 }, `${this.#flow.rule}: at rest`);
    }
    for (let slot = 0; slot < 10; slot++) assert.equal(this.#switch.admission.calls(slot), 0, `slot ${slot} at rest`);
  }

  #assertSilence(when: string): void {
    const shown = this.#happenings.map(({ column, words }) => `${column}: ${words}`);
    assert.deepEqual(shown, [], `${this.#flow.file}: ${when}, at ${this.#nowMs} ms, nothing happens`);
  }

  #nameOf(row: FlowRow): string {
    return `${this.#flow.file}:${row.line} (at ${row.atMs} ms)`;
  }
}

/** The words of `happening`, with its cause where `wanted` tells one. */
function wordsAs(wanted: FlowItem | undefined, { words, q850 }: Happening): string {
  return wanted !== undefined && /; cause \d+$/.test(wanted.name) ? `${words}; cause ${q850}` : words;
}

/** Whether `text` has that header or request line; one that ends in an ellipsis is only the beginning. */
function shows(text: string, header: string): boolean {
  const lines = `\r\n${text}`;
  if (header.startsWith('!')) return !lines.includes(`\r\n${header.slice(1)}:`);
  return lines.includes(`\r\n${header.endsWith('…') ? header.slice(0, -1) : `${header}\r\n`}`);
}

function wordsOfItem({ name, of, body, manner, direction }: FlowItem): string {
  if (direction === 'written') return name;
  const method = of === '' || of === 'INVITE' ? '' : ` (${of})`;
  return `${name}${method}${body === '' ? '' : ` ${body}`}${manner === '' ? '' : ` ${manner}`}`;
}

/** 'CDR Busy 486, 2 attempts' or 'CDR Normal 200, 1 attempt, 900 ms'; commas are semicolons, as cells have them. */
function wordsOf(cdr: Cdr): string {
  const count = cdr.attempts.length;
  const attempts = `${count} attempt${count === 1 ? '' : 's'}`;
  const hold = cdr.answeredAtWallMs === null ? '' : `; ${cdr.holdMs} ms`;
  return `CDR ${cdr.endReason} ${cdr.sipCode}; ${attempts}${hold}`;
}

function placeOf(column: string): Place {
  if (column === 'caller') return { address: `${CUSTOMER_NET}1`, port: 5060 };
  if (column.startsWith('caller-')) return { address: `${CUSTOMER_NET}${column.slice('caller-'.length)}`, port: 5060 };
  if (column === 'stranger') return { address: `${CUSTOMER_NET}9`, port: 5060 };
  return { address: `${VENDOR_NET}${column.slice('trunk-'.length)}`, port: 5060 };
}

/** One customer with all callers, and the trunks of the ladder in their order behind every number. */
export function snapshotOf({ columns, settings }: Flow): Snapshot {
  const system = settings.filter(({ of }) => /^(SS|SERVER)_/.test(of)).map(({ of, value }) => [of, value]);
  const trunks = columns.filter((column) => column.startsWith('trunk'));
  return {
    version: 1,
    numberGroups: numberGroupsIn(settings),
    mappingGateways: [
      mappingGateway(1, {
        remoteIps: columns.filter((column) => column.startsWith('caller')).map((column) => placeOf(column).address),
        ...(fieldsOf(settings, 'caller') as Partial<MappingGateway>),
        numbers: mappingNumbersIn(settings.filter(({ of }) => of === 'caller')),
      }),
    ],
    ...routes(
      trunks.map((trunk, i) =>
        routingGateway(2 + i, {
          name: trunk,
          remoteIp: placeOf(trunk).address,
          priority: i,
          ...(fieldsOf(settings, trunk) as Partial<RoutingGateway>),
          numbers: routingNumbersIn(settings.filter(({ of }) => of === trunk)),
        }),
      ),
    ),
    parameters: parameters(Object.fromEntries(system)),
  };
}

function fieldsOf(settings: readonly FlowSetting[], name: string): Record<string, unknown> {
  const compiled = numberFieldsOf(name);
  return Object.fromEntries(
    settings
      .filter(({ of, field }) => of === name && !compiled.includes(field))
      .map(({ field, value }) => [field, settingOf(value)]),
  );
}

function settingOf(text: string): unknown {
  if (text === 'On') return true;
  if (text === 'Off') return false;
  if (text.startsWith('prefix ')) return [text.slice('prefix '.length)];
  if (text.startsWith('rules ')) return rulesOf(text.slice('rules '.length));
  if (text.startsWith('codes ')) return text.slice('codes '.length).split(' ').map(Number);
  if (text === 'a closed calendar') return CLOSED;
  if (text.startsWith('a group of ')) return [groupOf(text.slice('a group of '.length))];
  if (text.endsWith(BY_OPEN)) return [{ calendar: OPEN, value: Number(text.slice(0, -BY_OPEN.length)) }];
  return Number.isNaN(Number(text)) ? text : Number(text);
}

/** `0 calls`, or `1 call a second`. */
function groupOf(text: string): SharedLimit {
  const count = Number.parseInt(text, 10);
  const limits = text.endsWith(' a second') ? { capacity: null, cps: count } : { capacity: count, cps: null };
  return { kind: 'group', name: 'group', slot: GROUP_SLOT, cpsBurst: null, ...limits };
}

const GROUP_SLOT = 9;

const BY_OPEN = ' by an open calendar';

/** `486:480 0:503`, as a network file has them. */
function rulesOf(text: string): FailedCodeRule[] {
  return text.split(' ').map((rule) => {
    const [reason = Number.NaN, target = Number.NaN] = rule.split(':').map(Number);
    return { reason, target };
  });
}
