// The load suite's own parts, and the generator against itself: caller to answerer, without a switch between them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readBenchOptions } from '../../native-free-bench/bench-options.ts';
import { nothing } from '../../native-free-bench/compare.ts';
import { htmlReport } from '../../native-free-bench/html-report.ts';
import { thisMachine } from '../../native-free-bench/machine.ts';
import { runProfile } from '../../native-free-bench/profile-run.ts';
import { PROFILES, type Profile } from '../../native-free-bench/profiles.ts';
import { memorySlope } from '../../native-free-bench/system-samples.ts';
import { Arrivals } from '../../native-free-bench/traffic/arrivals.ts';
import { Chance } from '../../native-free-bench/traffic/chance.ts';
import { DueQueue } from '../../native-free-bench/traffic/due-queue.ts';
import { LatencyHistogram } from '../../native-free-bench/traffic/histogram.ts';
import { TrafficEnds } from '../../native-free-bench/traffic/traffic-ends.ts';

function profile(name: string): Profile {
  const found = PROFILES.find((one) => one.name === name);
  assert.ok(found !== undefined, name);
  return found;
}

/** Due times of all arrivals, ms. */
function arrivalsOf(arrivals: Arrivals): number[] {
  const times: number[] = [];
  for (; arrivals.nextDueMs !== Number.POSITIVE_INFINITY; arrivals.advance()) times.push(arrivals.nextDueMs);
  return times;
}

describe('arrivals', () => {
  test('constant ones are evenly spaced, step by step', () => {
    const steps = [
      { callsPerSecond: 2, seconds: 1 },
      { callsPerSecond: 0, seconds: 1 },
      { callsPerSecond: 4, seconds: 1 },
    ];
    assert.deepEqual(arrivalsOf(new Arrivals('constant', steps, new Chance(1), 0)), [0, 500, 2000, 2250, 2500, 2750]);
  });

  test('those of independent callers have the rate on average, and spread as the square root of it', () => {
    const steps = [{ callsPerSecond: 100, seconds: 100 }];
    const times = arrivalsOf(new Arrivals('poisson', steps, new Chance(7), 0));
    assert.ok(Math.abs(times.length - 10_000) < 400, `${times.length}`);
    const perSecond = new Array<number>(100).fill(0);
    for (const time of times) perSecond[Math.floor(time / 1000)] = (perSecond[Math.floor(time / 1000)] ?? 0) + 1;
    const variance = perSecond.reduce((sum, count) => sum + (count - 100) ** 2, 0) / 100;
    assert.ok(variance > 60 && variance < 150, `${variance}`);
  });

  test('the same seed makes the same calls', () => {
    const times = (seed: number): number[] =>
      arrivalsOf(new Arrivals('poisson', [{ callsPerSecond: 50, seconds: 2 }], new Chance(seed), 0));
    assert.deepEqual(times(3), times(3));
    assert.notDeepEqual(times(3), times(4));
  });
});

test('what is due comes in the order of its times, equal ones as they were put in', () => {
  const queue = new DueQueue<string>();
  for (const [item, dueAtMs] of [
    ['c', 30],
    ['a', 10],
    ['d', 30],
    ['b', 20],
    ['e', 40],
  ] as const) {
    queue.add(item, dueAtMs);
  }
  const ran: string[] = [];
  queue.runDue(35, (item) => ran.push(item));
  assert.deepEqual(ran, ['a', 'b', 'c', 'd']);
  assert.equal(queue.size, 1);
});

test('histograms of several ends add up', () => {
  const [one, other] = [new LatencyHistogram(), new LatencyHistogram()];
  for (let micros = 1; micros <= 100; micros++) one.record(micros * 1000);
  for (let count = 0; count < 100; count++) other.record(500_000);
  const { count, p50, p99, max } = LatencyHistogram.of(one.encoded(), other.encoded()).latency();
  assert.equal(count, 200);
  assert.ok(Math.abs(p50 - 100) < 1 && Math.abs(p99 - 500) < 1 && Math.abs(max - 500) < 1, `${p50} ${p99} ${max}`);
});

test('the slope of memory is that of its second half', () => {
  const seconds = Array.from({ length: 40 }, (_, second) => {
    return { second, cpuShare: 0, residentBytes: second < 20 ? second * 1e6 : 20e6 + (second - 20) * 100 };
  });
  assert.ok(Math.abs(memorySlope(seconds) - 100) < 1e-6);
});

