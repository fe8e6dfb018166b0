// Steps until a call is answered, and what still comes from gateways that the call has left.

import type { ModelAttempt, ModelCall } from './model-call.ts';
import type { Party, Saying } from './party.ts';
import type { Served } from './party-book.ts';
import { CALLERS, CUSTOMER, PHASES, type Phase, type Terms } from './rules.ts';
import { type Scene, type SideOfCall, stateOf } from './scene.ts';
import { pick, type Step, step } from './step.ts';
import { redirectContact } from './world.ts';

/** An attempt with its vendor's side. */
interface Attempt {
  readonly call: ModelCall;
  readonly attempt: ModelAttempt;
  readonly party: Party;
}

interface Progress extends Saying {
  readonly phase: Phase;
  readonly isReliable?: boolean;
}

const PROGRESS: readonly Progress[] = [
  { status: 100, phase: 'trying' },
  { status: 180, phase: 'ringing' },
  { status: 180, phase: 'ringing', hasSdp: true },
  { status: 183, phase: 'progress' },
  { status: 183, phase: 'progressSdp', hasSdp: true },
  { status: 183, phase: 'progress', isReliable: true },
  { status: 183, phase: 'progressSdp', hasSdp: true, isReliable: true },
  { status: 180, phase: 'ringing', hasSdp: true, isReliable: true },
];

/** Session timers that a vendor's 2xx may agree to. */
const ANSWERS: readonly { readonly headers: string; readonly terms: Terms | null }[] = [
  { headers: '', terms: null },
  {
    headers: 'Session-Expires: 120;refresher=uac\r\nAllow: INVITE, UPDATE\r\n',
    terms: { ttlMs: 120_000, isOurs: true },
  },
  { headers: 'Session-Expires: 120;refresher=uac\r\n', terms: { ttlMs: 120_000, isOurs: true } },
  { headers: 'Session-Expires: 90;refresher=uas\r\n', terms: { ttlMs: 90_000, isOurs: false } },
];

/** A call is offered. */
export const PLACE = step({
  weight: 6,
  among: ({ reference }) => [reference],
  take: (scene, reference, spare) => {
    const kind = pick(CALLERS, spare);
    scene.note(`${reference.occupancy(CUSTOMER.slot)} calls: place, ${kind.name}`);
    const { caller } = scene.world.newCall();
    const saying = { hasSdp: kind.hasOffer, headers: kind.headers };
    const text = caller.ask('INVITE', null, scene.nowMs, saying);
    scene.world.send(text, caller.place);
    reference.place(kind);
  },
});

const PROGRESSES = step({
  weight: 10,
  among: live,
  take: (scene, { call, attempt, party }, spare) => {
    const progress = pick(PROGRESS, spare);
    const { status, hasSdp = false, isReliable = false, phase } = progress;
    note(scene, call, `${status}${hasSdp ? ' +SDP' : ''}${isReliable ? ' reliably' : ''}`);
    const served = party.invited;
    const fork = spare % 5 === 0 ? '-b' : '';
    const rseq = (served.rseqs.get(fork) ?? 0) + 1;
    if (isReliable) served.rseqs.set(fork, rseq);
    const headers = isReliable ? `Require: 100rel\r\nRSeq: ${rseq}\r\n` : '';
    respond(scene, party, served, { ...progress, headers, fork });
    scene.reference.speak(attempt);
    scene.reference.provisional(call, { phase, hasSdp, isReliable, fork });
  },
});

/** The vendor that is being tried answers. */
export const ANSWER = step({
  weight: 10,
  among: live,
  take: (scene, { call, attempt, party }, spare) => {
    note(scene, call, 'answer');
    const { headers, terms } = pick(ANSWERS, spare);
    const fork = spare % 7 === 0 ? '-b' : '';
    respond(scene, party, party.invited, { status: 200, hasSdp: true, headers, fork });
    scene.reference.speak(attempt);
    scene.reference.answer(call, fork, terms);
    if (!call.isTold) scene.reach('answer held until PRACK');
  },
});

