// New calls under load, in a time that the test sets: who is let in, who waits, who is refused; and all are counted.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WAITING_INVITES_MAX } from '../../src/core/base/limits.ts';
import { ALICE, Bench, BINDING, BOB, textOf } from './new-calls-bench.ts';

describe('at ease', () => {
  test('a new call is let in at the end of the turn', () => {
    const bench = new Bench();
    assert.equal(bench.invite('a'), false);
    assert.deepEqual(bench.admitted, []);
    bench.serve();
    assert.deepEqual([bench.admitted, bench.calls.waitingCount, bench.calls.counts.admitted.first], [['a'], 0, 1]);
  });

  test('an INVITE inside a dialog never waits', () => {
    const bench = new Bench();
    assert.equal(bench.receive(textOf('INVITE', 'a', ';tag=2')), true);
  });

  test('17.2.1: a repetition of an INVITE that was let in goes on to its transaction', () => {
    const bench = new Bench();
    bench.invite('a');
    bench.serve();
    assert.equal(bench.invite('a'), true);
    assert.deepEqual([bench.calls.counts.admitted.first, bench.calls.counts.admitted.repeated], [1, 1]);
  });

  test('9.2: a CANCEL of an INVITE that waits goes on after it, once; of any other it goes on at once', () => {
    const bench = new Bench();
    assert.equal(bench.cancel('a'), false);
    for (const name of ['a', 'a', 'b']) bench.invite(name);
    assert.deepEqual([bench.cancel('a'), bench.cancel('a'), bench.cancel('c')], [true, true, false]);
    bench.serve();
    assert.deepEqual([bench.admitted.length, bench.cancelled], [3, ['a after 3']]);
    assert.deepEqual([bench.cancel('a'), bench.cancel('b')], [false, false]);
    bench.serve();
    assert.deepEqual(bench.cancelled, ['a after 3']);
  });

  test('a repetition that waits too long after the first was let in is not refused: its call has begun', () => {
    const bench = new Bench();
    bench.invite('a');
    bench.invite('a');
    bench.takes = 1;
    bench.serve();
    bench.nowMs += 2_001;
    bench.serve();
    const { admitted, refused, dropped } = bench.calls.counts;
    assert.deepEqual([bench.admitted, bench.refused, bench.calls.waitingCount], [['a'], [], 0]);
    assert.deepEqual([admitted.first, refused.waited, dropped.repeated], [1, 0, 1]);
    assert.equal(bench.calls.isOverloaded, false);
  });

  test('an ACK is nobody else’s while nothing is refused', () => {
    const bench = new Bench();
    assert.equal(bench.calls.absorbs(textOf('ACK', 'a', ';tag=2')), false);
  });
});

