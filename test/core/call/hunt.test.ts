// "Gateway switching" of the system parameters, row by row.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type AttemptFailure,
  type AttemptOutcome,
  goesOn,
  huntEndOf,
  type SwitchRules,
  switchRulesOf,
} from '../../../src/core/call/hunt.ts';
import { parameters, routingGateway } from '../../simulator/trunks.ts';

const DEFAULTS = switchRulesOf(routingGateway(1), parameters());

function outcome(how: AttemptFailure, part: Partial<AttemptOutcome> = {}): AttemptOutcome {
  return { how, status: 0, q850: 0, hadSdp: false, hadRinging: false, hadRtp: false, ...part };
}

function failure(status: number, part: Partial<AttemptOutcome> = {}): AttemptOutcome {
  return outcome('failure', { status, ...part });
}

/** What happened, under which settings, and whether the next gateway is tried. */
const TABLE: readonly (readonly [string, AttemptOutcome, Partial<SwitchRules>, boolean])[] = [
  ['no response before the INVITE timer', outcome('inviteTimeout'), {}, true],
  ['the same with stop-after-INVITE-timeout', outcome('inviteTimeout'), { stopAfterInviteTimeout: true }, false],
  [
    'the same with until-connect besides',
    outcome('inviteTimeout'),
    { stopAfterInviteTimeout: true, untilConnect: true },
    false,
  ],
  ['no way to the gateway', outcome('unreachable'), {}, true],
  ['no way to it, with stop-after-INVITE-timeout', outcome('unreachable'), { stopAfterInviteTimeout: true }, true],
  ['100 only, then its timer', outcome('tryingTimeout'), {}, true],
  ['183 without SDP, then its timer', outcome('progressTimeout'), {}, true],
  ['183 with SDP, then its timer', outcome('progressTimeout', { hadSdp: true }), {}, false],
  ['the same where SDP does not commit', outcome('progressTimeout', { hadSdp: true }), { stopAfterSdp: false }, true],
  ['180, then its timer', outcome('ringingTimeout', { hadRinging: true }), {}, false],
  [
    'the same where the gateway allows leaving a ringing',
    outcome('ringingTimeout', { hadRinging: true }),
    { mayLeaveRinging: true },
    true,
  ],
  ['the same with until-connect', outcome('ringingTimeout', { hadRinging: true }), { untilConnect: true }, true],
  [
    'ringing with SDP, then its timer',
    outcome('ringingTimeout', { hadRinging: true, hadSdp: true }),
    { mayLeaveRinging: true },
    false,
  ],
  ['RTP seen from the callee', failure(503, { hadRtp: true }), {}, false],
  ['the same where RTP does not commit', failure(503, { hadRtp: true }), { stopAfterRtp: false }, true],
  ['the same with until-connect', failure(503, { hadRtp: true }), { untilConnect: true }, true],
  ['a failure after ringing', failure(503, { hadRinging: true }), {}, true],
  ['the same where ringing commits', failure(503, { hadRinging: true }), { stopAfterRinging: true }, false],
  [
    'the same where only a 200 commits',
    failure(503, { hadRinging: true }),
    { stopAfterRinging: true, untilConnect: true },
    true,
  ],
  ['a failure after early media', failure(503, { hadSdp: true }), {}, false],
  ['the same where SDP does not commit', failure(503, { hadSdp: true }), { stopAfterSdp: false }, true],
  ['the same where only a 200 commits', failure(503, { hadSdp: true }), { untilConnect: true }, true],
  ['486', failure(486), {}, false],
  ['600', failure(600), {}, false],
  ['cause 17 with another status', failure(480, { q850: 17 }), {}, false],
  ['486 where busy switches', failure(486), { stopAfterBusy: false }, true],
  ['600 where busy switches', failure(600), { stopAfterBusy: false }, true],
  ['486 with until-connect', failure(486), { untilConnect: true }, true],
  ['a code that stops', failure(404), { stopCodes: [403, 404] }, false],
  ['a code that stops, with until-connect', failure(404), { stopCodes: [403, 404], untilConnect: true }, false],
  ['another code', failure(405), { stopCodes: [403, 404] }, true],
  ['603', failure(603), {}, false],
  ['604', failure(604), {}, false],
  ['603 with until-connect', failure(603), { untilConnect: true }, true],
  ['302', failure(302), {}, true],
  ['401', failure(401), {}, true],
  ['403', failure(403), {}, true],
  ['404', failure(404), {}, true],
  ['408', failure(408), {}, true],
  ['480', failure(480), {}, true],
  ['500', failure(500), {}, true],
  ['503', failure(503), {}, true],
];

