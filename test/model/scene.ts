// The switch and its reference side by side: time passes in both, what peers see goes to the reference, and after every
// moment the two are compared.

import { strict as assert } from 'node:assert/strict';
import { faultsOf } from '../simulator/laws.ts';
import type { Passage } from '../simulator/network.ts';
import type { ModelAttempt, ModelCall, Side } from './model-call.ts';
import type { ByeManner, Party } from './party.ts';
import type { DialogEnd } from './party-book.ts';
import { Reference } from './reference.ts';
import { CUSTOMER, LIMITS, type Terms, VENDORS } from './rules.ts';
import { type Observation, type RealCall, vendorOf, World } from './world.ts';

/** How often each transition was taken (`ringing: answer`) and each rare line reached. */
export interface Coverage {
  readonly transitions: Map<string, number>;
  readonly rarities: Map<string, number>;
}

/** A request of a peer that may cross to the other side. */
interface CrossingAsk {
  readonly call: ModelCall;
  readonly side: Side;
  /** Of the asking side, once its 2xx is out; null for no session timer. */
  readonly terms: Terms | null;
}

/** One side of a call: the caller, or the vendor of an attempt. */
export interface SideOfCall {
  readonly call: ModelCall;
  readonly side: Side;
  readonly party: Party;
  /** Null of the caller. */
  readonly attempt: ModelAttempt | null;
}

/** What is known of a call beyond the reference: which of its dialogs stand. */
interface Standing {
  speaker: ModelAttempt | null;
  winner: DialogEnd | null;
  isBuried: boolean;
  /** A refresh met 491, and is to come again. */
  isRefreshRefused: boolean;
}

/** One run. */
export class Scene {
  readonly world: World;
  readonly reference = new Reference();
  readonly coverage: Coverage;
  /** The steps so far, for a failure. */
  readonly log: string[] = [];
  readonly asks = new Map<string, CrossingAsk>();
  readonly #standings: Standing[] = [];
  /** As they were at the last moment; null when they must be found anew. */
  #sides: readonly SideOfCall[] | null = null;
  #checkedCdrCount = 0;
  readonly #ends: Record<string, number> = {};

  constructor(coverage: Coverage, byeManners: readonly ByeManner[], onPassage: ((passage: Passage) => void) | null) {
    this.coverage = coverage;
    this.world = new World(byeManners, onPassage);
  }

  get nowMs(): number {
    return this.world.nowMs;
  }

  /** Both sides of `call` as they are. */
  realOf({ index }: ModelCall): RealCall {
    return this.world.calls[index] as RealCall;
  }

  /** The vendor's party of the answered attempt, and the dialog that the call stands on. */
  calleeOf(call: ModelCall): Party | null {
    const at = call.attempt === null ? -1 : call.attempts.indexOf(call.attempt);
    return this.realOf(call).attempts[at] ?? null;
  }

  standingOf({ index }: ModelCall): Standing {
    this.#standings[index] ??= { speaker: null, winner: null, isBuried: false, isRefreshRefused: false };
    return this.#standings[index] as Standing;
  }

