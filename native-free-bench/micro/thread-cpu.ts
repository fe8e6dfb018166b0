// What the calling thread has used of the processor, from /proc; so that two threads of one program can be told apart.

import { readFileSync } from 'node:fs';

/** Microseconds of processor time this thread has used since it began. Linux only. */
export function threadCpuMicros(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1000;
}
