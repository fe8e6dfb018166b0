// What the shards and the log are told when CDRs cannot be stored, or the files of the store do not belong together.

import type { ShardMemory } from '../../core/shard/shared-memory.ts';
import type { Log } from '../../log.ts';
import type { CallHistory } from '../reports/call-history.ts';
import type { SwitchView } from '../switch-view.ts';

/** While it is, new calls get 503: no record may come that has no place. Those that live go on. */
export function tellStoreIsFull(shards: readonly ShardMemory[], isFull: boolean): void {
  for (const { storeIsFull } of shards) Atomics.store(new Int32Array(storeIsFull), 0, Number(isFull));
}

/** The switch stops, and some CDRs could not be stored: the journals still have them. */
export function tellLeftBehind(view: SwitchView, log: Log): void {
  for (const [shard, { rings }] of view.shards.entries()) {
    const sizeBytes = rings.cdrs.depthBytes;
    if (sizeBytes > 0) log.error({ shard, sizeBytes }, 'CDRs could not be stored: the next start stores them');
  }
}

/** What reports are counted from was beyond the CDRs of the store. */
export function tellAhead({ aheadCount }: CallHistory, log: Log): void {
  if (aheadCount === 0) return;
  const what =
    'history.mdb was ahead of tandem.mdb, as files of two backups are: counted again from the CDRs there are';
  log.error({ segmentsDropped: aheadCount }, what);
}