  /** All sides of all calls of this run, of dead ones too. */
  get sides(): readonly SideOfCall[] {
    if (this.#sides !== null) return this.#sides;
    const sides: SideOfCall[] = [];
    for (const call of this.reference.placed) {
      const { caller, attempts } = this.realOf(call);
      sides.push({ call, side: 'caller', party: caller, attempt: null });
      for (const [i, party] of attempts.entries()) {
        sides.push({ call, side: 'callee', party, attempt: call.attempts[i] ?? null });
      }
    }
    this.#sides = sides;
    return sides;
  }

  reach(rarity: string): void {
    const { rarities } = this.coverage;
    rarities.set(rarity, (rarities.get(rarity) ?? 0) + 1);
  }

  note(transition: string): void {
    const { transitions } = this.coverage;
    transitions.set(transition, (transitions.get(transition) ?? 0) + 1);
    this.log.push(`${this.nowMs} ms  ${transition}`);
  }

  /** Time passes in both, in the order of all that is due in either. */
  advance(toMs: number): void {
    for (;;) {
      const dueMs = Math.min(this.world.switch.nextDueMs(), this.reference.timers.nextDueMs());
      if (dueMs > toMs) break;
      this.#goTo(dueMs);
    }
    this.#goTo(toMs);
  }

  /** After a step in both: what the peers have seen is told to the reference, and the two must agree. */
  settle(): void {
    this.#sides = null;
    this.#bury();
    for (const observation of this.world.takeObservations()) this.#observe(observation);
    this.#compare();
  }

  /** The end of a run: everything ends, all timers run out, nothing is left, nobody is owed anything. */
  finish(): void {
    for (const call of this.reference.placed) this.reference.end(call, 'SwitchRestart');
    this.world.release('SwitchRestart');
    this.settle();
    this.world.publish(new Set(VENDORS.keys()));
    for (let dueMs = this.world.switch.nextDueMs(); dueMs !== Infinity; dueMs = this.world.switch.nextDueMs()) {
      this.world.advance(dueMs);
    }
    this.#compare();
    assert.deepEqual(this.world.switch.inspect(), [{ calls: 0, dialogs: 0, transactions: 0, timers: 0 }], 'at rest');
    this.#excuseSilence();
    const faults = this.sides.flatMap(({ party }) => party.faults());
    assert.deepEqual(faults, [], 'what the switch owed its peers');
  }

  /**
   * RFC 4320 4.2: nobody says 408 to a request other than INVITE, nor anything when its sender has given up. Where one
   * side was silent, or was asked late, the other may hear nothing.
   */
  #excuseSilence(): void {
    const parties = this.sides.map(({ party }) => party);
    const asked = parties.flatMap((party) => party.asked).filter(({ status }) => status === 0);
    for (const { mark, request, atMs, finals, isCancelled } of parties.flatMap(({ served }) => served)) {
      if (isCancelled && finals.size === 0) this.reach('487 never comes');
      if (mark === '' || request.method === 'INVITE') continue;
      const isSilent = ![...finals.values()].some(({ status, isHeard }) => status !== 408 && isHeard);
      for (const one of asked) one.isExcused ||= one.mark === mark && (isSilent || one.atMs < atMs);
    }
  }