describe('goes on to the next gateway?', () => {
  for (const [what, happened, settings, expected] of TABLE) {
    test(`${what}: ${expected ? 'yes' : 'no'}`, () => {
      assert.equal(goesOn(happened, { ...DEFAULTS, ...settings }, 1), expected);
    });
  }

  test('the limit counts the first gateway, and nothing passes it', () => {
    for (const limit of [1, 2, 5]) {
      for (const [, happened, settings] of TABLE) {
        assert.equal(goesOn(happened, { ...DEFAULTS, ...settings, untilConnect: true, limit }, limit), false);
      }
      assert.equal(goesOn(failure(503), { ...DEFAULTS, limit }, limit - 1), true);
    }
  });
});

describe('whose rules', () => {
  test('a gateway without settings takes the parameters', () => {
    const given = parameters({
      SS_SIP_STOP_SWITCH_AFTER_SDP: 'Off',
      SS_GATEWAY_SWITCH_STOP_AFTER_RINGING: 'On',
      SS_GATEWAY_SWITCH_STOP_AFTER_USER_BUSY: 'Off',
      SS_SIP_USER_AGENT_STOP_SWITCH_AFTER_INVITE_TIMEOUT: 'On',
      SS_GATEWAY_SWITCH_UNTIL_CONNECT: 'On',
      SS_GATEWAY_SWITCH_LIMIT: '3',
    });
    assert.deepEqual(switchRulesOf(routingGateway(1), given), {
      stopAfterRtp: true,
      stopAfterSdp: false,
      stopAfterRinging: true,
      stopAfterBusy: false,
      stopAfterInviteTimeout: true,
      untilConnect: true,
      mayLeaveRinging: false,
      stopCodes: [],
      limit: 3,
    });
  });

  test('a gateway with its own overrides them; switchAllow... says the inverse of stop', () => {
    const gateway = routingGateway(1, {
      switchAllowSdp: false,
      switchAllowRing: true,
      switchAllowBusy: true,
      switchUntilConnect: false,
      stopSwitchAfterInviteTimeout: false,
      stopSwitchSipCodes: [404],
    });
    const given = parameters({
      SS_SIP_STOP_SWITCH_AFTER_SDP: 'Off',
      SS_GATEWAY_SWITCH_STOP_AFTER_RINGING: 'On',
      SS_SIP_USER_AGENT_STOP_SWITCH_AFTER_INVITE_TIMEOUT: 'On',
      SS_GATEWAY_SWITCH_UNTIL_CONNECT: 'On',
    });
    assert.deepEqual(switchRulesOf(gateway, given), {
      stopAfterRtp: true,
      stopAfterSdp: true,
      stopAfterRinging: false,
      stopAfterBusy: false,
      stopAfterInviteTimeout: false,
      untilConnect: false,
      mayLeaveRinging: true,
      stopCodes: [404],
      limit: null,
    });
  });

  test('the defaults are those of the table', () => {
    assert.deepEqual(DEFAULTS, {
      stopAfterRtp: true,
      stopAfterSdp: true,
      stopAfterRinging: false,
      stopAfterBusy: true,
      stopAfterInviteTimeout: false,
      untilConnect: false,
      mayLeaveRinging: false,
      stopCodes: [],
      limit: null,
    });
  });
});

