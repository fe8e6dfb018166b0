// The numbers of an INVITE, from the headers that a mapping gateway names.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Dialled, dialledIn } from '../../../src/core/call/dialled.ts';
import { type MappingNumbers, UNTOUCHED_MAPPING_NUMBERS } from '../../../src/core/routing/gateway-numbers.ts';
import { SipMessage } from '../../../src/core/sip/message.ts';
import { parseMessage } from '../../../src/core/sip/parse-message.ts';
import { mappingGateway } from '../../simulator/trunks.ts';

function numbersOf(part: Partial<MappingNumbers>, lines: readonly string[] = [], display = '', tech = ''): Dialled {
  const invite = parseMessage(
    `${[
      'INVITE sip:0099123@192.0.2.1 SIP/2.0',
      'Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK-1',
      `From: ${display} <sip:49221@198.51.100.1>;tag=1`,
      'To: <sip:0099456@192.0.2.1>',
      'Call-ID: 1',
      'CSeq: 1 INVITE',
      ...lines,
    ].join('\r\n')}\r\n\r\n`,
  );
  assert.ok(invite instanceof SipMessage);
  return dialledIn(
    invite,
    mappingGateway(1, { calleePrefix: tech, numbers: { ...UNTOUCHED_MAPPING_NUMBERS, ...part } }),
  );
}

describe('the caller', () => {
  const PAI = 'P-Asserted-Identity: "Ada" <sip:4922100@a.example>, <tel:+4922101>';
  const PPI = 'P-Preferred-Identity: <tel:+4922102>';
  const RPID = 'Remote-Party-ID: "Ada" <sip:4922103@a.example>;party=calling';
  const ALL = [PAI, PPI, RPID];

  test('is withheld where it wants privacy and was found in another header than From', () => {
    const isWithheld = (callerSource: MappingNumbers['callerSource'], ...lines: string[]): boolean =>
      numbersOf({ callerSource }, [PAI, ...lines]).isWithheld;
    assert.ok(isWithheld('pAssertedIdentity', 'Privacy: id'));
    assert.ok(isWithheld('pAssertedIdentity', 'Privacy: user;critical'));
    assert.ok(!isWithheld('pAssertedIdentity', 'Privacy: none'));
    assert.ok(!isWithheld('pAssertedIdentity'));
    assert.ok(!isWithheld('from', 'Privacy: id'), 'From is what everybody is shown');
  });

  test('is From’s', () => assert.equal(numbersOf({}, ALL).caller, '49221'));
  for (const [callerSource, caller] of [
    ['pAssertedIdentity', '4922100'],
    ['pPreferredIdentity', '+4922102'],
    ['remotePartyId', '4922103'],
  ] as const) {
    test(`${callerSource}: the first number it names`, () => {
      assert.equal(numbersOf({ callerSource }, ALL).caller, caller);
      assert.equal(numbersOf({ callerSource }).caller, '49221', 'without the header it is From’s');
      const nameless = ALL.map((line) => `${line.split(':', 1)[0]}: <sip:a.example>`);
      assert.equal(numbersOf({ callerSource }, nameless).caller, '49221', 'without a number in it as well');
    });
  }

  test('the first address without a number is passed over', () => {
    const lines = ['P-Asserted-Identity: <sip:a.example>', 'P-Asserted-Identity: <sip:4922100@a.example>'];
    assert.equal(numbersOf({ callerSource: 'pAssertedIdentity' }, lines).caller, '4922100');
  });

  test('display: a name that is a number', () => {
    assert.equal(numbersOf({ callerSource: 'display' }, [], '"+49 (221) 00-1"').caller, '+49221001');
    assert.equal(numbersOf({ callerSource: 'display' }, [], '"Ada 7"').caller, '49221');
    assert.equal(numbersOf({ callerSource: 'display' }).caller, '49221');
  });
});

describe('the called number', () => {
  const DIVERSION = 'Diversion: <sip:498912@a.example>;reason=unconditional, <sip:498913@a.example>';

  test('is the request line’s', () => assert.equal(numbersOf({}, [DIVERSION]).callee, '0099123'));
  test('to', () => assert.equal(numbersOf({ calleeSource: 'to' }).dialled, '0099456'));
  test('diversion: who sent the call on last', () => {
    assert.equal(numbersOf({ calleeSource: 'diversion' }, [DIVERSION]).callee, '498912');
    assert.equal(numbersOf({ calleeSource: 'diversion' }).callee, '0099123');
  });

  test('the tech prefix is taken off where the number has it', () => {
    assert.deepEqual(numbersOf({}, [], '', '0099'), {
      caller: '49221',
      dialled: '0099123',
      callee: '123',
      forwarder: '',
      isWithheld: false,
    });
    assert.equal(numbersOf({ calleeSource: 'diversion' }, [DIVERSION], '', '0099').callee, '498912');
  });

  test('who sent the call on is known whatever the callee is', () => {
    assert.equal(numbersOf({}, [DIVERSION]).forwarder, '498912');
  });
});
