// The file that a sink appends to, while others move it away.

import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RecordFile } from '../../src/control/cdr/record-file.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

async function opened(): Promise<{ readonly path: string; readonly file: RecordFile }> {
  const path = join(temporaryDirectory(), 'cdr');
  return { path, file: await RecordFile.open(path) };
}

test('what is appended stands in it, and it knows its size', async () => {
  const { path, file } = await opened();
  await file.append(bytes('one\n'));
  await file.append(bytes('two\n'));
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  assert.equal(file.sizeBytes, 8);
  assert.equal(await file.isInPlace(), true);
  await file.close();
});

test('moved away, it is not in its place; what was on its way there stays there', async () => {
  const { path, file } = await opened();
  renameSync(path, `${path}.shipped`);
  assert.equal(await file.isInPlace(), false);
  await file.append(bytes('one\n'));
  assert.equal(readFileSync(`${path}.shipped`, 'utf8'), 'one\n');
  writeFileSync(path, 'of somebody else');
  assert.equal(await file.isInPlace(), false);
  await file.close();
});

test('deleted, it takes nothing more: what was on its way there is lost, and has to be written again', async () => {
  const { path, file } = await opened();
  await file.append(bytes('one\n'));
  rmSync(path);
  await assert.rejects(file.append(bytes('two\n')), /was deleted while it was written to/);
  await file.close();
});
