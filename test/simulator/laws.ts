// What must hold after every run, whatever the network and the peers did.

import { END_REASONS, type EndReason } from '../../src/core/base/end-reason.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { PARSE_FAILURE_LABELS } from '../../src/core/shard/counters.ts';
import type { Caller } from './caller.ts';
import { PUBLISH_AT_MS, type Simulation } from './simulation.ts';
import { EPOCH_WALL_MS } from './switch.ts';
import { LOCKED_LATER, STRANGER } from './trunks.ts';

/** A broken law. */
export interface Violation {
  readonly law: string;
  /** The offered call it shows in; -1 when it is nobody's in particular. */
  readonly callIndex: number;
  readonly sentence: string;
}

type Law = (run: Simulation) => Violation[];

/**
 * Longest time from the last datagram of a peer to rest, ms: 64*T1 for a transaction, once more for the one that
 * follows it (a 2xx that nobody acknowledges, then its BYE), and a moment.
 */
const REST_MAX_MS = 2 * 32_000 + 2000;

/** Reasons that only an answered call can end with, and those that may come either way. */
const ANSWERED_ONLY: ReadonlySet<EndReason> = new Set([
  'Normal',
  'MaxDuration',
  'SessionTimeout',
  'NoTimerLimit',
  'MediaTimeout',
]);
const EITHER_WAY: ReadonlySet<EndReason> = new Set([
  'NoAck',
  'ProtocolError',
  'OperatorHangup',
  'SwitchRestart',
  'Defect',
]);

const LAWS: Readonly<Record<string, Law>> = {
  'the switch has no defect': defects,
  'one call, one record': oneRecordEach,
  'a record is coherent': coherentRecords,
  'the caller hears what the record says': heardAsRecorded,
  'a call keeps the tables it began with': tablesKept,
  'every counter is given back': countersGivenBack,
  'nobody has more calls than its capacity': capacities,
  'at rest every table is empty': emptyAtRest,
  'every datagram has one fate': oneFateEach,
  'the peers see nothing forbidden': complaints,
  'nobody is left in a call': nobodyLeft,
};

/** All laws that `run` broke; empty when all is well. */
export function brokenLaws(run: Simulation): Violation[] {
  return Object.values(LAWS).flatMap((law) => law(run));
}

function broken(law: string, callIndex: number, sentence: string): Violation {
  return { law, callIndex, sentence };
}

function defects(run: Simulation): Violation[] {
  return run.switch.defects.map(({ sentence, input }) =>
    broken('the switch has no defect', indexOf(run, input), `${sentence}\n${input}`),
  );
}

function oneRecordEach(run: Simulation): Violation[] {
  const law = 'one call, one record';
  const counts = new Map<string, number>();
  const resettled = new Set<string>();
  for (const cdr of run.switch.cdrs) {
    // Who repeats the INVITE of a call that ended with the switch, or was refused just before, begins another one.
    const isOver = cdr.endReason === 'SwitchRestart' || cdr.answeredAtWallMs === null;
    if (isOver && run.switch.shaken.has(cdr.callerCallId)) resettled.add(cdr.callerCallId);
    else counts.set(cdr.callerCallId, (counts.get(cdr.callerCallId) ?? 0) + 1);
  }
  const violations: Violation[] = [];
  for (const caller of run.callers) {
    const expected = run.arrived.has(caller.callId) && !isStranger(caller) ? 1 : 0;
    const found = counts.get(caller.callId) ?? (resettled.has(caller.callId) ? 1 : 0);
    counts.delete(caller.callId);
    if (found !== expected) violations.push(broken(law, caller.callIndex, `it has ${found} records, not ${expected}`));
  }
  for (const callId of counts.keys())
    violations.push(broken(law, -1, `a record is of ${callId}, which nobody offered`));
  const ids = new Set(run.switch.cdrs.map(({ id }) => id));
  if (ids.size !== run.switch.cdrs.length) violations.push(broken(law, -1, 'two records have one id'));
  const counted = run.switch.counters.reduce((sum, counters) => sum + endsOf(counters), 0);
  // What a shard had counted of its last input when it was killed is counted once more in its next life.
  if (counted !== run.switch.cdrs.length && run.killCount === 0) {
    violations.push(broken(law, -1, `${counted} ends are counted, ${run.switch.cdrs.length} records were written`));
  }
  return violations;
}

function endsOf(counters: { ends(reason: string): number }): number {
  return Object.keys(END_REASONS).reduce((sum, reason) => sum + counters.ends(reason), 0);
}