describe('what the caller hears when the hunt ends', () => {
  const CAUSED: readonly (readonly [number, number, string])[] = [
    [503, 1, 'NumberNotFound'],
    [500, 3, 'NumberNotFound'],
    [502, 28, 'NumberNotFound'],
    [503, 19, 'NoAnswer'],
    [503, 20, 'NoAnswer'],
    [500, 21, 'Rejected'],
    [503, 65, 'CodecMismatch'],
    [503, 16, 'AllGatewaysFailed'],
    [503, 34, 'AllGatewaysFailed'],
    [503, 99, 'AllGatewaysFailed'],
    [404, 34, 'NumberNotFound'],
    [603, 1, 'Rejected'],
  ];

  for (const [status, q850, reason] of CAUSED) {
    const what = status >= 500 && status < 600 ? 'is judged by its cause' : 'speaks for itself, whatever its cause';
    test(`${status} ${what}, ${q850}: ${reason}, and the caller hears ${status}`, () => {
      assert.deepEqual(huntEndOf(failure(status, { q850 })), { reason, status, q850 });
    });
  }

  for (const status of [401, 407]) {
    test(`${status} is between the gateway and us: 503, AuthenticationFailed`, () => {
      assert.deepEqual(huntEndOf(failure(status, { q850: 21 })), {
        reason: 'AuthenticationFailed',
        status: 503,
        q850: 21,
      });
    });
  }

  const ENDS: readonly (readonly [AttemptOutcome, string, number])[] = [
    [outcome('inviteTimeout'), 'GatewayTimeout', 408],
    [outcome('tryingTimeout'), 'GatewayTimeout', 408],
    [outcome('progressTimeout'), 'GatewayTimeout', 408],
    [outcome('ringingTimeout'), 'NoAnswer', 408],
    [outcome('unreachable'), 'GatewayUnreachable', 503],
    [outcome('tooLarge'), 'ProtocolError', 513],
    [failure(486), 'Busy', 486],
    [failure(600), 'Busy', 600],
    [failure(503, { q850: 17 }), 'Busy', 503],
    [failure(404), 'NumberNotFound', 404],
    [failure(484), 'NumberNotFound', 484],
    [failure(604), 'NumberNotFound', 604],
    [failure(480), 'NoAnswer', 480],
    [failure(403), 'Rejected', 403],
    [failure(603), 'Rejected', 603],
    [failure(415), 'CodecMismatch', 415],
    [failure(488), 'CodecMismatch', 488],
    [failure(606), 'CodecMismatch', 606],
    [failure(503), 'AllGatewaysFailed', 503],
    [failure(500), 'AllGatewaysFailed', 500],
  ];

  for (const [happened, reason, status] of ENDS) {
    test(`${happened.how} ${happened.status || ''}: ${status}, ${reason}`, () => {
      const { q850, ...end } = huntEndOf(happened);
      assert.deepEqual(end, { reason, status });
      assert.equal(q850, happened.how === 'failure' ? happened.q850 : undefined);
    });
  }
});

test('more permission never stops a hunt that went on: it only adds gateways', () => {
  const how = fc.constantFrom<AttemptFailure>(
    'failure',
    'inviteTimeout',
    'tryingTimeout',
    'progressTimeout',
    'ringingTimeout',
    'unreachable',
    'tooLarge',
  );
  const happened = fc.record({
    how,
    status: fc.integer({ min: 300, max: 699 }),
    q850: fc.nat(127),
    hadSdp: fc.boolean(),
    hadRinging: fc.boolean(),
    hadRtp: fc.boolean(),
  });
  const rules = fc.record({
    stopAfterSdp: fc.boolean(),
    stopAfterRtp: fc.boolean(),
    stopAfterRinging: fc.boolean(),
    stopAfterBusy: fc.boolean(),
    stopAfterInviteTimeout: fc.boolean(),
    untilConnect: fc.boolean(),
    mayLeaveRinging: fc.boolean(),
    stopCodes: fc.array(fc.integer({ min: 300, max: 699 }), { maxLength: 5 }),
    limit: fc.constantFrom(null, 1, 2, 10),
  });
  fc.assert(
    fc.property(happened, rules, fc.integer({ min: 1, max: 12 }), (attempt, given, triedCount) => {
      const drawn = attempt.how === 'failure' ? attempt : { ...attempt, status: 0, q850: 0 };
      if (!goesOn(drawn, given, triedCount)) return;
      assert.ok(goesOn(drawn, { ...given, untilConnect: true }, triedCount));
      assert.ok(goesOn(drawn, { ...given, stopCodes: [] }, triedCount));
      assert.ok(goesOn(drawn, { ...given, limit: null }, triedCount));
      assert.ok(
        goesOn(
          drawn,
          { ...given, stopAfterSdp: false, stopAfterRtp: false, stopAfterRinging: false, stopAfterBusy: false },
          triedCount,
        ),
      );
    }),
  );
});
