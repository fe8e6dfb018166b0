// Finished CDR files become .gz files, one after the other. A file is there whole, under one name or the other, at any
// moment; cut off in between, the work is done again. An earlier .gz is never written over: one of other records, which
// another rotation or another sink has left under that name, stays, and the next has a number.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Compresses the files of `directory` that end in `extension` and whose names sort before `current`. */
export async function compressBefore(directory: string, extension: string, current: string): Promise<void> {
  const files = await readdir(directory);
  const finished = files.filter((file) => file.startsWith('cdr-') && file.endsWith(`.${extension}`) && file < current);
  for (const file of finished.sort()) await compress(join(directory, file), extension);
}

async function compress(path: string, extension: string): Promise<void> {
  const part = `${path}.gz.part`;
  await rm(part, { force: true }); // Cut off in between, it is the finished file under its second name.
  await pipeline(createReadStream(path), createGzip(), createWriteStream(part, { mode: 0o600 }));
  const handle = await open(part, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
  const stem = path.slice(0, -extension.length - 1);
  for (let number = 1; !(await isStored(part, `${stem}${number === 1 ? '' : `-${number}`}.${extension}.gz`)); number++);
  await rm(part);
  await rm(path);
}

/** Gives `part` the name `path` too; false when another file has it, true also when that is of the same content. */
async function isStored(part: string, path: string): Promise<boolean> {
  try {
    await link(part, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await contentOf(part)) === (await contentOf(path));
  }
}

/** A digest of what `path` unpacks to; one that is damaged is like no other. */
async function contentOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), createGunzip(), hash);
  } catch {
    return '';
  }
  return hash.digest('hex');
}
