// What an earlier life of a shard has left in its journal, read and unpacked. That needs no network and no clock, so it
// is done while control starts.

import type { CallCheckpoint } from '../core/call/checkpoint.ts';
import { type CallJournal, openJournal } from '../store/call-journal.ts';
import { clockRun, type JournalDisk } from '../store/journal-disk.ts';
import { unpackCheckpoint } from '../store/live-records.ts';

/** What was left, and the journal, which goes on. */
export interface FormerLife {
  readonly journal: CallJournal;
  /** Answered calls that live on; their times are of the monotonic clock that still runs. */
  readonly ofThisRun: readonly CallCheckpoint[];
  /** Those whose times are of another one. */
  readonly ofAnother: readonly CallCheckpoint[];
}

/** Opens the journal of `disk` and reads it. Throws as openJournal throws. */
export function readFormerLife(disk: JournalDisk, isStrict: boolean): FormerLife {
  const journal = openJournal(disk, { isStrict });
  const run = clockRun();
  const ofThisRun: CallCheckpoint[] = [];
  const ofAnother: CallCheckpoint[] = [];
  for (const checkpoint of journal.found.calls.values()) {
    const kept = unpackCheckpoint(checkpoint.bytes);
    const call = kept !== null && checkpoint.isAcknowledged ? { ...kept, answer: null } : kept;
    if (call === null) journal.found.refusedCount += 1;
    else (run !== '' && checkpoint.clockRun === run ? ofThisRun : ofAnother).push(call);
  }
  return { journal, ofThisRun, ofAnother };
}
