// Finds the row of a key: a period and the number of a word in each dimension. While there are few possible keys a
// table has a place for each; beyond that, one map for each beginning of a key.

/** Places of the table, at most. */
const PLACES_MAX = 2 ** 22;

/** The keys of one report. */
export class RowFinder {
  readonly #periodCount: number;
  /** Words that each dimension has room for in the table. */
  readonly #room: number[];
  #table: Int32Array;
  #isTable = true;
  readonly #keys: (readonly number[])[] = [];
  /** Of each beginning of a key, by the next number: the longer beginning. */
  readonly #branches: Map<number, number>[] = [new Map()];
  readonly #rowOfBranch = new Map<number, number>();

  constructor(periodCount: number, dimensionCount: number) {
    this.#periodCount = periodCount;
    this.#room = new Array<number>(dimensionCount).fill(1);
    this.#table = new Int32Array(periodCount).fill(-1);
  }

  /** The keys of all rows, by row. */
  get keys(): readonly (readonly number[])[] {
    return this.#keys;
  }

  /** Makes room for so many words in each dimension. */
  fit(wordCounts: readonly number[]): void {
    if (!this.#isTable || wordCounts.every((count, at) => count <= (this.#room[at] as number))) return;
    for (const [at, count] of wordCounts.entries()) {
      while ((this.#room[at] as number) < count) this.#room[at] = 2 * (this.#room[at] as number);
    }
    const places = this.#room.reduce((product, room) => product * room, this.#periodCount);
    this.#isTable = places <= PLACES_MAX;
    this.#table = new Int32Array(this.#isTable ? places : 0).fill(-1);
    for (const [row, key] of this.#keys.entries()) this.#put(key, row);
  }

  /** The row of `key`, -1: it has none yet. */
  find(key: readonly number[]): number {
    if (this.#isTable) return this.#table[this.#placeOf(key)] as number;
    let branch = 0;
    for (const part of key) {
      const next = this.#branches[branch]?.get(part);
      if (next === undefined) return -1;
      branch = next;
    }
    return this.#rowOfBranch.get(branch) ?? -1;
  }

  /** Gives `key` the next row. */
  add(key: readonly number[]): number {
    const row = this.#keys.push([...key]) - 1;
    this.#put(key, row);
    return row;
  }

  #put(key: readonly number[], row: number): void {
    if (this.#isTable) this.#table[this.#placeOf(key)] = row;
    else this.#rowOfBranch.set(this.#branchOf(key), row);
  }

  #placeOf(key: readonly number[]): number {
    let place = key[0] as number;
    for (let at = 1; at < key.length; at++) place = place * (this.#room[at - 1] as number) + (key[at] as number);
    return place;
  }

  #branchOf(key: readonly number[]): number {
    let branch = 0;
    for (const part of key) {
      const branches = this.#branches[branch] as Map<number, number>;
      let next = branches.get(part);
      if (next === undefined) {
        next = this.#branches.push(new Map()) - 1;
        branches.set(part, next);
      }
      branch = next;
    }
    return branch;
  }
}
