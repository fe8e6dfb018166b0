import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  defaultParameters,
  ParameterRefusal,
  parameterNameOf,
  parseParameter,
  parseParameters,
  rangeOf,
} from '../../../src/core/parameters/registry.ts';
import type { ParameterKind, ParameterRow } from '../../../src/core/parameters/row.ts';
import { PARAMETER_ALIASES, PARAMETERS, type ParameterName } from '../../../src/core/parameters/table.ts';

const NAMES = Object.keys(PARAMETERS) as ParameterName[];

function refusalOf(name: ParameterName, text: string): string {
  const value = parseParameter(name, text);
  assert.ok(value instanceof ParameterRefusal, `${name} refuses "${text}"`);
  return value.sentence;
}

/** Texts that no kind takes but those named. */
const NONSENSE = ['', 'On Off', 'x', '-1', '1e3', '0x10', '0x100', 'none', 'on', '1 2', 'NaN', 'Infinity', '١', '1,'];
const TAKEN_BY: Readonly<Record<string, ParameterKind>> = { '0x10': 'byte' };

describe('every parameter', () => {
  for (const name of NAMES) {
    const row: ParameterRow = PARAMETERS[name];
    const { kind, fallback, min, max, help } = row;

    test(`${name}: its default is in its range, its help is a sentence`, () => {
      assert.ok(!(parseParameter(name, fallback) instanceof ParameterRefusal));
      assert.match(help, /^[A-Z0-9].*\.$/);
      assert.ok(min <= max);
    });

    test(`${name}: a bad value is refused with the name, the range and what was given`, () => {
      // A text is whatever can be seen.
      const nonsense = kind === 'text' ? ['', 'a b', '1 2', 'x'.repeat(max + 1), '\u0661'] : NONSENSE;
      for (const text of nonsense.filter((one) => TAKEN_BY[one] !== kind)) {
        assert.equal(refusalOf(name, text), `${name} takes ${rangeOf(row)}, not "${text}"`);
      }
    });

    test(`${name}: None means no limit where that is offered`, () => {
      const value = parseParameter(name, 'None');
      if (kind.endsWith('OrNone')) assert.equal(value, null);
      else if (row.choices.includes('None') || kind === 'text') assert.equal(value, 'None');
      else assert.ok(value instanceof ParameterRefusal);
    });

    if (kind === 'switch') {
      test(`${name}: On and Off, in just these letters`, () => {
        assert.deepEqual([parseParameter(name, 'On'), parseParameter(name, ' Off ')], [true, false]);
      });
    } else if (kind === 'choice') {
      test(`${name}: each of its words, in just these letters`, () => {
        assert.ok(row.choices.length >= 2 && row.choices[0] === fallback);
        for (const word of row.choices) {
          assert.equal(parseParameter(name, ` ${word} `), word);
          if (/[a-z]/i.test(word))
            refusalOf(name, word.toUpperCase() === word ? word.toLowerCase() : word.toUpperCase());
        }
      });
    } else if (kind !== 'text') {
      test(`${name}: the ends of its range are in it, what lies beyond is not`, () => {
        const perUnit = kind.startsWith('seconds') ? 1000 : 1;
        const ends = [parseParameter(name, String(min)), parseParameter(name, String(max))];
        assert.deepEqual(ends.flat(), [min * perUnit, max * perUnit]);
        assert.match(refusalOf(name, String(max + 1)), new RegExp(`${min} to ${max}`));
        if (min > 0) refusalOf(name, '0');
      });
    }
  }

  test('has a name of its own: no alias is a name', () => {
    for (const [alias, name] of Object.entries(PARAMETER_ALIASES)) {
      assert.ok(!Object.hasOwn(PARAMETERS, alias));
      assert.deepEqual([parameterNameOf(alias), parameterNameOf(name)], [name, name]);
    }
  });
});

