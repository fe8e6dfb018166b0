// Steps of the world around the calls: time, networks, tables, operators, and what nobody asked for.

import { VENDORS } from './rules.ts';
import { stateOf } from './scene.ts';
import { pick, type Step, step } from './step.ts';

const WAITS_MS = [1, 400, 3000, 9990, 20_000, 32_000, 61_000, 125_000] as const;

/** Weights of the waits: short ones keep races close. */
const WAIT_CHOICES: readonly number[] = [0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 6, 7].map((at) => WAITS_MS[at] as number);

const WAIT = step({
  weight: 14,
  among: (scene) => [scene],
  take: (scene, _, spare) => {
    const waitMs = pick(WAIT_CHOICES, spare);
    scene.log.push(`${scene.nowMs} ms  wait ${waitMs}`);
    scene.advance(scene.nowMs + waitMs);
  },
});

const UNREACHABLE = step({
  weight: 2,
  among: (scene) => [scene],
  take: (scene, _, spare) => {
    const vendor = spare % VENDORS.length;
    for (const call of scene.reference.placed) {
      if (call.attempt?.vendor === vendor) scene.note(`${stateOf(call)}: unreachable`);
    }
    scene.log.push(`${scene.nowMs} ms  vendor ${vendor} unreachable`);
    scene.world.unreachable(vendor);
    scene.reference.unreachable(vendor);
    // Who asked there has its answer: 503.
    for (const { party } of scene.sides) {
      for (const request of party.served) {
        if (request.deadAtMs <= scene.nowMs) scene.reference.timers.disarm(request, 'answer');
      }
    }
  },
});

const PUBLISH = step({
  weight: 2,
  among: (scene) => [scene],
  take: (scene, _, spare) => {
    const locked = new Set([...VENDORS.keys()].filter((vendor) => (spare >> vendor) % 2 === 1));
    for (const call of scene.reference.placed) if (!call.isOver) scene.note(`${stateOf(call)}: publish`);
    scene.log.push(`${scene.nowMs} ms  publish, locked: ${[...locked].join(' ')}`);
    scene.world.publish(locked);
    scene.reference.publish(locked);
  },
});

const RELEASE = step({
  weight: 1,
  among: (scene) => (scene.reference.aliveCount > 0 ? [scene] : []),
  take: (scene) => {
    const alive = scene.reference.placed.filter(({ isOver }) => !isOver);
    for (const call of alive) scene.note(`${stateOf(call)}: operator`);
    scene.world.release('OperatorHangup');
    for (const call of alive) scene.reference.end(call, 'OperatorHangup');
  },
});

const PROBE = step({
  weight: 3,
  among: ({ world }) => [...VENDORS.keys()].filter((vendor) => world.probes[vendor]?.length),
  take: (scene, vendor, spare) => {
    const status = spare % 3 === 0 ? 503 : 200;
    const { isOut = false } = scene.reference.vendors[vendor] ?? {};
    scene.log.push(`${scene.nowMs} ms  probe of ${vendor} answered ${status}`);
    scene.world.answerProbe(vendor, status);
    scene.reference.probeAnswered(vendor, status === 200);
    if (isOut && scene.reference.vendors[vendor]?.isOut === false)
      scene.reach('gateway that was out answers its probe');
  },
});

/** A message of a peer once more, in whatever state. It changes nothing. */
const AGAIN = step({
  weight: 8,
  among: (scene) =>
    scene.sides.flatMap(({ party }) =>
      party.repeatable.filter(({ untilMs }) => untilMs > scene.nowMs).map(({ text }) => ({ party, text })),
    ),
  take: (scene, { party, text }) => {
    const cseq = /\r\nCSeq: \d+ (\w+)/.exec(text)?.[1] ?? '';
    const status = text.startsWith('SIP/2.0 ') ? `${text.slice(8, 11)} ` : '';
    scene.note(`again: ${status}${text.startsWith('ACK') ? 'ACK' : cseq}`);
    scene.log.push(`  of ${party.name}`);
    scene.world.send(text, party.place);
  },
});

const STRAY_REQUEST = step({
  weight: 1,
  among: (scene) => scene.sides.map(({ party }) => party),
  take: (scene, party, spare) => {
    const method = pick(['BYE', 'INFO', 'UPDATE'], spare);
    scene.note(`stray: ${method}`);
    const dialog = { ...NOBODY, local: `<sip:1@${party.place.address}>;tag=nobody` };
    scene.world.send(party.ask(method, dialog, scene.nowMs), party.place);
    scene.reach(`stray ${method} answered ${party.asked.at(-1)?.status}`);
  },
});

const STRAY_RESPONSE = step({
  weight: 1,
  among: (scene) => scene.sides.map(({ party }) => party).filter(({ served }) => served.length > 0),
  take: (scene, party, spare) => {
    const status = pick([100, 180, 200, 486, 481], spare);
    scene.note(`stray: ${status}`);
    const [served] = party.served;
    const request = served?.request;
    const vias = (request?.vias ?? '').replace(/branch=[^;\r]*/, 'branch=z9hG4bK-nobody');
    const text =
      `SIP/2.0 ${status} Said\r\n${vias}From: ${request?.from}\r\nTo: ${request?.to};tag=stray\r\n` +
      `Call-ID: ${party.callId}\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n`;
    scene.world.send(text, party.place);
  },
});

export const WORLD_STEPS: readonly Step[] = [
  ...[WAIT, UNREACHABLE, PUBLISH, RELEASE, PROBE],
  ...[AGAIN, STRAY_REQUEST, STRAY_RESPONSE],
];

/** A dialog of a Call-ID that has none by this tag. */
const NOBODY = {
  ...{ localTag: 'nobody', remoteTag: 'unknown', remote: '<sip:1@nowhere>;tag=unknown', remoteCseq: -1 },
  ...{ isConfirmed: false, byeSent: false, byeReceived: false, isGone: true },
};
