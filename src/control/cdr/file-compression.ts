// Finished CDR files become .gz files, one after the other. A file is there whole, under one name or the other, at any
// moment; cut off in between, the work is done again. Records never wait for it, whatever becomes of it. An earlier .gz
// is never written over: one of other records, which another rotation or another sink has left under that name, stays,
// and the next has a number.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { sentenceOf } from '../../tandem-error.ts';

/** Whether a file of that name is one of a sink's whose files end in `extension`, and not compressed. */
export function isRecordFile(name: string, extension: string): boolean {
  return name.startsWith('cdr-') && name.endsWith(`.${extension}`);
}

/** The compression of the finished files of one sink. */
export class FileCompression {
  readonly #directory: string;
  readonly #extension: string;
  readonly #tell: (sentence: string) => void;
  #cut = new AbortController();
  #running = Promise.resolve();

  /** Of the files of `directory` that end in `extension`. `tell` hears why one is not compressed. */
  constructor(directory: string, extension: string, tell: (sentence: string) => void) {
    this.#directory = directory;
    this.#extension = extension;
    this.#tell = tell;
  }

  /** Those whose names sort before `current` are compressed from now on, behind those that are being. */
  begin(current: string): void {
    const { signal } = this.#cut;
    this.#running = this.#running.then(() => this.#compressBefore(current, signal));
  }

  /** Cuts off what is under way. It is done again when it is begun again. */
  async stop(): Promise<void> {
    this.#cut.abort();
    this.#cut = new AbortController();
    await this.#running;
  }

  async #compressBefore(current: string, signal: AbortSignal): Promise<void> {
    const isFinished = (file: string): boolean => isRecordFile(file, this.#extension) && file < current;
    const files = await readdir(this.#directory).catch(() => []); // The records that go there say so.
    for (const file of files.filter(isFinished).sort()) {
      if (signal.aborted) return;
      await compress(join(this.#directory, file), this.#extension, signal).catch((error: unknown) => {
        if (!signal.aborted) this.#tell(`${file}: ${sentenceOf(error)}`);
      });
    }
  }
}

async function compress(path: string, extension: string, signal: AbortSignal): Promise<void> {
  const part = `${path}.gz.part`;
  await rm(part, { force: true }); // Another name of a finished file is no place to write to.
  try {
    await pipeline(createReadStream(path), createGzip(), createWriteStream(part, { mode: 0o600 }), { signal });
    const handle = await open(part, 'r+');
    try {
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await store(part, path.slice(0, -extension.length - 1), extension, signal);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await rm(path);
}

/** Gives `part` the name of `stem`, or the first number behind it that is free, or has its content. */
async function store(part: string, stem: string, extension: string, signal: AbortSignal): Promise<void> {
  const nameOf = (number: number): string => `${stem}${number === 1 ? '' : `-${number}`}.${extension}.gz`;
  for (let number = 1; !(await isStored(part, nameOf(number), signal)); number++);
}

/** Gives `part` the name `path`, or removes it where that has its content; false when another file has the name. */
async function isStored(part: string, path: string, signal: AbortSignal): Promise<boolean> {
  // Nobody else makes such a name meanwhile: two sinks of the same files are refused.
  if (!existsSync(path)) await rename(part, path);
  else if ((await contentOf(part, signal)) === (await contentOf(path, signal))) await rm(part);
  else return false;
  return true;
}

/** A digest of what `path` unpacks to; one that is damaged is like no other. */
async function contentOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), createGunzip(), hash, { signal });
  } catch {
    signal.throwIfAborted();
    return '';
  }
  return hash.digest('hex');
}
