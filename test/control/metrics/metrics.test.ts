// The metrics page: what is in shared memory is on it, as Prometheus reads it.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { EdgeNumbers } from '../../../src/control/messages.ts';
import { GATEWAY_LABELS_MAX, labelGateways } from '../../../src/control/metrics/gateway-labels.ts';
import { ShardNumber } from '../../../src/core/shard/counters.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';
import { temporaryDirectory } from '../../store/temporary-directory.ts';
import { ask, type ControlFixture, NETWORK, openControl, WALL_MS } from '../control-fixture.ts';
import { promtool } from './promtool.ts';

async function page(
  context: TestContext,
  load: (fixture: ControlFixture) => void,
): Promise<ReadonlyMap<string, string>> {
  const path = temporaryDirectory();
  const fixture = openControl(path, { shardCount: 2 });
  const port = await fixture.control.start();
  context.after(() => fixture.control.stop());
  fixture.control.tick(0);
  await ask(path, port, 'POST /api/v1/apply', { body: NETWORK });
  load(fixture);
  const { text, type } = await ask(path, port, 'GET /metrics', { token: '' });
  assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
  const checked = promtool(context, ['check', 'metrics'], text);
  if (checked !== null) assert.equal(checked.status, 0, checked.output);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]));
}

const EDGE: EdgeNumbers = {
  datagramsReceived: 70,
  datagramsSent: 60,
  sendErrors: 2,
  screened: { keepAlive: 4, noPort: 0, readError: 0, ringFull: 1 },
  newCalls: { admitted: { first: 8, repeated: 0 }, refused: { waited: 3 }, dropped: { stale: 1 }, acksAbsorbed: 2 },
  isOverloaded: true,
  longestWaitMs: 60,
};

test('calls, attempts, delays and limits of all shards stand on the page', async (context) => {
  const found = await page(context, ({ shards, control }) => {
    const [first, second] = shards;
    first?.begin(sampleCdr(1), [1, 2]);
    const ended = sampleCdr(2, WALL_MS);
    second?.end(second.begin(ended, [1, 2]), ended, [1, 2]);
    first?.counters.addAttempt(2, '486');
    second?.counters.addAttempt(2, '486');
    second?.counters.addAttempt(3, 'timeout');
    first?.counters.addDelay(2, 30);
    second?.counters.addDelay(2, 700);
    second?.counters.addDelay(2, 90_000);
    first?.counters.add(ShardNumber.answered);
    second?.counters.add(ShardNumber.refusalAcks, 3);
    second?.counters.add(ShardNumber.requestsRefused, 4);
    second?.counters.add(ShardNumber.requestsUnheard, 5);
    second?.counters.add(ShardNumber.requestsWithoutRoom, 6);
    first?.counters.addProbe(3, 'unanswered');
    second?.counters.addProbe(3, 'unanswered');
    first?.counters.addPass(3, 'locked');
    second?.counters.addPass(3, 'locked');
    control.view.health.timedOut(3, 1, 0);
    control.view.health.ban(3, 40_000, 1_000);
    for (let call = 0; call < 20; call++) control.view.health.throttle.refused(2, 0);
    control.view.health.throttle.offered(2, 1_000);
    control.tick(1_000);
    control.hear({ kind: 'shardRestarted', shard: 1 });
    control.hear({ kind: 'edge', numbers: EDGE });
  });
  const expected = {
    tandem_calls_active: '1',
    'tandem_calls_total{end_reason="Normal"}': '1',
    'tandem_calls_total{end_reason="Busy"}': '0',
    tandem_calls_begun_total: '2',
    tandem_calls_answered_total: '1',
    'tandem_gateway_calls_active{gateway="Alpha",kind="mapping"}': '1',
    'tandem_gateway_calls_active{gateway="Two",kind="routing"}': '0',
    'tandem_gateway_capacity{gateway="One",kind="routing"}': '5',
    'tandem_asr{gateway="One",kind="routing"}': '1',
    'tandem_ner{gateway="One",kind="routing"}': '1',
    'tandem_acd_seconds{gateway="Alpha",kind="mapping"}': '10',
    'tandem_gateway_passed_total{gateway="Two",why="locked"}': '2',
    'tandem_attempts_total{gateway="One",code="486"}': '2',
    'tandem_attempts_total{gateway="Two",code="timeout"}': '1',
    'tandem_gateway_up{gateway="One"}': '1',
    'tandem_gateway_up{gateway="Two"}': '0',
    'tandem_gateway_banned_seconds{gateway="One"}': '0',
    'tandem_gateway_banned_seconds{gateway="Two"}': '40',
    'tandem_gateway_throttle_cps{gateway="One"}': '10',
    'tandem_gateway_probes_total{gateway="Two",outcome="unanswered"}': '2',
    'tandem_pdd_seconds_bucket{gateway="One",le="0.05"}': '1',
    'tandem_pdd_seconds_bucket{gateway="One",le="0.5"}': '1',
    'tandem_pdd_seconds_bucket{gateway="One",le="1"}': '2',
    'tandem_pdd_seconds_bucket{gateway="One",le="60"}': '2',
    'tandem_pdd_seconds_bucket{gateway="One",le="+Inf"}': '3',
    'tandem_pdd_seconds_sum{gateway="One"}': '90.73',
    'tandem_pdd_seconds_count{gateway="One"}': '3',
    'tandem_datagrams_total{direction="received"}': '70',
    'tandem_screened_total{why="keepAlive"}': '4',
    tandem_overload: '1',
    tandem_overload_wait_seconds: '0.06',
    'tandem_overload_invites_total{verdict="admitted",why="first"}': '8',
    'tandem_overload_invites_total{verdict="refused",why="waited"}': '3',
    'tandem_overload_invites_total{verdict="dropped",why="stale"}': '1',
    tandem_overload_acks_total: '2',
    'tandem_requests_refused_total{how="answered"}': '4',
    'tandem_requests_refused_total{how="unheard"}': '5',
    'tandem_requests_refused_total{how="full"}': '6',
    tandem_refusal_acks_total: '3',
    'tandem_shard_restarts_total{shard="1"}': '1',
    'tandem_shard_snapshot_version{shard="0"}': '1',
    'tandem_shard_snapshot_version{shard="1"}': '-1',
    tandem_snapshot_version: '1',
    tandem_limit_drift: '0',
    tandem_cdr_written_total: '1',
    tandem_cdr_spool_records: '1',
    [`tandem_build_info{version="0.1.0",node="${process.version}"}`]: '1',
  };
  for (const [line, value] of Object.entries(expected)) assert.equal(found.get(line), value, line);
  assert.equal(found.has('tandem_gateway_capacity{gateway="Two",kind="routing"}'), false, 'no limit, no line');
  assert.equal(found.has('tandem_gateway_throttle_cps{gateway="Two"}'), false, 'not throttled, no line');
  assert.equal(found.has('tandem_asr{gateway="Two",kind="routing"}'), false, 'no call, no rate');
});

