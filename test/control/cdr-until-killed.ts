// A process for crash tests: spools CDRs and writes them to files until it is killed, telling each committed place on
// its standard output. With an argument it spools nothing, writes what is left, and ends.
//   node cdr-until-killed.js DATA [finish]

import { join } from 'node:path';
import { FileSink } from '../../src/control/cdr/file-sink.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';

const BATCH = 20;
const DAY_MS = 86_400_000;
/** Calls end on another day every so many records, so that the sink is killed between two files as well. */
const RECORDS_A_DAY = 700;

const [, , dataPath = '', mode = 'spool'] = process.argv;
const stores = openLmdbStores(dataPath);
const directory = join(dataPath, 'cdr');
const sink = new FileSink(
  { kind: 'file', name: 'json-lines', format: 'json-lines', directory, rotation: 'day', gzip: false },
  stores.spool,
  { flush: stores.flush },
);
await sink.recover();

function spoolBatch(): void {
  const records: Uint8Array[] = [];
  for (let index = 1; index <= BATCH; index++) {
    const number = stores.spool.lastPosition() + index;
    records.push(pack(sampleCdr(number, Date.UTC(2026, 0, 1) + Math.floor(number / RECORDS_A_DAY) * DAY_MS)));
  }
  stores.spool.append(records);
  process.stdout.write(`${stores.spool.lastPosition()}\n`);
}

while (mode === 'spool') {
  spoolBatch();
  await sink.pump();
}
while ((await sink.pump()) > 0);
await sink.close();
await stores.close();
