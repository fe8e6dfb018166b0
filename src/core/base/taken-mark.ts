// How far a shard's CDRs are taken, in shared memory: by control, which says it so that the shard forgets them; and by
// the balances.

/** One mark. */
export class TakenMark {
  readonly #word: BigInt64Array;

  /** `shared`: 8 bytes. */
  constructor(shared: SharedArrayBuffer) {
    this.#word = new BigInt64Array(shared);
  }

  /** Position of the last CDR that is taken; 0 for none. */
  get position(): number {
    return Number(Atomics.load(this.#word, 0));
  }

  set position(position: number) {
    Atomics.store(this.#word, 0, BigInt(position));
  }
}