  #goTo(nowMs: number): void {
    this.world.advance(Math.max(nowMs, this.nowMs));
    const alive = this.reference.placed.filter(({ isOver }) => !isOver);
    const before = alive.map((call) => stateOf(call));
    this.reference.timers.advance(this.nowMs);
    for (const [i, call] of alive.entries()) {
      if (stateOf(call) === before[i]) continue;
      this.note(`${before[i]}: time`);
      if (call.isOver)
        this.reach(
          `${before[i] === 'answered' || before[i] === 'talking' ? 'talk' : 'set-up'} ends by time: ${call.reason}`,
        );
    }
    this.settle();
  }

  #observe(observation: Observation): void {
    const { timers } = this.reference;
    if (observation.kind === 'probe') return this.reference.probe(observation.vendor);
    const call = this.reference.placed[observation.call] as ModelCall;
    if (observation.kind === 'answered') {
      const { asked } = observation;
      const { method, status, dialog } = asked;
      if (method === 'INVITE' && status < 300 && dialog !== null) {
        const then = (): void => this.#lose(call, dialog, 'NoAck', () => this.reference.end(call, 'NoAck'));
        timers.arm(asked, 'ack', LIMITS.patienceMs, then, true);
      }
      if (dialog !== null && status === 491) this.reach(`${method} answered 491`);
      return;
    }
    const { served } = observation;
    const { dialog, mark, request } = served;
    if (dialog === null || request.method === 'BYE') return;
    const isRefresh = mark === '' && request.method !== 'PRACK';
    if (isRefresh) this.#reachRefresh(call, request.method);
    const reason = isRefresh ? 'SessionTimeout' : 'ProtocolError';
    const { method } = request;
    const then = (): void => this.#lose(call, dialog, reason, () => this.reference.lose(call, method, reason));
    timers.arm(served, 'answer', LIMITS.patienceMs, then);
  }

  #reachRefresh(call: ModelCall, method: string): void {
    const standing = this.standingOf(call);
    this.reach(`refresh by ${method}`);
    if (standing.isRefreshRefused) this.reach('refresh comes again after 491');
    standing.isRefreshRefused = false;
  }

  /** The call is lost with `dialog`, if it stands on it. */
  #lose(call: ModelCall, dialog: DialogEnd, reason: string, then: () => void): void {
    if (dialog.isGone || call.isOver) return;
    this.reach(`request without answer or ACK: ${reason}`);
    then();
    if (!call.isOver) this.reach('request without answer: the call goes on');
  }

  /** Marks the dialogs that are gone at the switch. */
  #bury(): void {
    for (const call of this.reference.placed) {
      const standing = this.standingOf(call);
      if (standing.isBuried) continue;
      const { caller, attempts } = this.realOf(call);
      if (call.isOver) {
        standing.isBuried = true;
        for (const party of [caller, ...attempts]) buryAllBut(party, null);
        continue;
      }
      const isWon = call.isAnswered && standing.winner === null;
      // The answer waits in the dialog whose PRACK is missing.
      if (isWon && !call.isTold) caller.current = caller.rackDialog;
      if (isWon) standing.winner = this.calleeOf(call)?.current ?? null;
      if (isWon || standing.speaker !== call.speaker) buryAllBut(caller, caller.current);
      standing.speaker = call.speaker;
      for (const [i, party] of attempts.entries()) {
        if (call.attempts[i]?.isOver === true) buryAllBut(party, standing.winner);
      }
    }
  }

  #compare(): void {
    const { reference, world } = this;
    const tested = world.switch;
    assert.deepEqual(tested.defects, []);
    for (; this.#checkedCdrCount < tested.cdrs.length; this.#checkedCdrCount++) {
      const cdr = tested.cdrs[this.#checkedCdrCount] as (typeof tested.cdrs)[number];
      this.#ends[String(cdr.endReason)] = (this.#ends[String(cdr.endReason)] ?? 0) + 1;
      assert.deepEqual(faultsOf(cdr), [], 'the record is coherent');
    }
    if (tested.inspect()[0]?.calls !== reference.aliveCount || tested.cdrs.length !== sum(reference.ends)) {
      assert.deepEqual(this.#ends, reference.ends, `${this.nowMs} ms: ends`);
      assert.equal(tested.inspect()[0]?.calls, reference.aliveCount, `${this.nowMs} ms: calls alive`);
    }
    for (const [reason, count] of Object.entries(reference.ends)) {
      if (this.#ends[reason] !== count) assert.deepEqual(this.#ends, reference.ends, `${this.nowMs} ms: ends`);
    }
    for (const { slot } of [CUSTOMER, ...VENDORS]) {
      assert.equal(tested.admission.calls(slot), reference.occupancy(slot), `${this.nowMs} ms: calls of slot ${slot}`);
    }
    for (const call of reference.placed) this.#compareCall(call);
  }

  #compareCall(call: ModelCall): void {
    const { caller, attempts } = this.realOf(call);
    const where = `${this.nowMs} ms: call ${call.index}`;
    assert.equal(attempts.length, call.attempts.length, `${where}: attempts`);
    for (const [i, { vendor, isRedirected }] of call.attempts.entries()) {
      const isThere = attempts[i]?.place.address === vendorOf(vendor).place.address;
      assert.equal(isThere, !isRedirected, `${where}: attempt ${i} goes to vendor ${vendor}`);
    }
    const { status } = caller.invite;
    assert.equal(status >= 200 && status < 300, call.isTold, `${where}: the caller has heard of an answer`);
    assert.equal(status >= 300, call.isOver && !call.isTold, `${where}: the caller has heard of a failure`);
  }
}

/** How far a call is. */
export function stateOf({ isOver, isAnswered, isTold, isAcknowledged, attempt }: ModelCall): string {
  if (isOver) return 'over';
  if (isAcknowledged) return 'talking';
  if (isTold) return 'answered';
  return isAnswered ? 'held' : (attempt?.phase ?? 'none');
}

function buryAllBut(party: Party, dialog: DialogEnd | null): void {
  for (const end of party.dialogs) if (end !== dialog) end.isGone = true;
}

function sum(counts: Readonly<Record<string, number>>): number {
  let total = 0;
  for (const count of Object.values(counts)) total += count;
  return total;
}