function coherentRecords(run: Simulation): Violation[] {
  const byCallId = callersByCallId(run);
  return run.switch.cdrs.flatMap((cdr) =>
    faultsOf(cdr).map((fault) => {
      const index = byCallId.get(cdr.callerCallId)?.callIndex ?? -1;
      return broken('a record is coherent', index, `${fault}: ${JSON.stringify(cdr)}`);
    }),
  );
}

/** What does not fit together in `cdr`. */
export function faultsOf(cdr: Cdr): string[] {
  const { attempts, endReason, answeredAtWallMs, endedAtWallMs, holdMs } = cdr;
  if (endReason === null || endedAtWallMs === null || cdr.endedBy === null) return ['it has not ended'];
  const faults: string[] = [];
  const isAnswered = answeredAtWallMs !== null;
  if (!EITHER_WAY.has(endReason) && isAnswered !== ANSWERED_ONLY.has(endReason))
    faults.push(`${endReason}, answered: ${isAnswered}`);
  const answers = attempts.filter(({ left }) => left === 'answered');
  if (answers.length !== (isAnswered ? 1 : 0)) faults.push(`${answers.length} attempts answered`);
  if (isAnswered && attempts.at(-1)?.left !== 'answered') faults.push('an attempt after the answered one');
  if (attempts.some(({ left }) => left === 'trying')) faults.push('an attempt is still trying');
  if (isAnswered ? Math.abs(endedAtWallMs - answeredAtWallMs - holdMs) > 1 : holdMs !== 0) faults.push('holdMs');
  // An answer that waited for a PRACK when the call ended was never told: the caller heard a failure (RFC 3262 3).
  const isWithheld = isAnswered && (cdr.sipCode === 487 || cdr.sipCode === 504);
  if (!isWithheld && isAnswered !== (cdr.sipCode >= 200 && cdr.sipCode < 300)) faults.push('sipCode');
  if (!isAscending(momentsOf(cdr))) faults.push('times out of order');
  if (!isAscending([cdr.setupAtWallMs, ...attempts.map(({ startedAtWallMs }) => startedAtWallMs), endedAtWallMs])) {
    faults.push('attempts out of order');
  }
  const last = attempts.at(-1);
  if (last !== undefined && (last.gateway !== cdr.routingGateway || last.callId !== cdr.calleeCallId)) {
    faults.push('the last attempt is not the one named');
  }
  return faults;
}

function momentsOf(cdr: Cdr): number[] {
  const { setupAtWallMs, firstProvisionalAtWallMs, ringingAtWallMs, answeredAtWallMs, endedAtWallMs } = cdr;
  return [setupAtWallMs, firstProvisionalAtWallMs, ringingAtWallMs, answeredAtWallMs, endedAtWallMs].filter(
    (moment) => moment !== null,
  );
}

function isAscending(moments: readonly number[]): boolean {
  return moments.every((moment, i) => i === 0 || moment >= (moments[i - 1] as number));
}

function heardAsRecorded(run: Simulation): Violation[] {
  const byCallId = callersByCallId(run);
  return run.switch.cdrs.flatMap((cdr) => {
    const caller = byCallId.get(cdr.callerCallId);
    if (caller === undefined || caller.finalStatus === 0 || caller.finalStatus === cdr.sipCode) return [];
    if (run.switch.shaken.has(cdr.callerCallId)) return [];
    const sentence = `the caller heard ${caller.finalStatus}, the record says ${cdr.sipCode}`;
    return [broken('the caller hears what the record says', caller.callIndex, sentence)];
  });
}

function tablesKept(run: Simulation): Violation[] {
  const byCallId = callersByCallId(run);
  return run.switch.cdrs.flatMap(({ callerCallId, setupAtWallMs, snapshotVersion, attempts }) => {
    const isLater = setupAtWallMs >= EPOCH_WALL_MS + PUBLISH_AT_MS;
    const isRight = snapshotVersion === run.snapshot.version + (isLater ? 1 : 0);
    const isLocked = isLater && attempts.some(({ gateway }) => gateway === LOCKED_LATER);
    if (isRight && !isLocked) return [];
    const sentence = `set up at ${setupAtWallMs - EPOCH_WALL_MS} ms by tables ${snapshotVersion}`;
    return [broken('a call keeps the tables it began with', byCallId.get(callerCallId)?.callIndex ?? -1, sentence)];
  });
}

