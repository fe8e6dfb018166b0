// How far control has taken a shard's CDRs, in shared memory: control says it, the shard forgets them.

/** One mark. */
export class TakenMark {
  readonly #word: BigInt64Array;

  /** `shared`: 8 bytes. */
  constructor(shared: SharedArrayBuffer) {
    this.#word = new BigInt64Array(shared);
  }

  /** Position of the last CDR that is spooled; 0 for none. */
  get position(): number {
    return Number(Atomics.load(this.#word, 0));
  }

  set position(position: number) {
    Atomics.store(this.#word, 0, BigInt(position));
  }
}
