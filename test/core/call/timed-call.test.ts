// What calendars change about a call: its rate, its numbers, whether it may be made, over a night in which the clocks
// change. `explainRoute`, asked for the same moments, says the same.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Quotes } from '../../../src/core/rating/quotes.ts';
import { explainRoute } from '../../../src/core/routing/explain.ts';
import { EPOCH_WALL_MS } from '../../simulator/switch.ts';
import { nowOf } from '../routing/route-moment.ts';
import { CALLER, PricedBench, snapshotOfFile } from './priced-bench.ts';

const NETWORK = `
calendars:
  - { name: morning, timeZone: Europe/Berlin, periods: [{ from: 03:00, to: 12:00 }] }
  - { name: small hours, timeZone: Europe/Berlin, periods: [{ from: 02:00, to: 03:00 }] }
rateTables:
  - name: retail
    currency: EUR
    rates:
      - { prefix: "49", perMinute: 0.06 }
      - { prefix: "49", perMinute: 0.12, calendar: morning }
      - { prefix: "4940", perMinute: 0.03, calendar: small hours }
  - name: vendor
    currency: EUR
    rates:
      - { prefix: "", perMinute: 0.012 }
      - { prefix: "", perMinute: 0.024, calendar: morning }
accounts:
  - { account: alpha, rateTable: retail, creditLimit: None }
  - { account: carrier, type: settlement, rateTable: vendor }
mappingGateways:
  - name: in
    account: alpha
    remoteIps: ${CALLER.address}
    rewriteRulesOutCallee: "0*:49*"
    scheduledRewriteRulesOut:
      - { calendar: small hours, type: callee, rules: "0*:4940*" }
      - { calendar: morning, type: caller, rules: "*:00*" }
    scheduledCalloutPrefixes:
      - { calendar: morning, type: callee, action: deny, prefixes: "0900" }
routingGateways:
  - name: out
    remoteIp: 203.0.113.1
    clearingAccount: carrier
    rewriteRulesInCallee: "49*:a*"
    scheduledRewriteRulesIn: [{ calendar: morning, type: callee, rules: "49*:b*" }]
`;

const SNAPSHOT = snapshotOfFile(NETWORK);

/** What a call at `wallMs` came to, and what was said beforehand that it would. */
function callAt(wallMs: number, callee: string): { readonly was: unknown; readonly said: unknown } {
  const now = nowOf(wallMs);
  const question = { from: CALLER.address, caller: '4930', callee };
  const explained = explainRoute(SNAPSHOT, question, now, new Quotes(SNAPSHOT, now));
  const [candidate] = explained.candidates;
  const callerSent = explained.caller;
  const calleeSent = candidate?.translations.find(({ party }) => party === 'callee')?.after ?? explained.callee;
  const bench = new PricedBench(NETWORK);
  bench.call('one', callee, wallMs - EPOCH_WALL_MS);
  bench.hangUp('one', wallMs - EPOCH_WALL_MS + 60_000);
  const [cdr] = bench.switch.cdrs;
  assert.ok(cdr !== undefined);
  if (cdr.endReason !== 'Normal') return { was: cdr.endReason, said: explained.refusal };
  const perMinute = (secondNanos: number | null = null): bigint => BigInt(secondNanos ?? 0) * 60n;
  return {
    was: [cdr.callerSent, cdr.calleeSent, cdr.sellPrefix, cdr.sellFeeNanos, cdr.buyFeeNanos],
    said: [
      callerSent,
      calleeSent,
      explained.sell?.prefix,
      perMinute(explained.sell?.secondNanos),
      perMinute(candidate?.buySecondNanos),
    ],
  };
}

function assertCall(text: string, callee: string, expected: unknown): void {
  const { was, said } = callAt(Date.parse(text), callee);
  assert.deepEqual(was, expected, `the call at ${text}`);
  assert.deepEqual(said, expected, `what was said of the call at ${text}`);
}

describe('on 31 March 2024 clocks in Berlin go from 02:00 to 03:00', () => {
  const night = ['4930', 'a30', '49', 60_000_000n, 12_000_000n];
  const morning = ['004930', 'b30', '49', 120_000_000n, 24_000_000n];

  test('at 01:59:59 the night holds', () => assertCall('2024-03-31T00:59:59Z', '030', night));

  test('a second later the morning does: rates, rules of either gateway', () =>
    assertCall('2024-03-31T01:00:00Z', '030', morning));

  test('the hour between there is not that night', () => assertCall('2024-03-31T01:30:00Z', '030', morning));

  test('at noon it ends', () => {
    assertCall('2024-03-31T09:59:59Z', '030', morning);
    assertCall('2024-03-31T10:00:00Z', '030', night);
  });
});

describe('on 27 October 2024 the hour from 02:00 comes twice', () => {
  const twice = ['4930', 'a4030', '4940', 30_000_000n, 12_000_000n];

  for (const text of ['2024-10-27T00:00:00Z', '2024-10-27T00:59:59Z', '2024-10-27T01:00:00Z', '2024-10-27T01:59:59Z']) {
    test(`at ${text} the small hours hold`, () => assertCall(text, '030', twice));
  }

  test('before and after they do not', () => {
    assertCall('2024-10-26T23:59:59Z', '030', ['4930', 'a30', '49', 60_000_000n, 12_000_000n]);
    assertCall('2024-10-27T02:00:00Z', '030', ['004930', 'b30', '49', 120_000_000n, 24_000_000n]);
  });
});

test('numbers that may not be called in the morning are refused then, and only then', () => {
  const { was, said } = callAt(Date.parse('2024-04-01T08:00:00Z'), '09001');
  assert.deepEqual([was, said], ['NumberRestricted', "the mapping gateway's number lists: scheduledPrefix"]);
  assertCall('2024-04-01T14:00:00Z', '09001', ['4930', 'a9001', '49', 60_000_000n, 12_000_000n]);
});