describe('under load', () => {
  /** One that has let in calls for so long, ms, one every 10 ms, and never all that waited; its shard is busy now. */
  function standing(ms: number): Bench {
    const bench = new Bench();
    bench.invite('before');
    for (let count = 1; count * 10 <= ms; count++) {
      bench.invite(`before${count}`);
      bench.nowMs += 10;
      bench.takes = count;
      bench.serve();
    }
    bench.admitted.length = 0;
    bench.isBusy = true;
    return bench;
  }

  /** One that refuses; `names` wait since 51 ms. */
  function late(...names: readonly string[]): Bench {
    const bench = standing(1_010);
    bench.nowMs += 41;
    bench.serve();
    assert.deepEqual(bench.refused.splice(0), ['before101']);
    for (const name of names) bench.invite(name);
    bench.nowMs += 51;
    bench.takes = Number.POSITIVE_INFINITY;
    return bench;
  }

  test('nobody is refused while calls are let in for a second only; then who has waited for 50 ms is', () => {
    const patient = standing(1_000);
    patient.nowMs += 51;
    patient.serve();
    assert.deepEqual([patient.refused, patient.turns], [[], []]);
    const bench = standing(1_010);
    bench.invite('a');
    bench.nowMs += 50;
    bench.invite('b');
    bench.serve();
    assert.deepEqual([bench.refused, bench.turns], [['before101'], [true]]);
    bench.nowMs += 1;
    bench.serve();
    assert.deepEqual([bench.refused, bench.calls.counts.refused.waited], [['before101', 'a'], 2]);
  });

  test('when nobody waits any more, patience is whole again', () => {
    const bench = standing(1_000);
    bench.isBusy = false;
    bench.takes = 1;
    bench.serve();
    assert.equal(bench.calls.waitingCount, 0);
    bench.invite('a');
    bench.invite('b');
    bench.takes = 2;
    bench.nowMs += 10;
    bench.serve();
    bench.nowMs += 51;
    bench.serve();
    assert.deepEqual([bench.calls.waitingCount, bench.refused], [1, []]);
  });

  test('a pause of a second refuses nobody, nor do nine of them', () => {
    const bench = new Bench();
    for (let count = 1; count <= 9; count++) {
      bench.invite(`a${count}`);
      bench.invite(`b${count}`);
      bench.nowMs += 1_000;
      bench.takes = 2 * count - 1;
      bench.serve();
    }
    assert.deepEqual([bench.admitted.length, bench.calls.waitingCount, bench.refused], [17, 1, []]);
  });

  test('who has waited for two seconds is dropped even so', () => {
    const bench = new Bench();
    bench.isBusy = true;
    bench.invite('a');
    bench.nowMs += 2_000;
    bench.serve();
    assert.equal(bench.calls.waitingCount, 1);
    bench.nowMs += 1;
    bench.serve();
    assert.deepEqual([bench.calls.waitingCount, bench.refused, bench.calls.counts.dropped.stale], [0, [], 1]);
  });

  test('a burst of a dozen calls that takes 400 ms is let in to the last', () => {
    const bench = new Bench();
    bench.isBusy = true;
    for (let count = 0; count < 12; count++) bench.invite(`a${count}`);
    for (let count = 0; count < 40; count++) {
      bench.nowMs += 10;
      bench.serve();
    }
    bench.isBusy = false;
    bench.serve();
    assert.deepEqual([bench.admitted.length, bench.refused, bench.turns], [12, [], []]);
  });

  test('a repetition of a refused INVITE is refused again, though there is time now', () => {
    const bench = late('a');
    bench.serve();
    bench.isBusy = false;
    assert.equal(bench.invite('a'), false);
    bench.serve();
    assert.deepEqual([bench.refused, bench.admitted, bench.calls.counts.refused.repeated], [['a', 'a'], [], 1]);
  });

  test('the ACK of a refusal is absorbed, that of another is not', () => {
    const bench = late('a');
    bench.serve();
    assert.equal(bench.calls.absorbs(textOf('ACK', 'a', ';tag=2')), true);
    assert.equal(bench.calls.absorbs(textOf('ACK', 'b', ';tag=2')), false);
    assert.equal(bench.calls.counts.acksAbsorbed, 1);
  });

  test('18.2.2: a refusal goes where Via says, and as the gateway has it (sipResponseAddressMethod)', () => {
    const bench = new Bench();
    bench.calls.look(0.9);
    for (const [address, port] of [
      [ALICE, 5_070],
      [BOB, 40_000],
    ] as const) {
      bench.calls.receive(textOf('INVITE', address), { address, port: 40_000, listener: 0 }, 0);
      assert.equal(bench.refusedPort, port, address);
    }
  });

  test('SS_REPLY_UNAUTHORIZED Off: strangers get no 503 either, unless one of them may be a device', () => {
    for (const [parts, refused] of [
      [{ repliesToStrangers: false, isOpen: false }, ['a']],
      [{ repliesToStrangers: false }, ['a', 'x']],
      [{ isOpen: false }, ['a', 'x']],
    ] as const) {
      const bench = new Bench(parts);
      bench.calls.look(0.9);
      bench.invite('a');
      bench.invite('x', '198.51.100.1');
      assert.deepEqual([bench.refused, bench.calls.counts.dropped.unheard], [refused, 2 - refused.length]);
    }
  });

  test('a repetition that waited beside its first goes in with it', () => {
    const bench = new Bench();
    bench.invite('a');
    bench.invite('a');
    bench.serve();
    assert.deepEqual(
      [bench.admitted, bench.calls.counts.admitted.first, bench.calls.counts.admitted.repeated],
      [['a', 'a'], 1, 1],
    );
  });

  test('a repetition that waited beside its first is refused with it', () => {
    const bench = late('a');
    bench.invite('a');
    bench.serve();
    bench.isBusy = false;
    bench.serve();
    assert.deepEqual([bench.refused, bench.admitted], [['a', 'a'], []]);
  });

  test('a CANCEL of an INVITE that is refused goes on all the same, to be told that there is nothing to cancel', () => {
    const bench = late('a');
    bench.cancel('a');
    bench.calls.refuse(false);
    assert.deepEqual([bench.refused, bench.cancelled], [['a'], []]);
    bench.serve();
    assert.deepEqual(bench.cancelled, ['a after 0']);
  });

  test('in an overload who waited over 500 ms is dropped: it has repeated its INVITE', () => {
    const bench = late('a');
    bench.nowMs += 450;
    bench.serve();
    assert.deepEqual([bench.refused, bench.calls.counts.dropped.stale], [[], 1]);
  });

  test('who has waited too long is refused while nobody may be let in', () => {
    const bench = late('a');
    bench.isBusy = false;
    bench.invite('b');
    bench.calls.refuse(false);
    assert.deepEqual([bench.refused, bench.admitted, bench.calls.waitingCount], [['a'], [], 1]);
  });

  test('refusals take two milliseconds of a turn, half of one in a flood; the rest has its turn', () => {
    const bench = late('a', 'b', 'c', 'd');
    bench.refusalMs = 1.2;
    bench.serve();
    assert.deepEqual([bench.refused, bench.calls.waitingCount], [['a', 'b'], 2]);
    bench.calls.refuse(true);
    assert.deepEqual(bench.refused, ['a', 'b', 'c']);
    bench.serve();
    assert.deepEqual(bench.refused, ['a', 'b', 'c', 'd']);
  });

  test('a flood of one customer, or of strangers, delays another customer by one place', () => {
    const bench = new Bench();
    for (let count = 0; count < 100; count++) bench.invite(`a${count}`, ALICE);
    for (let count = 0; count < 100; count++) bench.invite(`x${count}`, `198.51.100.${count}`);
    bench.invite('b', BOB);
    bench.serve();
    assert.deepEqual(bench.admitted.slice(0, 4), ['a0', 'x0', 'b', 'a1']);
  });

  test('a registered device waits behind no stranger; when its registration is over it is one', () => {
    const bench = new Bench();
    for (let count = 0; count < 100; count++) bench.invite(`x${count}`, `198.51.100.${count}`);
    bench.invite('d', BINDING.address);
    bench.serve();
    assert.deepEqual(bench.admitted.slice(0, 3), ['x0', 'd', 'x1']);
    const later = new Bench();
    later.nowMs = BINDING.expiresAtMs;
    for (let count = 0; count < 10; count++) later.invite(`x${count}`, `198.51.100.${count}`);
    later.invite('d', BINDING.address);
    later.serve();
    assert.equal(later.admitted.at(-1), 'd');
  });

  test('WAITING_INVITES_MAX: one share takes no more of it than it leaves; the next is dropped and counted', () => {
    const bench = new Bench();
    for (let count = 0; count <= WAITING_INVITES_MAX / 2; count++) bench.invite(`a${count}`);
    assert.deepEqual([bench.calls.waitingCount, bench.calls.counts.dropped.full], [WAITING_INVITES_MAX / 2, 1]);
  });

  test('a flood of one customer, and of strangers, leaves room for another customer', () => {
    const bench = new Bench();
    for (let count = 0; count < WAITING_INVITES_MAX; count++) {
      bench.invite(`a${count}`, ALICE);
      bench.invite(`x${count}`, '198.51.100.1');
    }
    assert.ok(bench.calls.waitingCount < WAITING_INVITES_MAX);
    bench.invite('b', BOB);
    bench.serve();
    assert.deepEqual(bench.admitted.slice(0, 4), ['a0', 'x0', 'b', 'a1']);
  });

  test('what cannot be read is let in, for the shard to refuse, or dropped', () => {
    const bench = late();
    bench.receive(Buffer.from('INVITE sip:b@x SIP/2.0\r\n\r\n'));
    bench.nowMs += 51;
    bench.receive(Buffer.from('INVITE sip:b@x SIP/2.0\r\n\r\n'));
    bench.serve();
    bench.isBusy = false;
    bench.serve();
    assert.deepEqual([bench.calls.counts.dropped.unreadable, bench.admitted], [1, ['']]);
  });

  test('an overload ends when for a second nobody new has been refused', () => {
    const bench = late('a');
    bench.serve();
    bench.isBusy = false;
    bench.nowMs += 1_000;
    bench.calls.look(0);
    assert.equal(bench.calls.isOverloaded, true);
    bench.nowMs += 1;
    bench.calls.look(0);
    assert.deepEqual([bench.calls.isOverloaded, bench.turns], [false, [true, false]]);
    bench.isBusy = true;
    bench.invite('b');
    bench.nowMs += 51;
    bench.serve();
    assert.deepEqual(bench.refused, ['a']);
  });

  test('what was refused begins no call for 32 s more: its caller knows it no longer, and nobody would end it', () => {
    const bench = late('a');
    bench.serve();
    bench.isBusy = false;
    bench.nowMs += 33_000;
    bench.calls.look(0);
    bench.invite('a');
    bench.serve();
    assert.deepEqual([bench.admitted, bench.calls.isOverloaded, bench.turns], [[], false, [true, false]]);
    assert.equal(bench.calls.absorbs(textOf('ACK', 'a', ';tag=2')), true);
    bench.nowMs += 1;
    bench.calls.look(0);
    bench.invite('a');
    bench.serve();
    assert.deepEqual(bench.admitted, ['a']);
  });

  test('of thousands of refused INVITEs none is let in when it is repeated', () => {
    const bench = late();
    const names = Array.from({ length: 2_000 }, (_, index) => `a${index}`);
    for (const name of names) bench.invite(name);
    bench.nowMs += 51;
    bench.serve();
    bench.isBusy = false;
    for (const name of names) bench.invite(name);
    bench.serve();
    assert.deepEqual([bench.refused.length, bench.admitted, bench.calls.waitingCount], [4_000, [], 0]);
  });

  test('a heap that is 85 % full refuses all new calls until it is 75 % full', () => {
    const bench = new Bench();
    for (const [name, ratio] of Object.entries({ a: 0.85, b: 0.86, c: 0.76, d: 0.75 })) {
      bench.calls.look(ratio);
      bench.invite(name);
      bench.serve();
    }
    assert.deepEqual([bench.admitted, bench.refused, bench.calls.counts.refused.heap], [['a', 'd'], ['b', 'c'], 2]);
  });
});