test('garbage that comes and goes is no slope, what stays is', () => {
  const seconds = Array.from({ length: 600 }, (_, second) => {
    return { second, cpuShare: 0, residentBytes: 1e8 + (second % 13) * 1e6 + second * 500 };
  });
  assert.ok(Math.abs(memorySlope(seconds) - 500) < 50);
  assert.ok(
    Math.abs(memorySlope(seconds.map((one) => ({ ...one, residentBytes: one.residentBytes - one.second * 500 })))) < 50,
  );
});

test('a ramp has a step for each second, a target needs its vendor, a capture a profile, runs a comparison', () => {
  const { ramp } = readBenchOptions(['basic', '--ramp', '100:300:3']);
  assert.deepEqual(
    ramp?.map(({ callsPerSecond }) => callsPerSecond),
    [100, 200, 300],
  );
  assert.throws(() => readBenchOptions(['basic', '--target', '127.0.0.1:5060']), /--answer-on/);
  assert.throws(() => readBenchOptions(['compare', '--capture']), /one profile/);
  assert.throws(() => readBenchOptions(['basic', '--runs', '3']), /--runs goes with compare/);
  for (const words of [
    ['basic', '--with', 'kamailio'],
    ['quick', '--against', 'HEAD'],
    ['records', '--with', 'kamailio'],
  ])
    assert.throws(() => readBenchOptions(words), /--with and --against go with compare/, words.join(' '));
  assert.deepEqual(readBenchOptions(['peak', '--with', 'kamailio']).kamailios, ['kamailio']);
  assert.equal(readBenchOptions(['--against', 'HEAD']).command, 'compare');
  assert.equal(readBenchOptions(['basic', '--capture']).isCaptured, true);
  assert.throws(() => readBenchOptions(['soak', '--json', 'report.json']), /"report.json" is a word too many/);
  assert.throws(() => readBenchOptions(['table', 'basic', '500']), /"500" is a word too many/);
  assert.equal(readBenchOptions(['compare', 'basic', '--warm-up', '15']).warmUpSeconds, 15);
});

describe('caller and answerer', () => {
  let ends: TrafficEnds;
  before(async () => {
    ends = await TrafficEnds.start();
  });
  after(() => ends.stop());

  test('every kind of call comes to the end it should have, and is counted once', async () => {
    const mixed = { ...profile('mixed'), patienceMs: 20_000 };
    const run = await runProfile(
      ends,
      nothing(ends),
      { ...mixed, mix: mixed.mix.map((kind) => ({ ...kind, holdMs: 200 })) },
      { steps: [{ callsPerSecond: 100, seconds: 2 }], seed: 5 },
    );
    assert.deepEqual(run.failed, {});
    assert.equal(run.succeeded, run.offered);
    assert.ok(run.answered > 0 && run.answered < run.offered);
    assert.ok(run.latencies.inviteAdded.count > 0 && run.latencies.answerAdded.count > 0);
  });

  test('calls survive loss, repetition and disorder', async () => {
    // Without a system between them a datagram suffers at both ends: with all of it, one request in 700 000 would be
    // lost eight times. Half at each end is the loss of a way through a system, and one in a hundred million.
    const { loss, duplicate, reorder } = profile('lossy').impairment ?? assert.fail('it has an impairment');
    const impairment = { loss: loss / 2, duplicate: duplicate / 2, reorder: reorder / 2 };
    const lossy = { ...profile('lossy'), impairment, mix: profile('basic').mix };
    const run = await runProfile(ends, nothing(ends), lossy, { steps: [{ callsPerSecond: 200, seconds: 2 }], seed: 3 });
    assert.deepEqual(run.failed, {});
    assert.ok(run.resent.caller + run.resent.answerer > 0);
  });

  test('a generator that cannot keep up says INVALID', async () => {
    const run = await runProfile(
      ends,
      nothing(ends),
      { ...profile('basic'), patienceMs: 1_000 },
      { steps: [{ callsPerSecond: 60_000, seconds: 1 }], seed: 1 },
    );
    assert.ok(
      run.invalid.some((doubt) => /late|of a core/.test(doubt)),
      run.invalid.join('; '),
    );
    const page = htmlReport({
      title: 'a <test>',
      machine: thisMachine(),
      atIso: '',
      runs: [run],
      peaks: [],
      comparisons: [],
    });
    assert.match(page, /INVALID: /);
    assert.match(page, /a &lt;test&gt;/);
  });
});
