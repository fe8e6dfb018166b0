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
const DISK = 'size=12m,mode=0777';

/** A namespace where this user may mount, as root or in a user namespace; null where the platform refuses. */
function namespace(): readonly string[] | null {
  for (const options of [['--mount'], ['--user', '--map-root-user', '--mount']]) {
    const tried = spawnSync('unshare', [...options, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' });
    if (tried.status === 0) return options;
  }
  return null;
}

test('a full disk: 503 for new calls, the others go on, no record is lost, and it ends by itself', (context) => {
  const options = namespace();
  if (options === null) {
    assert.notEqual(process.env['CI'], 'true', 'this test must run in CI');
    context.skip('SKIPPED: this user may not mount');
    return;
  }
  const disk = mkdtempSync(join(tmpdir(), 'tandem-disk-'));
  try {
    const command = `mount -t tmpfs -o ${DISK} tmpfs "$1" && TMPDIR="$1" exec "$2" "$3"`;
    const words = [...options, 'sh', '-c', command, 'sh', disk, process.execPath, RUN];
    const { status, stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8', timeout: 240_000 });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    context.diagnostic(stdout.trim());
  } finally {
    rmSync(disk, { recursive: true, force: true });
  }
});
