// Loaded into each thread of a Tandem under test by `node --import`: its shards record nothing. No CDR, no checkpoint,
// no live call on the board, and control has nothing to store: what is left is what a call costs without records. For
// the benchmark alone; limits hold as ever.

import { RecordsOut } from '../src/shard-host/records-out.ts';

const nothing = (): void => undefined;
Object.assign(RecordsOut.prototype, { changed: nothing, acknowledged: nothing, ended: nothing });
