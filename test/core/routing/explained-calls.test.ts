// Asking why before a call, and again after it: for each of ten thousand calls through a random network on three shards
// `explainRoute` says beforehand what the plan will be, and the decision in the record says afterwards what became of
// it. Both are held against the attempts that were made.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainCall } from '../../../src/control/explained-call.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import type { Cdr } from '../../../src/core/cdr/cdr.ts';
import { Bindings } from '../../../src/core/registration/bindings.ts';
import { type ExplainedRoute, explainRoute } from '../../../src/core/routing/explain.ts';
import { PASSES } from '../../../src/core/routing/pass.ts';
import type { Snapshot } from '../../../src/core/routing/snapshot.ts';
import { SeenConditions } from '../../../src/core/shard/route-conditions.ts';
import { SeenEntry } from '../../../src/core/shard/seen-entry.ts';
import { EPOCH_WALL_MS } from '../../simulator/switch.ts';
import { mappingGateway, type PrefixedGateway, parameters, routes, routingGateway } from '../../simulator/trunks.ts';
import { RouteBench } from './route-bench.ts';

const CALLS = 10_000;
const SHARDS = 3;
const ROUTING_SLOT = 10;
const PREFIXES = ['', '4', '49', '493', '44', 'a4', 'b'];
const STATUSES = [200, 200, 404, 480, 486, 500, 503, 603];
const WORDS_OF_PASSES = new Set<string>(Object.values(PASSES).map(({ words }) => words));

function randomNetwork(prng: Prng): Snapshot {
  const one = <T>(...of: readonly T[]): T => of[prng.below(of.length)] as T;
  const vendor = (slot: number): PrefixedGateway =>
    routingGateway(slot, {
      prefixes: [one(...PREFIXES), ...(one(true, false) ? [one(...PREFIXES)] : [])].filter(
        (prefix, at, all) => all.indexOf(prefix) === at,
      ),
      prefixStyle: one('continue', 'continue', 'terminate'),
      priority: prng.below(3),
      capacity: one(null, null, 2, 8),
      cps: one(null, null, 5),
      weight: one(0, 0, 1, 3),
      protect: one(false, false, false, true),
      locked: prng.below(10) === 0,
      switchUntilConnect: one(null, true),
      callinMappingGateways: one<string[]>([], [], ['customer-1', 'customer-2']),
      gatewayGroups: one<string[]>([], ['north']),
    });
  return {
    version: 1,
    mappingGateways: [
      mappingGateway(1),
      mappingGateway(2, { firstRoutePolicy: 'answerRate', capacity: 30 }),
      mappingGateway(3, { routingGatewayGroups: ['north'], routingGatewayGroupsAllow: false, calleePrefix: '99' }),
      mappingGateway(4, { proportionCalleePrefixs: [{ proportion: 40, addPrefix: 'a' }] }),
    ],
    ...routes(Array.from({ length: 14 }, (_, at) => vendor(ROUTING_SLOT + at))),
    parameters: parameters({ SS_GATEWAY_ASR_ROUTE_SORT_CONFIG: one('On', 'Off') }),
  };
}

/** What would become of the next call of `from`. */
function explained(bench: RouteBench, from: string, callee: string): ExplainedRoute {
  const { admission, blackList, health, quality, turns } = bench.switch;
  const { nowMs } = bench;
  return explainRoute(
    bench.snapshot,
    { from, caller: '1', callee },
    {
      wallMs: EPOCH_WALL_MS + nowMs,
      conditions: new SeenConditions({
        admission,
        health,
        quality,
        turns,
        bindings: new Bindings(Bindings.allocate()),
        nowMs,
      }),
      entry: new SeenEntry({ admission, blackList, nowMs }),
      registeredPlace: () => null,
      registeredFrom: () => [],
      freeSeconds: () => 0,
      spendable: () => 0n,
      hundredth: (slot) => turns.nextOfHundred(slot),
      quality: (slot, prefix, windowMs) => quality.read(slot, prefix, windowMs, nowMs),
    },
  );
}

function assertSame(before: ExplainedRoute, cdr: Cdr): void {
  const after = explainCall(cdr);
  const tried = after.gateways.filter(({ isTried }) => isTried).map(({ gateway }) => gateway);
  const attempts = cdr.attempts.map(({ gateway }) => gateway);
  assert.deepEqual(tried, attempts, 'those told as tried are those that were tried, in that order');
  assert.equal(after.furtherCount, 0);
  if (before.candidates.length > 0 || after.gateways.length > 0) {
    assert.deepEqual(
      after.gateways.map(({ gateway, prefix }) => `${gateway} ${prefix}`),
      before.candidates.map(({ gateway, prefix }) => `${gateway} ${prefix}`),
      'the plan is the one that was foretold',
    );
  }
  for (const [at, { taken, why }] of before.candidates.entries()) {
    if (!taken) assert.equal(after.gateways[at]?.what, why);
  }
  const firstOpen = after.gateways.find(({ what }) => !WORDS_OF_PASSES.has(what));
  if (attempts.length > 0) assert.equal(firstOpen?.gateway, attempts[0]);
  const isHunted = before.refusal === '';
  if (!isHunted) assert.equal(attempts.length, 0, before.refusal);
  if (isHunted && attempts.length === 0) assert.equal(cdr.endReason, 'GatewayFull');
}

for (const seed of [1, 2, 3, 4]) {
  test(`network ${seed}: what is told before and after each of ${CALLS / 4} calls is what happened`, () => {
    const prng = new Prng(seed, 99);
    const bench = new RouteBench(randomNetwork(prng), SHARDS);
    const told = new Map<string, ExplainedRoute>();
    for (let call = 0; call < CALLS / 4; call++) {
      const gateway = bench.snapshot.mappingGateways[prng.below(4)];
      const from = gateway?.name ?? '';
      const callee = `${['4930', '44', '493', '49', '7'][prng.below(5)]}${call}`;
      const before = explained(bench, from, `${gateway?.calleePrefix}${callee}`);
      const said = new Map<string, number>();
      const answers = (address: string): number => {
        const status = said.get(address) ?? (STATUSES[prng.below(STATUSES.length)] as number);
        said.set(address, status);
        return status;
      };
      const delayMs = prng.below(3) * prng.below(400);
      const callId = bench.call({ from, callee, answers, delayMs, talkMs: prng.below(3000) });
      told.set(callId, before);
      bench.runUntil(bench.nowMs + prng.below(60));
    }
    bench.runUntil(bench.nowMs + 120_000);
    assert.equal(bench.switch.cdrs.length, CALLS / 4);
    for (const cdr of bench.switch.cdrs) assertSame(told.get(cdr.callerCallId) as ExplainedRoute, cdr);
    const reached = new Set(bench.switch.cdrs.map(({ attempts }) => attempts.length));
    assert.ok(reached.has(0) && reached.has(1) && reached.has(2), 'refused calls, and hunts of several attempts');
    assert.equal(new Set(bench.switch.cdrs.map(({ shard }) => shard)).size, SHARDS);
    assert.deepEqual(bench.switch.defects, []);
  });
}
