// A bound on what others may never finish.

import { setTimeout as pause } from 'node:timers/promises';

/** Whether `work` ended within `timeoutMs`; what is late goes on. Rejects as `work` does. */
export async function isDoneWithin(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  const isOver = new AbortController();
  const late = pause(timeoutMs, false, { signal: isOver.signal }).catch(() => false); // Nobody waits any more.
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    isOver.abort();
  }
}
