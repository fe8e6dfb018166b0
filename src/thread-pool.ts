// Pools of worker threads, by Piscina: one for the shards, one for jobs. The only file that imports piscina.

import { createRequire } from 'node:module';
import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import type { Piscina } from 'piscina';

const load = createRequire(import.meta.url);

/** What a pool is made with. */
export interface ThreadPoolOptions {
  /** URL of the module. */
  readonly module: string;
  /** Its exported function that runs a task. */
  readonly task: string;
  readonly threads: number;
  /** Threads are there from the beginning and for good; else each comes with its task and goes soon after it. */
  readonly isPermanent: boolean;
  /** Added to the niceness of the threads: above 0 they yield the processor to others. */
  readonly niceIncrement: number;
}

/** Added to the niceness of a thread that counts or reads tables beside calls. */
const JOB_NICE_INCREMENT = 10;

/** One thread for jobs beside calls: it yields to them, comes with a job and goes soon after it. */
export function jobThread(module: URL, task: string): ThreadPool {
  return new ThreadPool({
    module: module.href,
    task,
    threads: 1,
    isPermanent: false,
    niceIncrement: JOB_NICE_INCREMENT,
  });
}

/** Worker threads, each with one task at a time. */
export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  /** Null until something runs: the library is not loaded for jobs that nobody wants. */
  #pool: Piscina | null = null;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
    if (options.isPermanent) this.#begun();
  }

  /** Runs a task; `ports` go to its thread. Rejects when the task does, its thread dies, or `signal` aborts it. */
  run(task: unknown, ports: readonly MessagePort[], signal?: AbortSignal): Promise<unknown> {
    const transferList: Transferable[] = [...ports];
    return this.#begun().run(task, signal === undefined ? { transferList } : { transferList, signal });
  }

  /** Ends the thread of this number where it stands. */
  async terminate(threadId: number): Promise<void> {
    await this.#pool?.threads.find((worker: Worker) => worker.threadId === threadId)?.terminate();
  }

  /** Ends all threads. */
  async destroy(): Promise<void> {
    await this.#pool?.destroy();
  }

  #begun(): Piscina {
    if (this.#pool !== null) return this.#pool;
    const { module, task, threads, isPermanent, niceIncrement } = this.#options;
    const { Piscina } = load('piscina') as typeof import('piscina');
    this.#pool = new Piscina({
      filename: module,
      name: task,
      minThreads: isPermanent ? threads : 0,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      idleTimeout: isPermanent ? Number.POSITIVE_INFINITY : 0,
      atomics: 'disabled',
      recordTiming: false,
      niceIncrement,
    });
    return this.#pool;
  }
}
