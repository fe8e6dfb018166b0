import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECISION_CHARS_MAX } from '../../../src/core/base/limits.ts';
import { Candidate } from '../../../src/core/routing/candidate.ts';
import { decisionText, readDecision, wordsOfFate } from '../../../src/core/routing/decision.ts';
import { PASS_NAMES, PASSES } from '../../../src/core/routing/pass.ts';
import { routingGateway } from '../../simulator/trunks.ts';

function candidate(name: string, prefix: string, part: Partial<Candidate> = {}): Candidate {
  return Object.assign(new Candidate(routingGateway(1, { name }), prefix), part);
}

test('the plan in its order, then those passed by, each with what became of it', () => {
  const candidates = [candidate('Vendor one', '4930', { isTried: true }), candidate('Vendor 2 (low)', '4930')];
  const passed = [
    candidate('three', '49', { pass: 'full' }),
    candidate('four', '49', { pass: 'unprofitable', buy: { nanos: 112, seconds: 60, currency: 'EUR' } }),
  ];
  const text = decisionText({ candidates, passed }, { nanos: 100, seconds: 60, currency: 'EUR' });
  assert.equal(text, '*Vendor one,4930;-Vendor 2 (low);Fthree,49;Mfour:-12');
  assert.deepEqual(readDecision(text), {
    gateways: [
      { gateway: 'Vendor one', prefix: '4930', fate: 'tried', profitPercent: null },
      { gateway: 'Vendor 2 (low)', prefix: '4930', fate: 'waiting', profitPercent: null },
      { gateway: 'three', prefix: '49', fate: 'full', profitPercent: null },
      { gateway: 'four', prefix: '49', fate: 'unprofitable', profitPercent: -12 },
    ],
    furtherCount: 0,
  });
});

test('a gateway that was open when the plan was made and full when its turn came is told as full', () => {
  const text = decisionText({ candidates: [candidate('one', '', { pass: 'full' })], passed: [] }, null);
  assert.equal(text, 'Fone');
});

test('every reason comes back as it went, and has words', () => {
  for (const pass of PASS_NAMES) {
    const text = decisionText({ candidates: [], passed: [candidate('one', '1', { pass })] }, null);
    assert.equal(readDecision(text).gateways[0]?.fate, pass);
    assert.equal(wordsOfFate(pass), PASSES[pass].words);
  }
  assert.equal(new Set(PASS_NAMES.map((name) => PASSES[name].letter)).size, PASS_NAMES.length);
});

test('without a plan there is nothing to read', () => {
  assert.equal(decisionText({ candidates: [], passed: [] }, null), '');
  assert.deepEqual(readDecision(''), { gateways: [], furtherCount: 0 });
});

test('DECISION_CHARS_MAX: what does not fit is told as a number', () => {
  const candidates = Array.from({ length: 40 }, (_, at) => candidate(`vendor number ${at}, `.slice(0, 16), '49'));
  const text = decisionText({ candidates, passed: [] }, null);
  assert.ok(text.length <= DECISION_CHARS_MAX, `${text.length} characters`);
  const { gateways, furtherCount } = readDecision(text);
  assert.ok(gateways.length > 20);
  assert.equal(gateways.length + furtherCount, 40);
});

test('five gateways take about a hundred characters', () => {
  const names = ['red-carrier', 'yellow-carrier', 'blue-carrier', 'green-carrier', 'north-trunk'];
  const candidates = names.map((name) => candidate(name, '4930'));
  assert.ok(decisionText({ candidates, passed: [] }, null).length <= 110);
});
