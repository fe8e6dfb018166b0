// The worker threads of the shards: a Piscina pool of fixed size, one never-ending task each. The first ones are there
// before the network is known: they load their program and read their journals while control starts.

import { setFlagsFromString } from 'node:v8';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { ShardTask } from '../core/shard/shard-task.ts';
import { ThreadPool } from '../thread-pool.ts';

/** V8's setting of the workers' heaps, MiB, read when one is made: a head start before the old is first collected. */
const HEAP_FLAG = '--initial-heap-size=256';

/** A worker that reads its journal and then waits for its task. */
export interface LaunchedWorker {
  readonly port: MessagePort;
  /** Resolves when it has ended; with an error when it died. */
  readonly ended: Promise<{ readonly error: unknown } | null>;
  begin(task: ShardTask): void;
}

/** Launches workers. */
export class ShardWorkers {
  readonly #pool: ThreadPool;
  readonly #journalPaths: readonly string[];
  readonly #isStrict: boolean;
  readonly #early = new Map<number, LaunchedWorker>();

  /** Launches one for each folder of `journalPaths`. `isStrict`: a batch waits for the disk. */
  constructor(journalPaths: readonly string[], isStrict: boolean) {
    this.#journalPaths = journalPaths;
    this.#isStrict = isStrict;
    setFlagsFromString(HEAP_FLAG);
    this.#pool = new ThreadPool({
      module: new URL('../shard-host/shard-worker.js', import.meta.url).href,
      task: 'runShard',
      threads: journalPaths.length,
      isPermanent: true,
      niceIncrement: 0,
    });
    for (const shard of journalPaths.keys()) this.#early.set(shard, this.#launch(shard));
  }

  /** A worker for `shard`: the first one, or one that is launched now. */
  next(shard: number): LaunchedWorker {
    const early = this.#early.get(shard);
    this.#early.delete(shard);
    return early ?? this.#launch(shard);
  }

  /** Ends the thread of this number where it stands. */
  terminate(threadId: number): Promise<void> {
    return this.#pool.terminate(threadId);
  }

  /** Ends all threads. */
  destroy(): Promise<void> {
    return this.#pool.destroy();
  }

  #launch(shard: number): LaunchedWorker {
    const talk = new MessageChannel();
    const start = new MessageChannel();
    const job = {
      journalPath: this.#journalPaths[shard],
      isStrict: this.#isStrict,
      port: talk.port2,
      start: start.port2,
    };
    const ended = this.#pool.run(job, [talk.port2, start.port2]).then(
      () => null,
      (error: unknown) => ({ error }),
    );
    return {
      port: talk.port1,
      ended: ended.finally(() => {
        talk.port1.close();
        start.port1.close();
      }),
      begin: (task) => start.port1.postMessage(task),
    };
  }
}
