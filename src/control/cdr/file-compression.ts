// Finished CDR files become .gz files, one after the other. A file is there whole, under one name or the other, at any
// moment; cut off in between, the work is done again. An earlier .gz is never written over: one of other records, which
// another rotation or another sink has left under that name, stays, and the next has a number.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
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
  await rm(part, { force: true }); // Another name of a finished file is no place to write to.
  await pipeline(createReadStream(path), createGzip(), createWriteStream(part, { mode: 0o600 }));
  const handle = await open(part, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
  const stem = path.slice(0, -extension.length - 1);
  for (let number = 1; !(await isStored(part, `${stem}${number === 1 ? '' : `-${number}`}.${extension}.gz`)); number++);
  await rm(path);
}

/** Gives `part` the name `path`, or removes it where that has its content; false when another file has the name. */
async function isStored(part: string, path: string): Promise<boolean> {
  // Nobody else makes such a name meanwhile: two sinks of the same files are refused.
  if (!existsSync(path)) await rename(part, path);
  else if ((await contentOf(part)) === (await contentOf(path))) await rm(part);
  else return false;
  return true;
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
