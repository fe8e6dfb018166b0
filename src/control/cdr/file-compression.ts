// Finished CDR files become .gz files, one after the other. A file is there whole, under one name or the other, at any
// moment; cut off in between, the work is done again.

import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Compresses the files of `directory` that end in `extension` and whose names sort before `current`. */
export async function compressBefore(directory: string, extension: string, current: string): Promise<void> {
  const files = await readdir(directory);
  const finished = files.filter((file) => file.startsWith('cdr-') && file.endsWith(`.${extension}`) && file < current);
  for (const file of finished.sort()) await compress(join(directory, file));
}

async function compress(path: string): Promise<void> {
  const part = `${path}.gz.part`;
  await pipeline(createReadStream(path), createGzip(), createWriteStream(part, { mode: 0o600 }));
  const handle = await open(part, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(part, `${path}.gz`);
  await rm(path);
}
