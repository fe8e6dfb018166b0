// A process for crash tests: spools CDRs, takes them into the history and lets the oldest records go until it is
// killed, telling each committed place on its standard output.
//   node history-until-killed.js DATA SEED

import { UnpackedSpool } from '../../../src/control/cdr/unpacked-spool.ts';
import { CallHistory } from '../../../src/control/reports/call-history.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import { openLmdbStores } from '../../../src/store/lmdb.ts';
import { pack } from '../../../src/store/records.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';

const BATCH = 1_000;
const KEPT_RECORDS = 4_000;

const [, , dataPath = '', seed = '1'] = process.argv;
const prng = new Prng(Number(seed));
const stores = openLmdbStores(dataPath);
const { spool } = stores;
const history = new CallHistory(spool, new UnpackedSpool(spool), stores.history);

for (;;) {
  const first = spool.lastPosition() + 1;
  spool.append(Array.from({ length: BATCH }, (_, at) => pack(sampleCdr(first + at))));
  process.stdout.write(`${spool.lastPosition()}\n`);
  while (history.follow() > 0);
  if (prng.below(2) === 0) continue;
  history.release(history.position - prng.below(KEPT_RECORDS));
  spool.trim(1, BATCH * 10, history.position - KEPT_RECORDS);
}
