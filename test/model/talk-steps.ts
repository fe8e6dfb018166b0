// Steps inside dialogs, early and confirmed, of both sides: ACK, BYE, what a side asks, what it answers.

import assert from 'node:assert/strict';
import type { ModelCall, Side } from './model-call.ts';
import type { Party } from './party.ts';
import type { Asked, DialogEnd, Served } from './party-book.ts';
import type { Terms } from './rules.ts';
import { type Scene, stateOf } from './scene.ts';
import { pick, type Step, step } from './step.ts';

/** A party in one of its dialogs. */
interface Place {
  readonly call: ModelCall;
  readonly side: Side;
  readonly party: Party;
  readonly dialog: DialogEnd;
}

/** The caller acknowledges the answer. */
export const ACKNOWLEDGE = step({
  weight: 10,
  among: ({ reference, world }) =>
    reference.placed.filter(({ index, isTold }) => isTold && world.calls[index]?.caller.invite.ackText === ''),
  take: (scene, call) => {
    note(scene, call, 'acknowledge');
    const { caller } = scene.realOf(call);
    if (call.isOver) scene.reach('ACK after the end of the call');
    scene.world.send(caller.acknowledge(caller.invite, !call.kind.hasOffer && !call.isDescribed), caller.place);
    if (!call.isOver) scene.reference.acknowledge(call);
  },
});

const HANG_UP = step({
  weight: 6,
  among: (scene) =>
    places(scene).filter(({ side, dialog }) => !dialog.byeSent && (dialog.isConfirmed || side === 'caller')),
  take: (scene, { call, side, party, dialog }) => {
    note(scene, call, `${side} hangs up${dialog.isGone ? ' a dialog that is gone' : ''}`);
    if (!dialog.isGone && !call.isOver) reachHangUp(scene, call, side);
    const isAlive = !dialog.isGone;
    scene.world.send(party.ask('BYE', dialog, scene.nowMs), party.place);
    if (isAlive) scene.reference.end(call, call.isAnswered ? 'Normal' : 'CallerCancelled');
  },
});

const METHODS = [
  'INVITE',
  'INVITE',
  'UPDATE +SDP',
  'UPDATE +SDP',
  'UPDATE',
  'INFO',
  'refresh',
  'UPDATE too small',
] as const;

const ASK = step({
  weight: 10,
  among: (scene) => places(scene).filter(({ dialog }) => !dialog.byeSent && !dialog.byeReceived),
  take: (scene, { call, side, party, dialog }, spare) => {
    const what = pick(METHODS, spare);
    // Who has not been answered yet sends no second INVITE.
    const method = what === 'INVITE' && dialog.isConfirmed ? 'INVITE' : what === 'INFO' ? 'INFO' : 'UPDATE';
    const hasSdp = method === 'INVITE' ? spare % 5 > 0 : what === 'UPDATE +SDP';
    note(scene, call, `${method}${hasSdp ? ' +SDP' : ''} of the ${side}${dialog.isGone ? ', gone' : ''}`);
    const wish = what === 'refresh' ? WISH : what === 'UPDATE too small' ? WISH_TOO_SMALL : '';
    const terms = termsOf(call.terms[side], wish);
    const mark = `a${scene.asks.size}`;
    scene.asks.set(mark, { call, side, terms });
    const { isAcknowledged } = call;
    const isCrossed = party.served.some((served) => {
      const isLike = served.request.method === method && (method === 'INVITE' || (hasSdp && served.request.hasSdp));
      return isLike && served.dialog === dialog && isPending(served) && party.isHeard(served, scene.nowMs);
    });
    scene.world.send(party.ask(method, dialog, scene.nowMs, { mark, hasSdp, headers: wish }), party.place);
    const asked = party.asked.at(-1) as Asked;
    reachRefusal(scene, asked, { side, isAcknowledged, isCrossed });
    // The other side takes no UPDATE: this one has refreshed a session that concerns nobody else.
    if (asked.status === 200 && terms !== null) scene.reference.confirm(call, side, terms);
  },
});

const ANSWER = step({
  weight: 16,
  among: (scene) =>
    scene.sides.flatMap(({ call, side, party }) =>
      party.served.filter(isPending).map((served) => ({ call, side, party, served })),
    ),
  take: (scene, { call, side, party, served }, spare) => {
    const { request, dialog, mark } = served;
    const { method } = request;
    const status = statusOf(served, spare);
    note(scene, call, `${status} (${method}${mark === '' ? ' of the switch' : ''}) by the ${side}`);
    const isHeard = party.isHeard(served, scene.nowMs);
    const isRefresh = mark === '' && method !== 'PRACK';
    const isTimed = status < 300 && (method === 'INVITE' || method === 'UPDATE');
    const line = isTimed ? pick(LINES, spare) : '';
    const hasSdp = status < 300 && request.hasSdp;
    scene.world.send(party.respond(served, { status, hasSdp, headers: line }, scene.nowMs), party.place);
    if (!isHeard) return;
    // 17.1.2: a provisional response puts off only the end of an INVITE.
    if (status >= 200 || method === 'INVITE') scene.reference.timers.disarm(served, 'answer');
    if (status < 200 || call.isOver || dialog?.isGone !== false) return;
    if (isRefresh) scene.reach(`refresh answered ${status}`);
    if (isRefresh && status === 491) scene.standingOf(call).isRefreshRefused = true;
    const reason = isRefresh ? 'SessionTimeout' : 'ProtocolError';
    if (status === 481 || status === 408) scene.reference.lose(call, method, reason);
    if (isTimed && status >= 200) agree(scene, { call, side, mark, line });
    // Who takes no UPDATE keeps the other side from no refresh.
    if (status === 405 && !request.hasSdp) agreeWithAsker(scene, mark);
  },
});