test('the calls of a shard that died count as ended by SwitchRestart', async (context) => {
  const found = await page(context, ({ shards }) => shards[0]?.counters.add(ShardNumber.callsSettled, 3));
  assert.equal(found.get('tandem_calls_total{end_reason="SwitchRestart"}'), '3');
  assert.equal(found.get('tandem_calls_begun_total'), '0', 'they were counted when they began');
});

test('the lag of the event loop is taken at a scrape, and not watched between scrapes', async (context) => {
  const found = await page(context, () => undefined);
  assert.ok(found.has('nodejs_eventloop_lag_seconds'));
  assert.deepEqual(
    [...found.keys()].filter((name) => name.startsWith('nodejs_eventloop_lag_')),
    ['nodejs_eventloop_lag_seconds'],
  );
});

test('a gateway name cannot break the page', async (context) => {
  const path = temporaryDirectory();
  const { control } = openControl(path);
  const port = await control.start();
  context.after(() => control.stop());
  const body = NETWORK.replaceAll('One', 'Ünë & (näme) 1');
  assert.equal((await ask(path, port, 'POST /api/v1/apply', { body })).status, 200);
  const { text } = await ask(path, port, 'GET /metrics');
  assert.ok(text.includes('gateway="Ünë & (näme) 1"'));
});

test('GATEWAY_LABELS_MAX gateways are named, the rest are counted together', () => {
  const gateways = Array.from({ length: GATEWAY_LABELS_MAX + 3 }, (_, index) => ({
    name: `G${index}`,
    slot: index + 1,
    capacity: 10,
  })) as unknown as Parameters<typeof labelGateways>[0];
  const labelled = labelGateways(gateways);
  assert.equal(labelled.length, GATEWAY_LABELS_MAX + 1);
  assert.deepEqual(labelled.at(-1), { gateway: '(others)', slots: [1001, 1002, 1003], capacity: 30 });
});
