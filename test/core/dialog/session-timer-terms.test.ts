import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { INTERVAL_RAISES_MAX } from '../../../src/core/base/limits.ts';
import {
  SessionTimerNegotiation,
  type SessionTimerSettings,
  type SessionTimerTerms,
} from '../../../src/core/dialog/session-timer-terms.ts';
import type { SipMessage } from '../../../src/core/sip/message.ts';
import { INVITE_LINES, inviteText, parsed, textOf } from '../sip/messages.ts';

const SETTINGS: SessionTimerSettings = { ttlMs: 600_000, minSeMs: 90_000 };

function requestOf(lines: readonly string[]): SipMessage {
  return parsed(inviteText(lines));
}

function responseOf(status: number, lines: readonly string[]): SipMessage {
  return parsed(textOf([`SIP/2.0 ${status} x`, ...INVITE_LINES.slice(1), ...lines]));
}

function negotiation(ttlS = 600, minSeS = 90): SessionTimerNegotiation {
  return new SessionTimerNegotiation({ ttlMs: ttlS * 1000, minSeMs: minSeS * 1000 });
}

function agreed(intervalS: number, refresher: SessionTimerTerms['refresher']): SessionTimerNegotiation {
  const leg = negotiation();
  leg.agree({ intervalMs: intervalS * 1000, refresher });
  return leg;
}

/** 'us 600', 'peer 90' or 'none'. */
function shown(terms: SessionTimerTerms | null): string {
  return terms === null ? 'none' : `${terms.refresher} ${terms.intervalMs / 1000}`;
}

/** What `leg` answers a request with these header lines: 'none', '422 | lines' or 'terms | lines of the 2xx'. */
function answered(leg: SessionTimerNegotiation, lines: readonly string[]): string {
  const answer = leg.consider(requestOf(lines));
  if (answer.kind === 'none') return 'none';
  const text = answer.lines.replace(/\r\n$/, '').replaceAll('\r\n', ' | ');
  return `${answer.kind === 'tooSmall' ? '422' : shown(answer.terms)} | ${text}`;
}

/** What `leg` would send. */
function asked(leg: SessionTimerNegotiation): string {
  return leg.requestLines().replace(/\r\n$/, '').replaceAll('\r\n', ' | ');
}

const BY_US = 'Session-Expires: 600;refresher=uas';
const BY_PEER = 'Session-Expires: 600;refresher=uac | Require: timer';

