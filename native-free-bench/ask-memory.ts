// How much memory a Tandem under test holds once its garbage is gone; memory-probe.ts is the other side.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HEAPS_FILE } from './heaps-file.ts';
import { residentBytes } from './process-cpu.ts';
import { type Memory, until } from './system-under-test.ts';

const ANSWER_MS = 15_000;

/** Asks the switch of process group `group`, started in `directory`. Rejects when it does not answer. */
export async function askMemory(group: number, directory: string): Promise<Memory> {
  const file = join(directory, HEAPS_FILE);
  rmSync(file, { force: true });
  process.kill(group, 'SIGUSR2');
  await until('the sizes of the heaps', ANSWER_MS, async () => (existsSync(file) ? true : null));
  const heaps = JSON.parse(readFileSync(file, 'utf8')) as readonly number[];
  return { residentBytes: residentBytes(group), heapBytes: heaps.reduce((sum, bytes) => sum + bytes, 0) };
}
