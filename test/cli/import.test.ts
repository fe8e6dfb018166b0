// tandem import, versions and rollback, with the switch down and with a control that runs.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { importTable } from '../../src/cli/import.ts';
import { loadConfig } from '../../src/config.ts';
import { place, running, tandem, tandemUntil } from './command-line.ts';

function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = place();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

const PREFIXES = {
  'deck.csv': 'gateway,prefix\nTwo,4930\n',
  'broken.csv': 'gateway,prefix\nTwo,4930\nTen,49\nOne,x\n',
};

test('with the switch down: import, versions, rollback', async () => {
  const directory = directoryWith(PREFIXES);
  await tandem(directory, 'apply', 'net.yaml', '--note', 'first vendors');
  const imported = await tandem(directory, 'import', 'prefixes', 'deck.csv');
  assert.equal(imported.code, 0, imported.error);
  assert.match(imported.out, /^1 row imported: version 2 is in force when the switch starts\.\n/);
  assert.match(imported.out, /tandem rollback 1 brings it back/);
  const listed = await tandem(directory, 'versions');
  const [head, ...rows] = listed.out.trim().split('\n');
  assert.match(head ?? '', /^version {2}made \(UTC\) +by +note$/);
  assert.match(rows[0] ?? '', /^ {6}2 .* prefixes from deck\.csv$/);
  assert.match(rows[1] ?? '', /^ {6}1 .* first vendors$/);
  const back = await tandem(directory, 'rollback', '1');
  assert.match(back.out, /^Version 3 is in force, with what version 1 had\. The switch is not running;/);
  assert.match(back.out, /removed {2}importedPrefixes {2}all gateways/);
  const again = await tandem(directory, 'rollback', '1');
  assert.match(again.out, /^That is so already: version 3 says what version 1 did\./);
});

test('with the switch running: the same words, through its API', async (context) => {
  const directory = directoryWith(PREFIXES);
  const { published } = await running(context, directory);
  await tandem(directory, 'apply', 'net.yaml');
  const imported = await tandem(directory, 'import', 'prefixes', 'deck.csv', '--json');
  assert.deepEqual(JSON.parse(imported.out), { version: 2, rowCount: 1, isRunning: true });
  assert.equal(published.at(-1)?.routePrefixes.length, 2);
  const listed = JSON.parse((await tandem(directory, 'versions', '--json')).out) as { versions: { note: string }[] };
  assert.equal(listed.versions[0]?.note, 'prefixes from deck.csv');
  const back = await tandem(directory, 'rollback', '1', '--note', 'too early');
  assert.match(back.out, /^Version 3 is in force, with what version 1 had\. Every shard routes by it\./);
  assert.equal(published.at(-1)?.routePrefixes.length, 1);
});

test('a broken file is refused with every line, the switch down or running', async (context) => {
  const directory = directoryWith(PREFIXES);
  await tandem(directory, 'apply', 'net.yaml');
  const expected = [
    'broken.csv was refused. Nothing was changed.',
    '',
    'line  field    reason',
    '   3  gateway  names "Ten", which is no routing gateway of the network',
    '   4  prefix   takes a prefix of up to 32 digits (0-9 * # + a-s), not "x"',
    '',
  ];
  const down = await tandem(directory, 'import', 'prefixes', 'broken.csv');
  assert.deepEqual([down.code, down.error.split('\n')], [1, expected]);
  await running(context, directory);
  await tandem(directory, 'apply', 'net.yaml');
  const up = await tandem(directory, 'import', 'prefixes', 'broken.csv');
  assert.deepEqual([up.code, up.error.split('\n')], [1, expected]);
});

test('rates: a new table needs its currency, the switch down or running', async (context) => {
  const directory = directoryWith({ 'rates.csv': 'prefix,area,price,period\n49,Germany,0.02,60\n' });
  await tandem(directory, 'apply', 'net.yaml');
  const wordless = await tandem(directory, 'import', 'rates', 'rates.csv', '--name', 'retail');
  assert.equal(wordless.code, 1);
  assert.match(wordless.error, /There is no rate table retail yet: say its currency, such as --currency EUR\./);
  const down = await tandem(directory, 'import', 'rates', 'rates.csv', '--name', 'retail', '--currency', 'EUR');
  assert.match(down.out, /^1 row imported: version 2 is in force when the switch starts\./);
  await running(context, directory);
  await tandem(directory, 'apply', 'net.yaml');
  const up = await tandem(directory, 'import', 'rates', 'rates.csv', '--name', 'retail', '--currency', 'EUR');
  assert.match(up.out, /^1 row imported: version 2 is in force\./, up.error);
  assert.match((await tandem(directory, 'import', 'rates', 'rates.csv')).error, /--name <table>/);
});

test('a file that is not there and a name that is missing are told', async () => {
  const directory = directoryWith({});
  await tandem(directory, 'apply', 'net.yaml');
  const missing = await tandem(directory, 'import', 'prefixes', 'nowhere.csv');
  assert.equal(missing.code, 2);
  assert.match(missing.error, /cannot be read/);
  const folder = await tandem(directory, 'import', 'prefixes', '.');
  assert.deepEqual([folder.code, folder.error.split(':')[0]], [2, 'The file cannot be read']);
  assert.match((await tandem(directory, 'import', 'numbers', 'nowhere.csv')).error, /--name <group>/);
  assert.match((await tandem(directory, 'rollback', 'first')).error, /whole number from 1/);
});

test('an import that its operator ends lets the next one begin at once', { timeout: 60_000 }, async (context) => {
  const directory = directoryWith({ ...PREFIXES, 'large.csv': `gateway,prefix\n${'Two,4930\n'.repeat(3_000_000)}` });
  const { control } = await running(context, directory);
  await tandem(directory, 'apply', 'net.yaml');
  const reading = async (): Promise<void> => {
    while ((control.jobs.views()[0]?.rowCount ?? 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const ended = await tandemUntil({ signal: 'SIGINT', when: reading }, directory, 'import', 'prefixes', 'large.csv');
  assert.deepEqual(ended, { code: 1, error: 'The import was cancelled. Nothing was changed.\n' });
  assert.equal(control.jobs.views()[0]?.state, 'cancelled');
  assert.match((await tandem(directory, 'import', 'prefixes', 'deck.csv')).out, /^1 row imported: version 2 /);
});

test('the line of the progress is gone before a refusal is told', async () => {
  const directory = directoryWith(PREFIXES);
  await tandem(directory, 'apply', 'net.yaml');
  const lines: string[] = [];
  const silent = (): void => undefined;
  const terminal = { isJson: false, say: silent, complain: silent, progress: (line: string) => void lines.push(line) };
  const file = join(directory, 'broken.csv');
  const options = { kind: 'prefixes', file, name: '', currency: '', note: '' } as const;
  await assert.rejects(importTable(loadConfig(join(directory, 'tandem.yaml')), options, terminal), /was refused/);
  assert.match(lines[0] ?? '', /rows read, 100 % of the file/);
  assert.equal(lines.at(-1), '');
});