/** Not 503 without Retry-After: it throttles the gateway by a rate that the reference does not keep. */
const REFUSE = step({
  weight: 6,
  among: live,
  take: (scene, { call, attempt, party }, spare) => {
    const status = pick([486, 600, 603, 404, 480, 502, 500, 502, 500], spare);
    note(scene, call, String(status));
    respond(scene, party, party.invited, { status });
    scene.reference.speak(attempt);
    scene.reference.refuse(call, status, 0);
  },
});

const BAN = step({
  weight: 2,
  among: live,
  take: (scene, { call, attempt, party }, spare) => {
    const status = pick([500, 503], spare);
    const seconds = pick([5, 30, 300], spare >> 1);
    note(scene, call, `${status}, Retry-After`);
    respond(scene, party, party.invited, { status, headers: `Retry-After: ${seconds}\r\n` });
    scene.reference.speak(attempt);
    scene.reference.refuse(call, status, seconds * 1000);
  },
});

const REDIRECT = step({
  weight: 2,
  among: live,
  take: (scene, { call, attempt, party }) => {
    note(scene, call, '302');
    respond(scene, party, party.invited, { status: 302, headers: redirectContact(call.index) });
    scene.reference.speak(attempt);
    scene.reference.refuse(call, 302, 0);
    if (call.attempt?.isRedirected === true) scene.reach('redirect followed');
  },
});

const CHALLENGE = step({
  weight: 3,
  among: live,
  take: (scene, { call, attempt, party }, spare) => {
    const isStale = spare % 2 === 0;
    note(scene, call, isStale ? '407 stale' : '407');
    const nonce = `n${party.served.length}`;
    const headers = `Proxy-Authenticate: Digest realm="v", nonce="${nonce}"${isStale ? ', stale=true' : ''}\r\n`;
    respond(scene, party, party.invited, { status: 407, headers });
    scene.reference.speak(attempt);
    if (scene.reference.challenge(call, isStale)) scene.reach(`INVITE sent again after ${isStale ? 'stale ' : ''}407`);
  },
});

const TOO_SMALL = step({
  weight: 1,
  among: live,
  take: (scene, { call, attempt, party }) => {
    note(scene, call, '422');
    respond(scene, party, party.invited, { status: 422, headers: 'Min-SE: 200\r\n' });
    scene.reference.speak(attempt);
    if (scene.reference.tooSmall(call)) scene.reach('INVITE sent again after 422');
  },
});

const LATE_PROGRESS = step({
  weight: 2,
  among: (scene) => left(scene).filter(({ party }) => party.invited.finals.size === 0),
  take: (scene, { call, attempt, party }, spare) => {
    note(scene, call, 'late provisional');
    hear(scene, party, attempt);
    respond(scene, party, party.invited, pick(PROGRESS.slice(0, 5), spare));
  },
});

const LATE_ANSWER = step({
  weight: 4,
  among: (scene) => left(scene).filter(({ party }) => party.invited.finals.size === 0),
  take: (scene, { call, attempt, party }) => {
    note(scene, call, 'late answer');
    const served = party.invited;
    if (!party.isHeard(served, scene.nowMs)) scene.reach('answer that nobody hears any more');
    else if (call.reason === 'CallerCancelled') scene.reach('CANCEL crosses 200 at the callee');
    else if (call.isOver) scene.reach('late 200 after the call is over');
    else scene.reach('late 200 after the hunt moved on');
    hear(scene, party, attempt);
    respond(scene, party, served, { status: 200, hasSdp: true });
  },
});

const LATE_REFUSAL = step({
  weight: 3,
  among: (scene) => left(scene).filter(({ party }) => party.invited.finals.size === 0),
  take: (scene, { call, attempt, party }) => {
    const { isCancelled } = party.invited;
    note(scene, call, isCancelled ? '487' : 'late refusal');
    hear(scene, party, attempt);
    respond(scene, party, party.invited, { status: isCancelled ? 487 : 486 });
  },
});

