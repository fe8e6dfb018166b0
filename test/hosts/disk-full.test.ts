// A disk that is full, really: new calls get 503 and end reason Overload, those that live go on, no record is lost, and
// the switch goes on by itself when there is room again.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('./disk-full-run.js', import.meta.url));
const DATA_DIRECTORY = new URL('../../src/store/data-directory.js', import.meta.url).href;
const STORES = new URL('../../src/store/lmdb.js', import.meta.url).href;
const FORMER_LIFE = new URL('../../src/shard-host/former-life.js', import.meta.url).href;
const JOURNAL_DISK = new URL('../../src/store/journal-disk.js', import.meta.url).href;
const MAPPED_FILE = new URL('../../src/store/mapped-file.js', import.meta.url).href;

/** A namespace where this user may mount, as root or in a user namespace; null where the platform refuses. */
function namespace(): readonly string[] | null {
  for (const options of [['--mount'], ['--user', '--map-root-user', '--mount']]) {
    const tried = spawnSync('unshare', [...options, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' });
    if (tried.status === 0) return options;
  }
  return null;
}

/** Runs a program of node whose temporary directory is a small disk of its own; null where the platform refuses. */
function runOn(
  disk: string,
  words: readonly string[],
): { readonly status: number | null; readonly said: string } | null {
  const options = namespace();
  if (options === null) {
    assert.notEqual(process.env['CI'], 'true', 'this test must run in CI');
    return null;
  }
  const directory = mkdtempSync(join(tmpdir(), 'tandem-disk-'));
  try {
    const command = `mount -t tmpfs -o ${disk},mode=0777 tmpfs "$1" && export TMPDIR="$1" && shift && exec "$@"`;
    const all = [...options, 'sh', '-c', command, 'sh', directory, process.execPath, ...words];
    const { status, stdout, stderr } = spawnSync('unshare', all, { encoding: 'utf8', timeout: 240_000 });
    return { status, said: `${stdout}\n${stderr}`.trim() };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test('a full disk: 503 for new calls, the others go on, no record is lost, and it ends by itself', (context) => {
  const run = runOn('size=12m', [RUN]);
  if (run === null) return context.skip('SKIPPED: this user may not mount');
  assert.equal(run.status, 0, run.said);
  context.diagnostic(run.said);
});

test('a disk with room for half of it: nothing is mapped, for that would end the process', (context) => {
  const store = "import { tmpdir } from 'node:os'; const m = mapFile(tmpdir() + '/file', 131072); m?.fill(1);";
  const program = `import { mapFile } from ${JSON.stringify(MAPPED_FILE)}; ${store} console.log(m === null)`;
  const run = runOn('size=64k', ['--input-type=module', '-e', program]);
  if (run === null) return context.skip('SKIPPED: this user may not mount');
  assert.deepEqual(run, { status: 0, said: 'true' });
});

test('a commit of which a full disk takes a part is told as a full disk, and leaves nothing', (context) => {
  const program = `
    import { tmpdir } from 'node:os';
    import { openLmdbStores } from ${JSON.stringify(STORES)};
    const { spool } = openLmdbStores(tmpdir());
    for (let count = 0; ; count++) {
      try { spool.append([Buffer.alloc(50_000)]); } catch ({ code, cause }) {
        console.log(JSON.stringify([code, cause?.code, spool.count() === count, spool.lastPosition() === count]));
        process.exit();
      }
    }`;
  const run = runOn('size=400k', ['--input-type=module', '-e', program]);
  if (run === null) return context.skip('SKIPPED: this user may not mount');
  // 5 is EIO, as LMDB has it of a write that ended before its end.
  assert.deepEqual(run, { status: 0, said: JSON.stringify(['TANDEM_DISK_FULL', 5, true, true]) });
});

test('a start whose journal has no room says that the disk is full, and what to do', (context) => {
  const program = `
    import { writeFileSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { readFormerLife } from ${JSON.stringify(FORMER_LIFE)};
    import { journalFolder } from ${JSON.stringify(JOURNAL_DISK)};
    const journal = journalFolder(tmpdir() + '/0');
    journal.list();
    try { writeFileSync(tmpdir() + '/ballast', Buffer.alloc(1e6)); } catch {}
    try { readFormerLife(journal, false); } catch ({ code, message }) { console.log(code, message); }`;
  const run = runOn('size=64k', ['--input-type=module', '-e', program]);
  if (run === null) return context.skip('SKIPPED: this user may not mount');
  assert.match(run.said, /^TANDEM_DATA_UNUSABLE .*ENOSPC.* The disk is full: make room, and start again\.$/);
});

test('a start on a full disk says that it is full, and leaves nothing half written', (context) => {
  const program = `
    import { readdirSync, writeFileSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { claimDataDirectory } from ${JSON.stringify(DATA_DIRECTORY)};
    try { writeFileSync(tmpdir() + '/ballast', Buffer.alloc(1e6)); } catch {}
    try { claimDataDirectory(tmpdir(), { address: '127.0.0.1', port: 0 }); } catch ({ code, message }) {
      console.log(JSON.stringify([code, message, readdirSync(tmpdir()).sort()]));
    }`;
  const run = runOn('size=64k', ['--input-type=module', '-e', program]);
  if (run === null) return context.skip('SKIPPED: this user may not mount');
  const [code, message, files] = JSON.parse(run.said) as [string, string, string[]];
  assert.equal(code, 'TANDEM_DATA_UNUSABLE');
  assert.match(message, /ENOSPC.* The disk is full: make room, and start again\.$/);
  assert.deepEqual(files, ['ballast', 'lock']);
});
