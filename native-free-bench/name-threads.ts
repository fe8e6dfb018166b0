// Loaded into a Tandem under test by `node --import`: gives each of its threads a name that /proc shows, so that the
// benchmark (and `top -H`) can tell who used the processor. Costs nothing afterwards.

import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

function roleOfThisThread(): string {
  if (isMainThread) return 'edge';
  const entry = process.argv[1] ?? '';
  if (entry.includes('control-thread')) return 'control';
  return entry.includes('piscina') ? 'shards' : 'worker';
}

// Each thread may name itself; elsewhere than on Linux there is no such file, and no names.
if (process.platform === 'linux') writeFileSync('/proc/thread-self/comm', roleOfThisThread());
