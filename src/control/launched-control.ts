// A control thread before it is told what to do. Loading its program takes as long as loading all the rest, so whoever
// knows that a switch is about to start launches it first.

import { Worker } from 'node:worker_threads';

/** Launches one; it begins with the `ControlStart` that it is posted, and keeps no process alive until then. */
export function launchControl(): Worker {
  const worker = new Worker(new URL('./control-thread.js', import.meta.url));
  worker.unref();
  return worker;
}
