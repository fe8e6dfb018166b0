// The network at rest: no password is in the files without the key, and keys change while nothing is lost.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { open as openLmdb } from 'lmdb';
import { parseNetwork } from '../../src/control/tables/network-file.ts';
import { Keyring } from '../../src/store/keyring.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import type { ConfigurationDocument } from '../../src/store/ports.ts';
import { pack } from '../../src/store/records.ts';
import { TandemError, type TandemErrorCode } from '../../src/tandem-error.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const PASSWORD = 'correct-horse-battery';
const NETWORK = parseNetwork(
  `
accounts: [{ account: alpha }]
mappingGateways:
  - { name: A, account: alpha, registerType: dynamic, registerUser: u, registerPassword: ${PASSWORD} }
`,
  'net.yaml',
);
/** Who has nothing. */
const NOBODY = 65_534;
const newKey = (): string => randomBytes(32).toString('hex');

function keyFile(...lines: string[]): string {
  const path = join(temporaryDirectory(), 'store.key');
  writeFileSync(path, lines.join('\n'), { mode: 0o600 });
  return path;
}

function document(version: number): ConfigurationDocument {
  return { version, author: 'ops', note: '', atWallMs: version, network: NETWORK, slots: [] };
}

/** Commits a version under `file`, after those that are there. */
async function commit(path: string, file: string, version: number): Promise<void> {
  const stores = openLmdbStores(path, { keyFile: file });
  assert.equal(stores.configuration.commit(document(version)), true);
  await stores.close();
}

/** The passwords of the versions there. */
async function passwords(path: string, file: string): Promise<unknown[]> {
  const { configuration, close } = openLmdbStores(path, { keyFile: file });
  const versions = configuration.versions(100).map(({ version }) => configuration.version(version));
  await close();
  return versions.map((one) => one?.network.mappingGateways[0]?.registerPassword);
}

/** What the store has of each version. */
async function stored(path: string): Promise<Buffer[]> {
  const root = openLmdb<Uint8Array, number>({ path: join(path, 'tandem.mdb'), encoding: 'binary', maxDbs: 16 });
  const versions = root.openDB<Uint8Array, number>('versions', { encoding: 'binary' });
  const found = [...versions.getRange()].map(({ value }) => Buffer.from(value));
  await root.close();
  return found;
}

function refusal(action: () => unknown): [TandemErrorCode, string] {
  try {
    action();
  } catch (error) {
    if (error instanceof TandemError) return [error.code, error.message];
    throw error;
  }
  return assert.fail('it was taken');
}

test('with a key no file of the store has a password; without one it is there in clear', async () => {
  for (const file of [keyFile(newKey()), '']) {
    const path = temporaryDirectory();
    await commit(path, file, 1);
    assert.equal(readFileSync(join(path, 'tandem.mdb')).includes(PASSWORD), file === '');
    assert.deepEqual(await passwords(path, file), [PASSWORD]);
  }
});

test('what was stored in clear is sealed at the next start, and each sealing is another', async () => {
  const path = temporaryDirectory();
  const file = keyFile('# of this switch', newKey(), '');
  await commit(path, '', 1);
  await commit(path, file, 2);
  const [one, other] = await stored(path);
  for (const bytes of [one, other]) assert.equal(bytes?.includes(PASSWORD), false);
  assert.equal(one?.equals(other ?? Buffer.alloc(0)), false);
  assert.deepEqual(await passwords(path, file), [PASSWORD, PASSWORD]);
  assert.deepEqual((await stored(path))[0], one, 'what is sealed with the first key stays as it is');
});

test('a new key before the old one seals all anew; then the old one may go, and not before', async () => {
  const path = temporaryDirectory();
  const [old, fresh] = [newKey(), newKey()];
  await commit(path, keyFile(old), 1);
  const [code, sentence] = refusal(() => openLmdbStores(path, { keyFile: keyFile(fresh) }));
  assert.equal(code, 'TANDEM_KEY_MISSING');
  assert.match(sentence, /sealed with the key [0-9a-f]{16}\. .*store\.key has it not: add it there/);
  assert.match(refusal(() => openLmdbStores(path))[1], /Name the file that has it as keyFile in the start file\./);
  assert.deepEqual(await passwords(path, keyFile(fresh, old)), [PASSWORD]);
  assert.deepEqual(await passwords(path, keyFile(fresh)), [PASSWORD]);
});

test('a version that was changed, or put in the place of another, is refused', () => {
  const keyring = Keyring.read(keyFile(newKey()));
  const sealed = keyring.seal(pack({ a: 1 }), 7);
  assert.deepEqual(keyring.open(sealed, 7), Buffer.from(pack({ a: 1 })));
  assert.match(refusal(() => keyring.open(sealed, 8))[1], /Version 8 of the network is damaged: its seal is broken/);
  for (let at = 10; at < sealed.length; at++) {
    const changed = Uint8Array.from(sealed, (byte, place) => (place === at ? byte ^ 1 : byte));
    assert.equal(refusal(() => keyring.open(changed, 7))[0], 'TANDEM_STORE_UNUSABLE');
  }
});

test('a key file that is missing, no key or for others to read is refused with how to make one', () => {
  const open = keyFile(newKey());
  chmodSync(open, 0o640);
  const files = [
    [join(temporaryDirectory(), 'none'), /ENOENT.*openssl rand -hex 32/],
    [open, /can be read by others than its user\. Mend it: chmod 600 [^ ]+$/],
  ] as const;
  const short = [keyFile(), keyFile('abc'), keyFile(newKey(), `${newKey()}0`)].map(
    (file) => [file, /64 hexa.*openssl rand -hex 32/] as const,
  );
  for (const [file, why] of [...files, ...short]) {
    const [code, sentence] = refusal(() => Keyring.read(file));
    assert.equal(code, 'TANDEM_KEY_UNUSABLE');
    assert.match(sentence, why);
  }
});

test('a key file of another user is to be given to that of the switch, not made anew', () => {
  const file = keyFile(newKey());
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  else chmodSync(file, 0);
  try {
    const [code, sentence] = refusal(() => Keyring.read(file));
    assert.equal(code, 'TANDEM_KEY_UNUSABLE');
    assert.match(sentence, /EACCES.*\. Give it to the user that runs the switch: chown USER [^ ]+$/);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});
