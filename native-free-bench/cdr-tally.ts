// Counts the CDRs that a switch has written to files of JSON lines, going on where it stopped.

import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { CdrCounts } from './system-under-test.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Files of one directory. A record that was written twice, as after a kill, counts once. */
export class CdrTally {
  readonly #directory: string;
  /** Bytes read, and the line that is not whole yet, by file. */
  readonly #files = new Map<string, { offset: number; rest: string }>();
  readonly #ids = new Set<string>();
  #answered = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** All there are by now. */
  count(): CdrCounts & { readonly answered: number } {
    const files = existsSync(this.#directory) ? readdirSync(this.#directory) : [];
    for (const file of files) this.#read(file);
    return { all: this.#ids.size, answered: this.#answered };
  }

  #read(file: string): void {
    const place = this.#files.get(file) ?? { offset: 0, rest: '' };
    this.#files.set(file, place);
    const descriptor = openSync(join(this.#directory, file), 'r');
    const bytes = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const length = readSync(descriptor, bytes, 0, CHUNK_BYTES, place.offset);
      if (length === 0) break;
      place.offset += length;
      const lines = (place.rest + bytes.toString('latin1', 0, length)).split('\n');
      place.rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    }
    closeSync(descriptor);
  }

  #take(line: string): void {
    const [, id = ''] = /"id":"([^"]+)"/.exec(line) ?? [];
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    if (/"answeredAtWallMs":\d/.test(line)) this.#answered += 1;
  }
}
