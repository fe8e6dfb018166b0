import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  defaultParameters,
  ParameterRefusal,
  parseParameter,
  parseParameters,
} from '../../../src/core/parameters/registry.ts';
import { PARAMETERS, type ParameterName } from '../../../src/core/parameters/table.ts';

const NAMES = Object.keys(PARAMETERS) as ParameterName[];

function refusalOf(name: ParameterName, text: string): string {
  const value = parseParameter(name, text);
  assert.ok(value instanceof ParameterRefusal, `${name} refuses "${text}"`);
  return value.sentence;
}

describe('every parameter', () => {
  for (const name of NAMES) {
    const { kind, fallback, min, max, help } = PARAMETERS[name];

    test(`${name}: its default is in its range, its help is a sentence`, () => {
      assert.ok(!(parseParameter(name, fallback) instanceof ParameterRefusal));
      assert.match(help, /^[A-Z0-9].*\.$/);
      assert.ok(min <= max);
    });

    test(`${name}: a bad value is refused with the name, the range and what was given`, () => {
      const wrong = ['', 'On Off', 'x', '-1', '1e3', '0x10', 'none', 'on', '1 2', 'NaN', 'Infinity', '١'];
      for (const text of wrong) assert.ok(refusalOf(name, text).includes(`not "${text}"`), text);
      assert.ok(refusalOf(name, 'x').startsWith(`${name} takes `));
    });

    if (kind === 'switch') {
      test(`${name}: On and Off, in just these letters`, () => {
        assert.deepEqual([parseParameter(name, 'On'), parseParameter(name, ' Off ')], [true, false]);
      });
      continue;
    }

    test(`${name}: the ends of its range are in it, what lies beyond is not`, () => {
      const perUnit = kind.startsWith('seconds') ? 1000 : 1;
      const single = (text: string): unknown => {
        const value = parseParameter(name, text);
        return Array.isArray(value) ? value[0] : value;
      };
      assert.deepEqual([single(String(min)), single(String(max))], [min * perUnit, max * perUnit]);
      assert.match(refusalOf(name, String(max + 1)), new RegExp(`${min} to ${max}`));
      if (min > 0) refusalOf(name, '0');
    });

    test(`${name}: None means no limit where that is offered, and nowhere else`, () => {
      if (kind.endsWith('OrNone')) assert.equal(parseParameter(name, 'None'), null);
      else refusalOf(name, 'None');
    });
  }
});

describe('values', () => {
  test('seconds become milliseconds, with decimals', () => {
    assert.equal(parseParameter('SS_SIP_TIMEOUT_INVITE', '2.5'), 2500);
    assert.deepEqual(parseParameter('SS_SIP_RESEND_INTERVAL', '0.05, 0.125,32'), [50, 125, 32_000]);
  });

  test('counts have no decimals', () => {
    assert.match(refusalOf('SS_SIP_SEND_RETRY', '2.5'), /whole number from 0 to 10/);
  });

  test('a resend list has 1 to 10 entries, each in range', () => {
    assert.match(refusalOf('SS_SIP_RESEND_INTERVAL', '1,1,1,1,1,1,1,1,1,1,1'), /1 to 10 entries/);
    assert.match(refusalOf('SS_SIP_RESEND_INTERVAL', '1,33'), /0\.05 to 32 seconds, not "33"/);
    assert.match(refusalOf('SS_SIP_RESEND_INTERVAL', '1,,2'), /not ""/);
  });
});

describe('a set', () => {
  test('takes the default for what it does not name', () => {
    const values = parseParameters(new Map([['SS_SIP_TIMEOUT_INVITE', '4']]));
    assert.deepEqual(values, { ...defaultParameters(), SS_SIP_TIMEOUT_INVITE: 4000 });
  });

  test('with an unknown name is refused, names of Object.prototype included', () => {
    for (const name of ['SS_NO_SUCH', 'toString', '__proto__', 'constructor']) {
      const refusal = parseParameters(new Map([[name, '1']]));
      assert.ok(refusal instanceof ParameterRefusal);
      assert.equal(refusal.sentence, `${name} is not a system parameter`);
    }
  });

  test('with one bad value is refused whole', () => {
    const refusal = parseParameters(
      new Map([
        ['SS_SIP_TIMEOUT_INVITE', '4'],
        ['SS_CAPACITY', 'many'],
      ]),
    );
    assert.ok(refusal instanceof ParameterRefusal);
  });

  test('the defaults are those of the specification', () => {
    assert.deepEqual(defaultParameters(), {
      SS_SIP_TIMEOUT_INVITE: 10_000,
      SS_SIP_TIMEOUT_TRYING: 20_000,
      SS_SIP_TIMEOUT_SESSION_PROGRESS: 20_000,
      SS_SIP_TIMEOUT_SESSION_PROGRESS_SDP: 120_000,
      SS_SIP_TIMEOUT_RINGING: 120_000,
      SS_TIMEOUT_CALL_PROCEEDING: null,
      SS_SIP_RESEND_INTERVAL: [500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000],
      SS_SIP_SEND_RETRY: 10,
      SS_SIP_STOP_SWITCH_AFTER_SDP: true,
      SS_SIP_USER_AGENT_STOP_SWITCH_AFTER_INVITE_TIMEOUT: false,
      SS_GATEWAY_SWITCH_STOP_AFTER_USER_BUSY: true,
      SS_GATEWAY_SWITCH_STOP_AFTER_RINGING: false,
      SS_GATEWAY_SWITCH_UNTIL_CONNECT: false,
      SS_GATEWAY_SWITCH_LIMIT: null,
      SS_MAX_CALL_DURATION: null,
      SS_REPLY_UNAUTHORIZED: true,
      SS_CAPACITY: null,
      SS_CPS_LIMIT: null,
    });
  });
});