describe('as UAS', () => {
  test('4028 9, table 2: the refresher is the one asked for, else us; a UAC without timers never refreshes', () => {
    const rows: readonly (readonly [readonly string[], string])[] = [
      [[], 'none'],
      [['Supported: 100rel'], 'none'],
      [['Supported: timer'], `us 600 | ${BY_US}`],
      [['k: 100rel , TIMER'], `us 600 | ${BY_US}`],
      [['Supported: 100rel', 'Supported: timer'], `us 600 | ${BY_US}`],
      [['Session-Expires: 600'], `us 600 | ${BY_US}`],
      [['Session-Expires: 600;refresher=uas'], `us 600 | ${BY_US}`],
      [['Session-Expires: 600;refresher=uac'], `us 600 | ${BY_US}`],
      [['Supported: timer', 'Session-Expires: 600'], `us 600 | ${BY_US}`],
      [['Supported: timer', 'Session-Expires: 600;refresher=uas'], `us 600 | ${BY_US}`],
      [['Supported: timer', 'Session-Expires: 600;refresher=uac'], `peer 600 | ${BY_PEER}`],
      [['k: timer', 'x: 600;refresher=uac'], `peer 600 | ${BY_PEER}`],
      [['Require: timer', 'Session-Expires: 600;refresher=uac'], `peer 600 | ${BY_PEER}`],
      [['Supported: timer', 'Session-Expires: 600;refresher=both'], `us 600 | ${BY_US}`],
      [['Supported: timer', 'Session-Expires: soon'], `us 600 | ${BY_US}`],
    ];
    for (const [lines, answer] of rows) assert.equal(answered(negotiation(), lines), answer, lines.join(' | '));
  });

  test('4028 9: the interval is ours, not above what is asked, not below the Min-SE shown', () => {
    const rows: readonly (readonly [number, number, readonly string[], string])[] = [
      // ttl, min-se, request, interval
      [600, 90, ['Session-Expires: 1800'], 'us 600'],
      [600, 90, ['Session-Expires: 601'], 'us 600'],
      [600, 90, ['Session-Expires: 599'], 'us 599'],
      [600, 90, ['Session-Expires: 90'], 'us 90'],
      [600, 90, ['Session-Expires: 1800', 'Min-SE: 90'], 'us 600'],
      [600, 90, ['Session-Expires: 1800', 'Min-SE: 900'], 'us 900'],
      [600, 90, ['Session-Expires: 1800', 'Min-SE: 1800'], 'us 1800'],
      [600, 90, ['Session-Expires: 300', 'Min-SE: 200'], 'us 300'],
      [600, 90, ['Min-SE: 900'], 'us 900'],
      [600, 300, ['Session-Expires: 300'], 'us 300'],
      [90, 300, ['Session-Expires: 400'], 'us 300'],
      [600, 90, ['Session-Expires: 9000', 'Min-SE: 100000'], 'us 86400'],
      [86_400, 90, ['Session-Expires: 9000000000'], 'us 86400'],
    ];
    for (const [ttlS, minSeS, lines, terms] of rows) {
      const answer = negotiation(ttlS, minSeS).consider(requestOf(['Supported: timer', ...lines]));
      assert.equal(answer.kind === 'timer' ? shown(answer.terms) : answer.kind, terms, lines.join(' | '));
    }
  });

  test('4028 9: a smaller Session-Expires is answered 422 with our Min-SE, whatever its own Min-SE', () => {
    const small = ['Supported: timer', 'Session-Expires: 299'];
    assert.equal(answered(negotiation(600, 300), small), '422 | Min-SE: 300');
    assert.equal(answered(negotiation(600, 300), [...small, 'Min-SE: 200']), '422 | Min-SE: 300');
    assert.equal(answered(negotiation(), ['k: timer', 'x: 89;refresher=uac']), '422 | Min-SE: 90');
    assert.equal(answered(negotiation(), ['k: timer', 'x: 0']), '422 | Min-SE: 90');
  });

  test('4028 erratum 1687: a small Session-Expires for a UAC without timers is raised, not refused', () => {
    assert.equal(
      answered(negotiation(600, 300), ['Session-Expires: 100']),
      'us 300 | Session-Expires: 300;refresher=uas',
    );
  });

  test('4028 9: nothing is in force before the 2xx; then it is what the 2xx said', () => {
    const leg = negotiation();
    const answer = leg.consider(requestOf(['Supported: timer', 'Session-Expires: 300;refresher=uac']));
    assert.equal(leg.terms, null);
    assert.ok(answer.kind === 'timer');
    leg.agree(answer.terms);
    assert.equal(shown(leg.terms), 'peer 300');
  });

  test('4028 7.2: a later request without a word of timers leaves the interval in force, refreshed by us', () => {
    for (const refresher of ['us', 'peer'] as const) {
      assert.equal(answered(agreed(300, refresher), []), 'us 300 | Session-Expires: 300;refresher=uas');
      assert.equal(answered(agreed(300, refresher), ['k: timer']), 'us 300 | Session-Expires: 300;refresher=uas');
    }
  });

  test('4028 7.4: a later request changes the role and the interval', () => {
    const refresh = ['Supported: timer', 'Session-Expires: 500;refresher=uac'];
    assert.equal(
      answered(agreed(300, 'us'), refresh),
      'peer 500 | Session-Expires: 500;refresher=uac | Require: timer',
    );
  });
});