function countersGivenBack({ switch: tested }: Simulation): Violation[] {
  const violations: Violation[] = [];
  const { admission } = tested;
  const slots = Array.from({ length: admission.slotCount }, (_, slot) => slot);
  for (const place of [...slots, ...admission.numberPlaces()]) {
    const calls = admission.calls(place);
    if (calls !== 0)
      violations.push(broken('every counter is given back', -1, `place ${place} holds ${calls} calls at rest`));
  }
  return violations;
}

function capacities({ snapshot, mostCalls, switch: tested }: Simulation): Violation[] {
  const law = 'nobody has more calls than its capacity';
  const gateways = [...snapshot.mappingGateways, ...snapshot.routingGateways];
  const named = gateways.flatMap((gateway) => [gateway, ...gateway.shared]);
  const violations = named.flatMap(({ slot, name, capacity }) => {
    const most = mostCalls.get(slot) ?? 0;
    if (capacity === null || most <= Math.max(...named.map((one) => (one.slot === slot ? (one.capacity ?? 0) : 0))))
      return [];
    return [broken(law, -1, `${name} had ${most} calls, ${capacity} are allowed`)];
  });
  const ofNumber = Math.max(...snapshot.mappingGateways.map(({ callerCapacity }) => callerCapacity ?? Infinity));
  for (const [place, most] of mostCalls) {
    if (tested.admission.isNumber(place) && most > ofNumber)
      violations.push(broken(law, -1, `a number had ${most} calls`));
  }
  return violations;
}

function emptyAtRest(run: Simulation): Violation[] {
  const law = 'at rest every table is empty';
  const violations = run.switch.inspect().flatMap((view, shard) => {
    if (Object.values(view).every((size) => size === 0)) return [];
    return [broken(law, -1, `shard ${shard} holds ${JSON.stringify(view)}`)];
  });
  const restMs = run.restedAtMs - run.lastSentMs;
  if (restMs > REST_MAX_MS) violations.push(broken(law, -1, `it came to rest ${restMs} ms after the last peer spoke`));
  return violations;
}

function oneFateEach(run: Simulation): Violation[] {
  const { switch: tested, network } = run;
  const law = 'every datagram has one fate';
  const failures = tested.counters.reduce(
    (sum, counters) => sum + PARSE_FAILURE_LABELS.reduce((labels, why) => labels + counters.parseFailures(why), 0),
    0,
  );
  const fates =
    failures +
    tested.count('responsesMatched') +
    tested.count('responsesStray') +
    tested.count('requestsAbsorbed') +
    tested.count('requestsPassedUp');
  const received = tested.count('datagramsReceived');
  const violations: Violation[] = [];
  if (received !== tested.receivedCount)
    violations.push(broken(law, -1, `${tested.receivedCount} came, ${received} are counted`));
  if (fates !== received) violations.push(broken(law, -1, `${received} were received, the fates sum up to ${fates}`));
  if (run.killCount === 0 && tested.count('datagramsSent') > network.sentCount)
    violations.push(broken(law, -1, 'more are counted than were sent'));
  return violations;
}

function complaints(run: Simulation): Violation[] {
  const shaken = shakenCalls(run);
  const found = run.complaints.filter(({ callIndex }) => !shaken.has(callIndex));
  return found.map(({ callIndex, atMs, sentence }) =>
    broken('the peers see nothing forbidden', callIndex, `at ${atMs.toFixed(3)} ms: ${sentence}`),
  );
}

function nobodyLeft(run: Simulation): Violation[] {
  const legs = [
    ...run.customers.flatMap(({ callers }) => callers),
    ...run.vendors.flatMap(({ answerers }) => answerers),
  ];
  const shaken = shakenCalls(run);
  return legs.flatMap((leg) => {
    const open = leg.unfinished();
    if (open.length === 0 || shaken.has(leg.callIndex)) return [];
    return [broken('nobody is left in a call', leg.callIndex, `${leg.callId} still waits for: ${open.join(', ')}`)];
  });
}

function callersByCallId(run: Simulation): Map<string, Caller> {
  return new Map(run.callers.map((caller) => [caller.callId, caller]));
}

/** Calls that a kill met in set-up or on their way out: what their peers saw of the end is nobody's promise. */
function shakenCalls({ callers, switch: { shaken } }: Simulation): ReadonlySet<number> {
  return new Set(callers.filter(({ callId }) => shaken.has(callId)).map(({ callIndex }) => callIndex));
}

function isStranger({ callId }: Caller): boolean {
  return callId.endsWith(`@${STRANGER.address}`);
}

function indexOf(run: Simulation, input: string): number {
  return run.callers.find(({ callId }) => input.includes(callId))?.callIndex ?? -1;
}
