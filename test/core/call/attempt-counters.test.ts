// The counters of an attempt: its gateway's and those of the groups that this is in, all of them taken or none; and by
// what it is counted when nobody has answered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admission } from '../../../src/core/admission/admission.ts';
import { GatewayHealth } from '../../../src/core/admission/gateway-health.ts';
import { QualityBoard } from '../../../src/core/admission/quality.ts';
import { takeGateway } from '../../../src/core/call/attempt-counters.ts';
import { LiveRecord } from '../../../src/core/call/call-record.ts';
import type { RoutingView, Surroundings } from '../../../src/core/call/ports.ts';
import { Candidate } from '../../../src/core/routing/candidate.ts';
import type { SharedLimit } from '../../../src/core/routing/snapshot.ts';
import { ATTEMPT_CODES } from '../../../src/core/shard/counters.ts';
import { mappingGateway, parameters, routes, routingGateway } from '../../simulator/trunks.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';
import { RouteBench } from '../routing/route-bench.ts';

const [GATEWAY, GROUP, OTHER_GROUP] = [2, 3, 4] as const;
const SLOTS = [GATEWAY, GROUP, OTHER_GROUP];
const ONCE = { cps: 1, cpsBurst: null };

function groupOf(slot: number): SharedLimit {
  return { kind: 'group', name: `group ${slot}`, slot, capacity: 1, ...ONCE };
}

/** A gateway in two groups, each of which may have one call, and begin one a second. */
class Stage {
  readonly admission = new Admission(Admission.allocate(8, 8), { taken: Admission.allocateTaken(8, 8), shardIndex: 0 });
  readonly record = new LiveRecord(sampleCdr(1), 0);
  readonly #gateway = routingGateway(GATEWAY, {
    capacity: 1,
    ...ONCE,
    shared: [groupOf(GROUP), groupOf(OTHER_GROUP)],
  });

  take(): string | null {
    const around = {
      admission: this.admission,
      health: new GatewayHealth(GatewayHealth.allocate()),
      quality: new QualityBoard(QualityBoard.allocate()),
      routeConditions: { closed: () => null },
      isLocked: () => false,
      nowMs: 0,
      wallMs: 0,
    };
    const candidate = new Candidate(this.#gateway, '');
    return takeGateway(around as unknown as Surroundings, this.record, candidate, {} as RoutingView);
  }

  /** Calls of the gateway and its groups, and whether each may begin one. */
  held(): readonly [readonly number[], readonly boolean[]] {
    const calls = SLOTS.map((slot) => this.admission.calls(slot));
    return [calls, SLOTS.map((slot) => this.admission.hasRate(slot, ONCE, 0))];
  }
}

test('an attempt takes a call and a turn of its gateway and of each group', () => {
  const stage = new Stage();
  assert.equal(stage.take(), null);
  assert.deepEqual(stage.held(), [
    [1, 1, 1],
    [false, false, false],
  ]);
  assert.deepEqual(stage.record.slots, SLOTS);
});

test('where the last group has no turn left the others keep theirs, and nothing is held', () => {
  const stage = new Stage();
  stage.admission.takeRate(OTHER_GROUP, ONCE, 0);
  assert.equal(stage.take(), 'groupRate');
  assert.deepEqual(stage.held(), [
    [0, 0, 0],
    [true, true, false],
  ]);
  assert.deepEqual(stage.record.slots, []);
});

test('where the last group is full nothing is held of the others', () => {
  const stage = new Stage();
  stage.admission.takeCall(OTHER_GROUP, 1);
  assert.equal(stage.take(), 'groupFull');
  assert.deepEqual(stage.held(), [
    [0, 0, 1],
    [true, true, true],
  ]);
  assert.deepEqual(stage.record.slots, []);
});

test('a gateway where the called party rings for too long is no silent one', () => {
  for (const [rings, code] of [
    [true, 'unanswered'],
    [false, 'timeout'],
  ] as const) {
    const bench = new RouteBench({
      version: 1,
      mappingGateways: [mappingGateway(1)],
      ...routes([routingGateway(GATEWAY, { prefixes: ['49'] })]),
      parameters: parameters({}),
    });
    bench.call({ from: 'customer-1', callee: '49301', answers: () => 200, delayMs: 3_600_000, rings });
    bench.runUntil(600_000);
    const [counters] = bench.switch.counters;
    const counted = ATTEMPT_CODES.filter((one) => (counters?.attempts(GATEWAY, one) ?? 0) > 0);
    assert.deepEqual(counted, [code]);
  }
});