describe('values', () => {
  test('seconds become milliseconds, with decimals', () => {
    assert.equal(parseParameter('SS_SIP_TIMEOUT_INVITE', '2.5'), 2500);
    assert.deepEqual(parseParameter('SS_SIP_RESEND_INTERVAL', '0.05, 0.125,32'), [50, 125, 32_000]);
  });

  test('counts have no decimals', () => {
    assert.match(refusalOf('SS_SIP_SEND_RETRY', '2.5'), /whole number from 0 to 10/);
  });

  test('a resend list has 1 to 10 entries, each in range, and is refused whole', () => {
    for (const text of ['1,1,1,1,1,1,1,1,1,1,1', '1,33', '1,,2']) {
      assert.match(refusalOf('SS_SIP_RESEND_INTERVAL', text), /1 to 10 waits of 0\.05 to 32 seconds/);
    }
  });

  test('a byte is decimal, or hexadecimal after 0x', () => {
    const read = ['0', '184', '255', '0x0', '0xb8', '0XFF'].map((text) => parseParameter('SS_SIP_SIGNAL_TOS', text));
    assert.deepEqual(read, [0, 184, 255, 0, 184, 255]);
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

  test('with a typing error is refused with the name that was meant', () => {
    const sentenceFor = (name: string): string => {
      const refusal = parseParameters(new Map([[name, '1']]));
      assert.ok(refusal instanceof ParameterRefusal);
      return refusal.sentence;
    };
    assert.match(sentenceFor('SS_SIP_TIMEOUT_INVIT'), /did you mean SS_SIP_TIMEOUT_INVITE\?$/);
    assert.match(sentenceFor('SS_TIMEOUT_INVITE'), /did you mean SS_SIP_TIMEOUT_INVITE\?$/);
    assert.match(sentenceFor('ss_qos_signal'), /did you mean SS_QOS_SIGNAL\?$/);
  });

  test('may call a parameter by its alias', () => {
    const values = parseParameters(new Map([['SS_QOS_SIGNAL', '0x68']]));
    assert.deepEqual(values, { ...defaultParameters(), SS_SIP_SIGNAL_TOS: 0x68 });
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
      SS_GATEWAY_SWITCH_STOP_AFTER_RTP_START: true,
      SS_GATEWAY_SWITCH_STOP_AFTER_USER_BUSY: true,
      SS_GATEWAY_SWITCH_STOP_AFTER_RINGING: false,
      SS_GATEWAY_SWITCH_UNTIL_CONNECT: false,
      SS_GATEWAY_SWITCH_LIMIT: null,
      SS_GATEWAY_RETRY_AFTER_HONOR: true,
      SS_TRY_PROTECT_ROUTE_DELAY: 0,
      SS_GATEWAY_ASR_CALCULATE: true,
      SS_GATEWAY_ASR_RESERVE_TIME: 3_600_000,
      SS_GATEWAY_ASR_RESERVE_SEPARATE: 12,
      SS_GATEWAY_ASR_ROUTE_SORT_CONFIG: false,
      SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG: false,
      SS_GATEWAY_FEE_RATE_ROUTE_BEFORE_ASR: true,
      SS_SIP_SESSION_TTL: 600_000,
      SS_SIP_SESSION_UPDATE_SEGMENT: 2,
      SS_SIP_SESSION_TIMEOUT_EARLY_HANGUP: 0,
      SS_SIP_SESSION_MIN_SE: 90_000,
      SS_SIP_NO_TIMER_REINVITE_INTERVAL: 7_200_000,
      SS_MAX_CALL_DURATION: null,
      SS_SIP_USER_AGENT_PRIVACY: 'Ignore',
      SS_SIP_ROUTING_GATEWAY_INVITE_USE_CONTACT: false,
      SS_SIP_DISPLAY_FROM: 'Pass',
      SS_SIP_SIGNAL_TOS: 0xa0,
      SS_REPLY_UNAUTHORIZED: true,
      SS_LRN_TIMEOUT: 2_000,
      SS_LRN_CACHE_TTL: 3_600_000,
      SS_SIP_AUTHENTICATION_CODE: '407',
      SS_SIP_AUTHENTICATION_RETRY: 3,
      SS_SIP_AUTHENTICATION_TIMEOUT: 20_000,
      SS_AUTHENTICATION_MAX_RETRY: 6,
      SS_AUTHENTICATION_FAILED_SUSPEND: 180_000,
      SS_ENDPOINT_EXPIRE: 3_600_000,
      SS_ENDPOINTTIMETOLIVE: 60_000,
      SS_ENDPOINT_REGISTER_REPLACE: true,
      SS_SIP_NAT_KEEP_ALIVE_MESSAGE: 'HELLO',
      SS_SIP_NAT_KEEP_ALIVE_PERIOD: 30_000,
      SS_SIP_NAT_KEEP_ALIVE_SEND_INTERVAL: 500,
      SS_SIP_NAT_KEEP_ALIVE_SEND_ONE_TIME: 3_000,
      SS_BLACK_LIST_DYNAMIC_RUN_MODE: 'Global',
      SS_BLACK_LIST_CALLER_MALICIOUS_CALL_LIMIT: 0,
      SS_BLACK_LIST_CALLER_MALICIOUS_CALL_CHECK_INTERVAL: 600_000,
      SS_BLACK_LIST_CALLER_MALICIOUS_CALL_EXPIRE: 3_600_000,
      SS_BLACK_LIST_NO_ANSWER_LIMIT: 0,
      SS_BLACK_LIST_NO_ANSWER_PERIODS: 600_000,
      SS_BLACK_LIST_NO_ANSWER_EXPIRE: 3_600_000,
      SS_BLACK_LIST_CALLER_CONCURRENT_LIMIT: 0,
      SS_BLACK_LIST_CALLER_CONCURRENT_EXPIRE: 3_600_000,
      SS_CAPACITY: null,
      SS_CPS_LIMIT: null,
      SS_CPS_BURST: null,
      SERVER_BILLING_RECORD_ZERO_HOLD_TIME: true,
      SS_CDR_RECORD_TO_FILE: false,
      SS_CDR_RECORD_NONCONNECT: true,
      SERVER_BILLING_HOLD_TIME_PRECISION: 50,
      SERVER_BILLING_RESERVE_TIME: 60,
      SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME: 0,
      SERVER_BILLING_FEE_PRECISION: 6,
      SERVER_BILLING_FREE_TIME: 0,
    });
  });
});