const ACKNOWLEDGE_IN_DIALOG = step({
  weight: 12,
  among: (scene) =>
    scene.sides.flatMap(({ call, side, party }) =>
      party.asked
        .filter((asked) => asked.method === 'INVITE' && asked.dialog !== null && asked.ackText === '')
        .filter(({ status }) => status >= 200 && status < 300)
        .map((asked) => ({ call, side, party, asked })),
    ),
  take: (scene, { call, side, party, asked }) => {
    note(scene, call, `ACK of its re-INVITE by the ${side}`);
    scene.world.send(party.acknowledge(asked, false), party.place);
    scene.reference.timers.disarm(asked, 'ack');
  },
});

const STRAY_PRACK = step({
  weight: 1,
  among: (scene) =>
    places(scene).filter(({ side, dialog }) => side === 'caller' && !dialog.byeSent && !dialog.byeReceived),
  take: (scene, { call, party, dialog }) => {
    note(scene, call, 'PRACK of nothing');
    scene.world.send(party.ask('PRACK', dialog, scene.nowMs, { headers: 'RAck: 1 1 INVITE\r\n' }), party.place);
    scene.reach(`PRACK of nothing answered ${party.asked.at(-1)?.status}`);
  },
});

export const TALK_STEPS: readonly Step[] = [ACKNOWLEDGE, HANG_UP, ASK, ANSWER, ACKNOWLEDGE_IN_DIALOG, STRAY_PRACK];

const WISH = 'Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n';
const WISH_TOO_SMALL = 'Supported: timer\r\nSession-Expires: 60\r\n';

/** What a 2xx may say of the session timer. */
const LINES = ['', '', 'Session-Expires: 120;refresher=uac\r\n', 'Session-Expires: 90;refresher=uas\r\n'] as const;

/** What the 2xx to a request with `wish` will put in force at its own side. Undefined: its timer cannot run yet. */
function termsOf(present: Terms | null | undefined, wish: string): Terms | null {
  if (present === undefined) return null;
  if (wish === WISH) return { ttlMs: 90_000, isOurs: false };
  return present === null ? null : { ttlMs: present.ttlMs, isOurs: true };
}

/** A 2xx to INVITE or UPDATE: the sessions of both sides stand anew. */
function agree(scene: Scene, answer: { call: ModelCall; side: Side; mark: string; line: string }): void {
  const { call, side, mark, line } = answer;
  const present = call.terms[side];
  const ttlMs = Number(/\d+/.exec(line)?.[0] ?? 0) * 1000;
  if (present !== undefined && line !== '') {
    scene.reference.confirm(call, side, { ttlMs, isOurs: !line.includes('uas') });
  } else if (present) {
    scene.reference.confirm(call, side, { ttlMs: present.ttlMs, isOurs: true });
  }
  agreeWithAsker(scene, mark);
}

/** The session of the side that asked stands anew. */
function agreeWithAsker(scene: Scene, mark: string): void {
  const ask = scene.asks.get(mark);
  if (ask !== undefined && ask.terms !== null) scene.reference.confirm(ask.call, ask.side, ask.terms);
}

function statusOf({ request, mark }: Served, spare: number): number {
  const common = [200, 200, 200, 200, 200, 500, 481, 408];
  if (request.method === 'PRACK' || request.method === 'INFO') return pick(common, spare >> 3);
  const more = request.method === 'INVITE' ? [100, 180, 491, 488] : [491, 405];
  // Refreshes are rare, and their refusals rarer.
  return pick(mark === '' ? [200, 200, 500, 491, 481, 491] : [...common, ...more], spare >> 3);
}

function reachHangUp(scene: Scene, call: ModelCall, side: Side): void {
  if (stateOf(call) === 'answered') scene.reach(`BYE of the ${side} before ACK`);
  if (stateOf(call) === 'held') scene.reach(`BYE of the ${side} while the answer waits for PRACK`);
  if (!call.isAnswered) scene.reach('BYE in an early dialog');
  const isCrossing = scene.sides.some(
    (other) =>
      other.call === call &&
      other.party.served.some((served) => isPending(served) && served.request.method === 'INVITE'),
  );
  if (isCrossing) scene.reach('BYE crosses a re-INVITE');
}

function reachRefusal(
  scene: Scene,
  { method, status }: Asked,
  { side, isAcknowledged, isCrossed }: { side: Side; isAcknowledged: boolean; isCrossed: boolean },
): void {
  if (isCrossed) {
    assert.ok(status === 491 || status === 481, `14.2: ${method} of the ${side} is glare, and answered ${status}`);
    scene.reach(`glare: ${method} of the ${side} meets one of the switch`);
  }
  if (status === 491 && side === 'caller' && !isAcknowledged) scene.reach(`${method} overtakes the ACK`);
  if (status === 500) scene.reach(`${method} on top of one that is pending`);
  if (status === 422) scene.reach('UPDATE with too short a session');
}

/** A request in a dialog that this peer has not answered. */
function isPending({ request, dialog, finals }: Served): boolean {
  return dialog !== null && finals.size === 0 && request.method !== 'CANCEL';
}

/** Each side's present dialog: the caller's latest; at vendors all of the attempt, gone ones too. */
function places(scene: Scene): Place[] {
  return scene.sides.flatMap(({ call, side, party }) => {
    const dialogs = side === 'caller' ? (party.current === null ? [] : [party.current]) : party.dialogs;
    return dialogs.map((dialog) => ({ call, side, party, dialog }));
  });
}

function note(scene: Scene, call: ModelCall, what: string): void {
  scene.note(`${stateOf(call)}: ${what}`);
}
