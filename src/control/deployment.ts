// Which shard routes by which snapshot, and who waits to hear that all of them do.

/** Whether every shard routes by it already. */
export interface Deployed {
  readonly isEverywhere: boolean;
}

interface Waiter {
  readonly version: number;
  readonly deadlineMs: number;
  readonly settle: (isEverywhere: boolean) => void;
}

/** Version of a shard that has none yet: below that of the empty network. */
const NONE = -1;

/** The versions of all shards. */
export class Deployment {
  readonly #versions: number[];
  #waiters: Waiter[] = [];
  #isClosed = false;

  constructor(shardCount: number) {
    this.#versions = new Array<number>(shardCount).fill(NONE);
  }

  /** `shard` routes by `version` now. */
  applied(shard: number, version: number): void {
    if (shard < this.#versions.length) this.#versions[shard] = version;
    this.#settle((waiter) => this.isEverywhere(waiter.version), true);
  }

  /** `shard` was replaced and has no snapshot yet. */
  restarted(shard: number): void {
    if (shard < this.#versions.length) this.#versions[shard] = NONE;
  }

  /** True when every shard has `version` or a later one. */
  isEverywhere(version: number): boolean {
    return this.#versions.every((applied) => applied >= version);
  }

  /** True when every shard has some snapshot. */
  isReady(): boolean {
    return this.isEverywhere(0);
  }

  /** The version of `shard`; null when it has none. */
  versionOf(shard: number): number | null {
    const version = this.#versions[shard] ?? NONE;
    return version === NONE ? null : version;
  }

  /**
   * Resolves with true when every shard has `version`, with false when `tick` comes to `deadlineMs` first, or it is
   * closed.
   */
  whenEverywhere(version: number, deadlineMs: number): Promise<boolean> {
    if (this.#isClosed || this.isEverywhere(version)) return Promise.resolve(this.isEverywhere(version));
    return new Promise((settle) => {
      this.#waiters.push({ version, deadlineMs, settle });
    });
  }

  /** Ends the waits whose time has passed. */
  tick(nowMs: number): void {
    this.#settle((waiter) => waiter.deadlineMs <= nowMs, false);
  }

  /** No shard says anything any more, and no tick comes: nobody waits. */
  close(): void {
    this.#isClosed = true;
    this.#settle(() => true, false);
  }

  #settle(isDone: (waiter: Waiter) => boolean, isEverywhere: boolean): void {
    if (this.#waiters.length === 0) return;
    const done = this.#waiters.filter(isDone);
    this.#waiters = this.#waiters.filter((waiter) => !done.includes(waiter));
    for (const { settle } of done) settle(isEverywhere);
  }
}
