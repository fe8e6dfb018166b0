// A control thread before it is told what to do. Loading its program takes as long as loading all the rest, so whoever
// knows that a switch is about to start launches it first.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A worker's number when it has ended. */
export const ENDED = -1;

/** Launches one; it begins with the `ControlStart` that it is posted, and keeps no process alive until then. */
export function launchControl(): Worker {
  const worker = new Worker(new URL('./control-thread.js', import.meta.url));
  worker.unref();
  return worker;
}

/**
 * Ends one that nobody has begun, in order; resolves when it has ended, whoever ended it. A process that ends while a
 * thread of its still loads what is native is aborted once in a hundred times.
 */
export async function dismissControl(launched: Worker): Promise<void> {
  if (launched.threadId === ENDED) return;
  const ended = once(launched, 'exit');
  launched.ref();
  launched.postMessage(null);
  await ended;
}
