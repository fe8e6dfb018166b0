// The two ends of the load as the benchmark's main process holds them.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bound, CountOrder, OwnLoad, OwnLoadReport, Place, RunOrder, RunOutcome } from './load-messages.ts';

/** The calling and the answering process. */
export class LoadEnds {
  readonly #caller: ChildProcess;
  readonly #answerer: ChildProcess;
  readonly answererPort: number;

  private constructor(caller: ChildProcess, answerer: ChildProcess, answererPort: number) {
    this.#caller = caller;
    this.#answerer = answerer;
    this.answererPort = answererPort;
  }

  /** Starts both and waits for their sockets. */
  static async start(): Promise<LoadEnds> {
    const caller = forkOf('./caller.js');
    const answerer = forkOf('./answerer.js');
    const [, [bound]] = (await Promise.all([once(caller, 'message'), once(answerer, 'message')])) as [unknown, [Bound]];
    return new LoadEnds(caller, answerer, bound.port);
  }

  /** Offers the calls of `order` and waits for the last to end. */
  async run(order: Omit<RunOrder, 'kind'>): Promise<{ readonly outcome: RunOutcome; readonly answerer: OwnLoad }> {
    this.#answerer.send({ kind: 'reset' } satisfies CountOrder);
    this.#caller.send({ kind: 'run', ...order } satisfies RunOrder);
    const [outcome] = (await once(this.#caller, 'message')) as [RunOutcome];
    this.#answerer.send({ kind: 'report' } satisfies CountOrder);
    const [{ load }] = (await once(this.#answerer, 'message')) as [OwnLoadReport];
    return { outcome, answerer: load };
  }

  /** Caller straight to answerer. */
  directPlace(): Place {
    return { address: '127.0.0.1', port: this.answererPort };
  }

  stop(): void {
    this.#caller.disconnect();
    this.#answerer.disconnect();
  }
}

function forkOf(file: string): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)));
}
