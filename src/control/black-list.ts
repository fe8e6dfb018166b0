// The dynamic blacklist as control has it: what operators put on it and take off, and the copy in the store, by which
// it outlives a restart. The list itself is in the memory of the switch (core/admission/black-list.ts), where shards
// add to it, so a change holds at once and everywhere.

import {
  BLACK_LIST_KINDS,
  type BlackList,
  type BlackListEntry,
  type BlackListKind,
  type PartyNumber,
} from '../core/admission/black-list.ts';
import { entryTablesOf } from '../core/routing/entry-checks.ts';
import type { Snapshot } from '../core/routing/snapshot.ts';
import type { Keepsakes } from '../store/ports.ts';
import { TandemError } from '../tandem-error.ts';

/** The name under which the store has it. */
const KEPT_AS = 'blackList';

/** The list with its copy. */
export class KeptBlackList {
  readonly #list: BlackList;
  readonly #store: Keepsakes;
  #keptChangeCount = 0;

  /** Brings back what the store has, unless the list is in use already: then control alone has begun anew. */
  constructor(list: BlackList, store: Keepsakes) {
    this.#list = list;
    this.#store = store;
    if (list.changeCount > 0) return;
    for (const entry of (store.kept(KEPT_AS) ?? []) as BlackListEntry[]) list.block(entry);
    this.#keptChangeCount = list.changeCount;
  }

  /** Numbers that are blocked at `wallMs`, those that were blocked last first. */
  entries(wallMs: number): BlackListEntry[] {
    return this.#list.entries(wallMs).sort((one, other) => other.sinceWallMs - one.sinceWallMs);
  }

  /** How many there are, by kind. */
  counts(wallMs: number): ReadonlyMap<BlackListKind, number> {
    const counts = new Map<BlackListKind, number>(BLACK_LIST_KINDS.map((kind) => [kind, 0]));
    for (const { kind } of this.#list.entries(wallMs)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return counts;
  }

  /** Blocks a number for so long. Throws TANDEM_BLACK_LIST_REFUSED when it is on the white list or has no room. */
  add(of: PartyNumber, expireMs: number, wallMs: number, snapshot: Snapshot): BlackListEntry {
    const { whiteList } = entryTablesOf(snapshot);
    if (whiteList.some((group) => group.has(of.number))) throw refused(of, 'is on the system white list');
    const entry = { ...of, kind: 'manual' as const, sinceWallMs: wallMs, untilWallMs: wallMs + expireMs };
    if (!this.#list.block(entry)) throw refused(of, 'finds no room: too many numbers are blocked');
    return { ...entry, lastCallWallMs: null };
  }

  /** Takes a number off. Throws TANDEM_BLACK_LIST_UNKNOWN when it is not on the list. */
  remove(of: PartyNumber, wallMs: number): void {
    if (this.#list.unblock(of, wallMs)) return;
    throw new TandemError('TANDEM_BLACK_LIST_UNKNOWN', `The ${of.party} ${of.number} is not on the blacklist.`);
  }

  /** Keeps what has changed since the last time. Throws what the store throws; then it is kept the next time. */
  keep(wallMs: number): void {
    const { changeCount } = this.#list;
    if (changeCount === this.#keptChangeCount) return;
    this.#store.keep(KEPT_AS, this.#list.entries(wallMs));
    this.#keptChangeCount = changeCount;
  }
}

function refused({ party, number }: PartyNumber, why: string): TandemError {
  return new TandemError('TANDEM_BLACK_LIST_REFUSED', `The ${party} ${number} ${why}.`);
}
