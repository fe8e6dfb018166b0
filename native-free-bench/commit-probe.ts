// Loaded by `node --import` into each thread of cdr-rate.js: the control thread notes how long its commits of CDRs
// take, and writes that down when it ends.

import { writeFileSync } from 'node:fs';
import { CdrDrain } from '../src/control/cdr/cdr-drain.ts';
import { COMMITS_FILE } from './commits-file.ts';
import { LatencyHistogram } from './traffic/histogram.ts';

if ((process.argv[1] ?? '').includes('control-thread')) {
  const times = new LatencyHistogram();
  const drain = CdrDrain.prototype.drain;
  CdrDrain.prototype.drain = function (this: CdrDrain): number {
    const beganMs = performance.now();
    const count = drain.call(this);
    if (count > 0) times.record(1_000 * (performance.now() - beganMs));
    return count;
  };
  process.on('exit', () => writeFileSync(COMMITS_FILE, times.encoded()));
}
