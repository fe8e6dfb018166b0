// Loaded into each thread of a Tandem under test by `node --expose-gc --import`: on SIGUSR2 all threads collect their
// garbage, and the main thread writes down how much each of them holds then. Costs nothing until it is asked.

import { renameSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { HEAPS_FILE } from './heaps-file.ts';

/** The other threads answer within, ms. */
const COLLECT_MS = 1_500;

/** Bytes that live in the heap of this thread, and in buffers that it holds. */
function liveBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const channel = new BroadcastChannel('tandem-bench memory');
channel.unref();
let heaps: number[] = [];
channel.onmessage = (event) => {
  if (isMainThread) heaps.push(Number(event.data));
  else if (event.data === 'ask') channel.postMessage(liveBytes());
};
if (isMainThread) {
  process.on('SIGUSR2', () => {
    heaps = [liveBytes()];
    channel.postMessage('ask');
    setTimeout(() => {
      writeFileSync(`${HEAPS_FILE}.part`, JSON.stringify(heaps));
      renameSync(`${HEAPS_FILE}.part`, HEAPS_FILE);
    }, COLLECT_MS);
  });
}