describe('as UAC', () => {
  test('4028 7.1: the first request offers the TTL and leaves the refresher open; Min-SE 90 goes unsaid', () => {
    assert.equal(asked(negotiation()), 'Session-Expires: 600');
    assert.equal(asked(negotiation(600, 120)), 'Session-Expires: 600 | Min-SE: 120');
    assert.equal(asked(negotiation(90, 120)), 'Session-Expires: 120 | Min-SE: 120');
  });

  test('4028 7.4: a refresh asks for the interval in force and keeps the roles', () => {
    assert.equal(asked(agreed(300, 'us')), 'Session-Expires: 300;refresher=uac');
    assert.equal(asked(agreed(300, 'peer')), 'Session-Expires: 300;refresher=uas');
  });

  test('4028 7.4: a request says the largest Min-SE that the peer has shown', () => {
    const leg = negotiation();
    leg.consider(requestOf(['Supported: timer', 'Min-SE: 500']));
    leg.consider(requestOf(['Supported: timer', 'Min-SE: 400']));
    assert.equal(asked(leg), 'Session-Expires: 600 | Min-SE: 500');
    leg.agree({ intervalMs: 200_000, refresher: 'us' });
    assert.equal(asked(leg), 'Session-Expires: 500;refresher=uac | Min-SE: 500');
  });

  test('4028 7.2: the 2xx says the interval and the refresher; unnamed, it is us', () => {
    const rows: readonly (readonly [readonly string[], string])[] = [
      [[], 'none'],
      [['Supported: timer'], 'none'],
      [['Session-Expires: soon'], 'none'],
      [['Require: timer', 'Session-Expires: 300;refresher=uac'], 'us 300'],
      [['x: 300;refresher=UAS'], 'peer 300'],
      [['Session-Expires: 300'], 'us 300'],
      [['Session-Expires: 1800;refresher=uas'], 'peer 1800'],
      // Below what anyone may ask for, and above any sense.
      [['Session-Expires: 0;refresher=uac'], 'us 90'],
      [['Session-Expires: 9000000;refresher=uas'], 'peer 86400'],
    ];
    for (const [lines, terms] of rows) {
      const leg = negotiation();
      assert.equal(shown(leg.succeeded(responseOf(200, lines))), terms, lines.join(' | '));
      assert.equal(shown(leg.terms), terms);
    }
  });

  test('4028 7.2: once there is a timer, a 2xx without Session-Expires leaves it to us', () => {
    for (const refresher of ['us', 'peer'] as const) {
      assert.equal(shown(agreed(300, refresher).succeeded(responseOf(200, []))), 'us 300');
    }
    assert.equal(shown(agreed(300, 'us').succeeded(responseOf(200, ['x: 200;refresher=uas']))), 'peer 200');
  });

  test('4028 7.3: after 422 the request goes again with the Min-SE shown, if that asks for more than it did', () => {
    const leg = negotiation();
    assert.equal(leg.refusedTooSmall(responseOf(422, ['Min-SE: 900'])), true);
    assert.equal(asked(leg), 'Session-Expires: 900 | Min-SE: 900');
    assert.equal(leg.refusedTooSmall(responseOf(422, ['Min-SE: 900'])), false);
    assert.equal(leg.refusedTooSmall(responseOf(422, [])), false);
    assert.equal(negotiation().refusedTooSmall(responseOf(422, ['Min-SE: 600'])), false);
    const refreshing = agreed(300, 'us');
    assert.equal(refreshing.refusedTooSmall(responseOf(422, ['Min-SE: 400'])), true);
    assert.equal(asked(refreshing), 'Session-Expires: 400;refresher=uac | Min-SE: 400');
  });

  test('INTERVAL_RAISES_MAX: so many 422s in a row are obeyed; a 2xx begins a new row', () => {
    const leg = negotiation();
    let minSeS = 1000;
    const raised = () => leg.refusedTooSmall(responseOf(422, [`Min-SE: ${++minSeS}`]));
    for (let raise = 0; raise < INTERVAL_RAISES_MAX; raise++) assert.equal(raised(), true);
    assert.equal(raised(), false);
    leg.succeeded(responseOf(200, ['Session-Expires: 2000;refresher=uac']));
    minSeS = 2000;
    assert.equal(raised(), true);
  });

  test('4028 7.3: a Min-SE of years is read as a day, and asked for once', () => {
    const leg = negotiation();
    const refusal = responseOf(422, ['Min-SE: 99999999']);
    assert.deepEqual([leg.refusedTooSmall(refusal), leg.refusedTooSmall(refusal)], [true, false]);
    assert.equal(asked(leg), 'Session-Expires: 86400 | Min-SE: 86400');
  });
});

test('settings with fractions: the TTL is rounded down, Min-SE up, to whole seconds', () => {
  const leg = new SessionTimerNegotiation({ ...SETTINGS, ttlMs: 600_900, minSeMs: 120_100 });
  assert.equal(asked(leg), 'Session-Expires: 600 | Min-SE: 121');
});