const SECOND_ANSWER = step({
  weight: 3,
  among: (scene) =>
    attempts(scene).filter(({ attempt, party }) => {
      const { finals } = party.invited;
      return attempt.isOver && (finals.has('') || finals.has('-b')) && !finals.has('-c');
    }),
  take: (scene, { call, attempt, party }) => {
    note(scene, call, 'another fork answers');
    const served = party.invited;
    const isAfterFailure = [...served.finals.values()].some(({ status }) => status >= 300);
    if (party.isHeard(served, scene.nowMs))
      scene.reach(isAfterFailure ? '200 of a fork after a failure' : 'second 200 of a fork');
    hear(scene, party, attempt);
    respond(scene, party, served, { status: 200, hasSdp: true, fork: '-c' });
  },
});

const CANCEL = step({
  weight: 4,
  among: (scene) =>
    scene.reference.placed.filter((call) => {
      const { asked, invite } = scene.realOf(call).caller;
      return invite.status < 300 && !asked.some(({ method }) => method === 'CANCEL');
    }),
  take: (scene, call) => {
    note(scene, call, 'cancel');
    if (call.isTold) scene.reach('CANCEL crosses 200 toward the caller');
    if (stateOf(call) === 'held') scene.reach('CANCEL while the answer waits for PRACK');
    if (call.attempt?.phase === PHASES[0]) scene.reach('CANCEL before any provisional response');
    const { caller } = scene.realOf(call);
    scene.world.send(caller.cancel(caller.invite, scene.nowMs), caller.place);
    // The 200 wins once the caller has been told; before, though the gateway has answered, the caller may still go.
    if (!call.isTold) scene.reference.end(call, call.isAnswered ? 'Normal' : 'CallerCancelled');
  },
});

const MERGE = step({
  weight: 1,
  among: ({ reference, nowMs }) =>
    reference.placed.filter(({ placedAtMs, isOver }) => !isOver && nowMs < placedAtMs + 4000),
  take: (scene, call) => {
    note(scene, call, 'merged INVITE');
    const { caller } = scene.realOf(call);
    scene.world.send(caller.merged(scene.nowMs), caller.place);
    scene.reach(`merged INVITE answered ${caller.asked.at(-1)?.status}`);
  },
});

const PRACK = step({
  weight: 6,
  among: ({ reference }) => reference.placed.filter(({ outstanding, isOver }) => outstanding !== null && !isOver),
  take: (scene, call) => {
    note(scene, call, 'PRACK');
    const { caller } = scene.realOf(call);
    const hasSdp = !call.kind.hasOffer && call.outstanding?.hasSdp === true && !call.isDescribed;
    if (hasSdp) scene.reach('late offer answered in PRACK');
    call.isDescribed ||= hasSdp;
    const saying = { headers: `RAck: ${caller.rack}\r\n`, mark: `p${scene.asks.size}`, hasSdp };
    scene.asks.set(saying.mark, { call, side: 'caller', terms: null });
    scene.world.send(caller.ask('PRACK', caller.rackDialog, scene.nowMs, saying), caller.place);
    scene.reference.prack(call);
  },
});

export const SET_UP_STEPS: readonly Step[] = [
  ...[PLACE, PROGRESSES, ANSWER, REFUSE, BAN, REDIRECT, CHALLENGE, TOO_SMALL],
  ...[LATE_PROGRESS, LATE_ANSWER, LATE_REFUSAL, SECOND_ANSWER, CANCEL, MERGE, PRACK],
];

function note(scene: Scene, call: ModelCall, what: string): void {
  scene.note(`${stateOf(call)}: ${what}`);
}

/** Those that still hunt. */
function live(scene: Scene): Attempt[] {
  return attempts(scene).filter(({ call, attempt }) => call.attempt === attempt && !call.isOver && !attempt.isOver);
}

/** Those that the hunt, or the call's end, has left. */
function left(scene: Scene): Attempt[] {
  return attempts(scene).filter(({ call, attempt }) => attempt.isOver || call.isOver);
}

function attempts({ sides }: Scene): Attempt[] {
  return sides.filter((side): side is SideOfCall & Attempt => side.attempt !== null);
}

/** A late word is still a sign of life, as long as the switch hears it. */
function hear(scene: Scene, party: Party, attempt: ModelAttempt): void {
  if (party.isHeard(party.invited, scene.nowMs)) scene.reference.speak(attempt);
}

function respond(scene: Scene, party: Party, served: Served, saying: Saying): void {
  scene.world.send(party.respond(served, saying, scene.nowMs), party.place);
}
