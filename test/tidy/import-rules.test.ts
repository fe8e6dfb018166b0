import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generatorImports, sharedPackages, unlistedPackages, unreachedFiles, wrongDirections } from './import-rules.ts';
import { type Finding, sourceFile } from './source-file.ts';

function places(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ path, line }) => `${path}:${line}`);
}

function direction(path: string, text: string): readonly string[] {
  return places(wrongDirections([sourceFile(path, text)]));
}

const WRONG: readonly (readonly [from: string, to: string])[] = [
  ['src/core/base/ring.ts', '../sip/message.ts'],
  ['src/core/sip/via.ts', '../timer/wheel.ts'],
  ['src/core/sip/via.ts', '../parameters/registry.ts'],
  ['src/core/transaction/invite-client.ts', '../dialog/dialog.ts'],
  ['src/core/dialog/dialog.ts', '../transaction/ports.ts'],
  ['src/core/routing/route-plan.ts', '../sip/uri.ts'],
  ['src/core/rating/price.ts', '../routing/snapshot.ts'],
  ['src/core/call/call.ts', '../transaction/transaction-table.ts'],
  ['src/core/call/call.ts', '../shard/shard.ts'],
  ['src/core/shard/shard.ts', '../../edge/sender.ts'],
  ['src/edge/sender.ts', '../shard-host/host.ts'],
  ['src/edge/sender.ts', '../store/lmdb.ts'],
  ['src/shard-host/shard-host.ts', '../store/lmdb.ts'],
  ['src/edge/sender.ts', '../core/call/call.ts'],
  ['src/store/lmdb.ts', '../control/tables.ts'],
  ['src/cli/tandem.ts', '../core/call/call.ts'],
  ['src/config.ts', './edge/sender.ts'],
];

for (const [from, to] of WRONG) {
  test(`refused: ${from} imports ${to}`, () =>
    assert.deepEqual(direction(from, `import { a } from '${to}';`), [`${from}:1`]));
}

const RIGHT: readonly (readonly [from: string, to: string])[] = [
  ['src/core/sip/via.ts', './uri.ts'],
  ['src/core/sip/via.ts', '../base/assert.ts'],
  ['src/core/transaction/invite-client.ts', '../timer/wheel.ts'],
  ['src/core/call/hunt.ts', '../routing/route-plan.ts'],
  ['src/core/call/hunt.ts', '../parameters/registry.ts'],
  ['src/core/shard/shard.ts', '../transaction/transaction-table.ts'],
  ['src/edge/dispatcher.ts', '../core/shard/placement.ts'],
  ['src/control/publish.ts', '../store/lmdb.ts'],
  ['src/shard-host/shard-host.ts', '../store/records.ts'],
  ['src/main.ts', './edge/sender.ts'],
  ['src/cli/tandem.ts', '../main.ts'],
];

for (const [from, to] of RIGHT) {
  test(`allowed: ${from} imports ${to}`, () => assert.deepEqual(direction(from, `import { a } from '${to}';`), []));
}

test('where only types may come from, import type is the way', () => {
  const types = "import type { Call } from '../core/call/call.ts';\n";
  assert.deepEqual(direction('src/edge/sender.ts', types), []);
  assert.deepEqual(direction('src/core/call/call.ts', "import type { Key } from '../transaction/ports.ts';\n"), []);
  assert.deepEqual(direction('src/core/dialog/dialog.ts', "import type { Key } from '../transaction/ports.ts';\n"), [
    'src/core/dialog/dialog.ts:1',
  ]);
});

test('a folder that no zone holds is a finding', () => {
  assert.deepEqual(direction('src/misc/a.ts', ''), ['src/misc/a.ts:1']);
});

test('the load suite may not lean on the parser, its micro benchmarks may', () => {
  const text = "\nimport { parseMessage } from '../src/core/sip/parse-message.ts';\n";
  assert.deepEqual(places(generatorImports([sourceFile('native-free-bench/caller.ts', text)])), [
    'native-free-bench/caller.ts:2',
  ]);
  const micro = "import { parseMessage } from '../../src/core/sip/parse-message.ts';\n";
  assert.deepEqual(places(generatorImports([sourceFile('native-free-bench/micro/parse.ts', micro)])), []);
});

test('a package has one owner, neither none nor two', () => {
  const owner = sourceFile('src/store/lmdb.ts', "import { open } from 'lmdb';\n");
  const second = sourceFile('src/store/other.ts', "\nimport { open } from 'lmdb/node.js';\n");
  assert.deepEqual(places(sharedPackages([owner], ['lmdb'])), []);
  assert.deepEqual(places(sharedPackages([owner, second], ['lmdb'])), ['src/store/other.ts:2']);
  assert.deepEqual(places(sharedPackages([], ['lmdb'])), ['package.json:1']);
});

test('a dependency nobody listed is a finding', () => {
  assert.deepEqual(places(unlistedPackages('{"dependencies":{"yaml":"1"}}')), []);
  assert.deepEqual(places(unlistedPackages('{"dependencies":{"left-pad":"1"}}')), ['package.json:1']);
  assert.deepEqual(places(unlistedPackages('{}')), []);
});

test('a file is reached by imports or as the worker a string names; a pair that knows only itself is not', () => {
  const files = [
    sourceFile('src/cli/tandem.ts', "import { start } from '../main.ts';\n"),
    sourceFile('src/main.ts', "const worker = new URL('./shard-host/worker.js', import.meta.url);\n"),
    sourceFile('src/shard-host/worker.ts', ''),
    sourceFile('src/core/call/one.ts', "import { two } from './two.ts';\n"),
    sourceFile('src/core/call/two.ts', "import { one } from './one.ts';\n"),
  ];
  assert.deepEqual(places(unreachedFiles(files)), ['src/core/call/one.ts:1', 'src/core/call/two.ts:1']);
});
