// The start file: what is taken, what is refused, and how it is said.

import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { parseConfig } from '../src/config.ts';
import { defaultSinks } from '../src/sink-settings.ts';
import { type Refusal, TandemError } from '../src/tandem-error.ts';

const PATH = '/etc/tandem/tandem.yaml';

function refusals(text: string): readonly Refusal[] {
  try {
    parseConfig(text, PATH);
  } catch (error) {
    assert.ok(error instanceof TandemError);
    assert.equal(error.code, 'TANDEM_CONFIG_REFUSED');
    return error.refusals;
  }
  return assert.fail('it was taken');
}

test('a full file is taken as written', () => {
  const config = parseConfig(
    `
data: /var/lib/tandem
keyFile: store.key
shards: 3
node: fra-1
dnsServers: [192.0.2.53, "[2001:db8::53]:5353"]
lrnUrl: http://127.0.0.1:8099/lrn
listeners:
  - { transport: udp, address: 192.0.2.1, port: 5060, advertised: sip.example.com:5070 }
  - address: 2001:db8::1
    advertised: "[2001:db8::2]:5062"
  - { address: 127.0.0.1, port: 0 }
management: { address: 0.0.0.0, port: 9090 }
durability: strict
drainSeconds: 30
`,
    PATH,
  );
  assert.deepEqual(config, {
    dataPath: '/var/lib/tandem',
    keyFile: '/etc/tandem/store.key',
    shardCount: 3,
    node: 'fra-1',
    dnsServers: ['192.0.2.53', '[2001:db8::53]:5353'],
    lrnUrl: 'http://127.0.0.1:8099/lrn',
    listeners: [
      { transport: 'udp', address: '192.0.2.1', port: 5060, advertisedHost: 'sip.example.com', advertisedPort: 5070 },
      { transport: 'udp', address: '2001:db8::1', port: 5060, advertisedHost: '2001:db8::2', advertisedPort: 5062 },
      { transport: 'udp', address: '127.0.0.1', port: 0, advertisedHost: '127.0.0.1', advertisedPort: 0 },
    ],
    management: { address: '0.0.0.0', port: 9090 },
    sinks: defaultSinks('/var/lib/tandem'),
    diskShare: 50,
    durability: 'strict',
    drainSeconds: 30,
  });
});

test('what is left out takes its default: cores - 1 shards, a single one inline, management on loopback', () => {
  const config = parseConfig('node: n1', PATH);
  assert.equal(config.dataPath, '/etc/tandem/data');
  const workers = availableParallelism() - 1;
  assert.equal(config.shardCount, workers >= 2 ? workers : 0);
  assert.deepEqual(config.management, { address: '127.0.0.1', port: 8080 });
  assert.deepEqual(
    config.listeners.map(({ address, port }) => [address, port]),
    [['0.0.0.0', 5060]],
  );
});

test('a wildcard listener advertises an address that peers can send to', () => {
  const [listener] = parseConfig('listeners: [{ address: 0.0.0.0 }]', PATH).listeners;
  assert.notEqual(listener?.advertisedHost, '0.0.0.0');
  assert.match(listener?.advertisedHost ?? '', /^\d+\.\d+\.\d+\.\d+$/);
});

test('a relative data directory stands against the file, not against where the command runs', () => {
  assert.equal(parseConfig('data: records', PATH).dataPath, '/etc/tandem/records');
});

test('a key file in the data directory is refused: whoever copies one has both', () => {
  const refusalsOf = (file: string): unknown => {
    try {
      return parseConfig(`data: /var/lib/tandem\nkeyFile: ${file}\n`, PATH).keyFile;
    } catch (error) {
      return error instanceof TandemError && error.refusals.map(({ field }) => field);
    }
  };
  assert.deepEqual(refusalsOf('/var/lib/tandem/store.key'), ['keyFile']);
  assert.deepEqual(refusalsOf('../../var/lib/tandem/keys/one'), ['keyFile']);
  assert.equal(refusalsOf('/var/lib/tandem.key'), '/var/lib/tandem.key');
});

test('every fault is told with its line and field', () => {
  const text = `
shards: 257
listners: []
node: "two words"
listeners:
  - { address: nowhere, port: 70000 }
  - { transport: tcp, address: 127.0.0.1, advertised: 0.0.0.0 }
management:
  port: http
`;
  assert.deepEqual(
    refusals(text).map(({ line, field }) => [line, field]),
    [
      [2, 'shards'],
      [3, 'listners'],
      [4, 'node'],
      [6, 'listeners[0].address'],
      [6, 'listeners[0].port'],
      [7, 'listeners[1].transport'],
      [7, 'listeners[1].advertised'],
      [9, 'management.port'],
    ],
  );
  assert.equal(refusals('listners: []')[0]?.reason, 'is not a field here; did you mean listeners?');
});

test('no listener, and one place twice, are refused', () => {
  assert.match(refusals('listeners: []')[0]?.reason ?? '', /at least one/);
  const twice = 'listeners: [{ address: 127.0.0.1 }, { address: 127.0.0.1, port: 5060 }]';
  assert.match(refusals(twice)[0]?.reason ?? '', /127.0.0.1 port 5060 twice/);
});

for (const text of ['', '- a', 'just words', 'a: [', 'node: a\nnode: b', 'node: *x', '\tnode: a']) {
  test(`what is no table of fields is refused: ${JSON.stringify(text)}`, () => {
    assert.ok(refusals(text).length > 0);
  });
}

test('the name of a node can be the end of a subject of NATS: its dots stand between words', () => {
  const isTaken = (node: string): boolean => {
    try {
      return parseConfig(`node: "${node}"`, PATH).node === node;
    } catch {
      return false;
    }
  };
  assert.deepEqual(['fra-1.example', 'a..b', 'a.', '.a', 'x'.repeat(63), 'x'.repeat(64)].map(isTaken), [
    true,
    false,
    false,
    false,
    true,
    false,
  ]);
});
