import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type HostAnswer, HostNames } from '../../../src/control/names/host-names.ts';
import { HOST_ADDRESSES_MAX, HOST_QUESTIONS_MAX } from '../../../src/core/base/limits.ts';

/** DNS as the test says it: each question waits until it is answered or fails. */
class Dns {
  readonly asked: string[] = [];
  changes = 0;
  readonly failed: string[] = [];
  readonly #open: { host: string; resolve: (answer: HostAnswer) => void; reject: (error: Error) => void }[] = [];

  readonly resolve = (host: string): Promise<HostAnswer> => {
    this.asked.push(host);
    return new Promise((resolve, reject) => void this.#open.push({ host, resolve, reject }));
  };

  onHostsChanged(): void {
    this.changes += 1;
  }

  onHostFailed(host: string): void {
    this.failed.push(host);
  }

  async answer(addresses: readonly string[], ttlSeconds = 60): Promise<void> {
    this.#open.shift()?.resolve({ addresses, ttlSeconds, silentFamily: null });
    await settled();
  }

  async fail(): Promise<void> {
    this.#open.shift()?.reject(new Error('SERVFAIL'));
    await settled();
  }
}

/** Lets the promises of one answer run. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function namesOf(dns: Dns, hosts: readonly string[]): HostNames {
  const names = new HostNames(dns.resolve, dns);
  names.watch(new Set(hosts));
  return names;
}

describe('what host names stand for', () => {
  test('a name is asked once, and again when its TTL is over', async () => {
    const dns = new Dns();
    const names = namesOf(dns, ['a.example']);
    names.tick(0);
    names.tick(100);
    assert.deepEqual(dns.asked, ['a.example'], 'not while the answer is under way');
    await dns.answer(['192.0.2.2', '192.0.2.1'], 30);
    assert.deepEqual(names.known(), [{ host: 'a.example', addresses: ['192.0.2.1', '192.0.2.2'] }]);
    names.tick(30_099);
    assert.equal(dns.asked.length, 1);
    names.tick(30_100);
    assert.equal(dns.asked.length, 2);
    await dns.answer(['192.0.2.1', '192.0.2.2'], 30);
    assert.equal(dns.changes, 1, 'the same addresses in another order are no change');
  });

  test('a TTL of 0 is not a question a tick, one of a year is asked again within the hour', async () => {
    const dns = new Dns();
    const names = namesOf(dns, ['a.example']);
    names.tick(0);
    await dns.answer(['192.0.2.1'], 0);
    names.tick(4_999);
    assert.equal(dns.asked.length, 1);
    names.tick(5_000);
    await dns.answer(['192.0.2.1'], 31_536_000);
    names.tick(5_000 + 3_600_000);
    assert.equal(dns.asked.length, 3);
  });

  test('while DNS fails the last good answer stands, and it is asked less and less often', async () => {
    const dns = new Dns();
    const names = namesOf(dns, ['a.example']);
    names.tick(0);
    await dns.answer(['192.0.2.1'], 5);
    let nowMs = 5_000;
    for (const pauseMs of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      names.tick(nowMs);
      await dns.fail();
      const askedCount = dns.asked.length;
      names.tick(nowMs + pauseMs - 1);
      assert.equal(dns.asked.length, askedCount, `silent for ${pauseMs} ms`);
      nowMs += pauseMs;
    }
    assert.deepEqual(names.known(), [{ host: 'a.example', addresses: ['192.0.2.1'] }]);
    assert.equal(dns.failed.length, 6);
    names.tick(nowMs);
    await dns.answer(['192.0.2.9']);
    assert.deepEqual(names.known(), [{ host: 'a.example', addresses: ['192.0.2.9'] }]);
  });

  test('HOST_QUESTIONS_MAX: so many are asked at a time, the others in their turn', async () => {
    const dns = new Dns();
    const names = namesOf(
      dns,
      Array.from({ length: HOST_QUESTIONS_MAX + 1 }, (_, i) => `h${i}.example`),
    );
    names.tick(0);
    assert.equal(dns.asked.length, HOST_QUESTIONS_MAX);
    await dns.answer(['192.0.2.1']);
    names.tick(1);
    assert.equal(dns.asked.length, HOST_QUESTIONS_MAX + 1);
  });

  test('HOST_ADDRESSES_MAX: further addresses of one name are not used', async () => {
    const dns = new Dns();
    const names = namesOf(dns, ['a.example']);
    names.tick(0);
    await dns.answer(Array.from({ length: HOST_ADDRESSES_MAX + 5 }, (_, i) => `192.0.2.${i}`));
    assert.equal(names.known()[0]?.addresses.length, HOST_ADDRESSES_MAX);
  });

  test('a name that is no longer wanted is forgotten; what a predecessor knew is known at once', () => {
    const dns = new Dns();
    const inherited = [{ host: 'a.example', addresses: ['192.0.2.1'] }];
    const names = new HostNames(dns.resolve, dns, inherited);
    names.watch(new Set(['a.example', 'b.example']));
    assert.deepEqual(names.known(), inherited);
    names.watch(new Set(['b.example']));
    assert.deepEqual(names.known(), []);
  });
});
