// The two ends of the load as the benchmark's main process holds them.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type {
  AnswererOrder,
  AnswererReport,
  EndBound,
  LoadSecond,
  TrafficOrder,
  TrafficOutcome,
} from './traffic-messages.ts';

/** What both ends say of one load. */
export interface LoadResult {
  readonly caller: TrafficOutcome;
  readonly answerer: AnswererReport;
}

type FromCaller = TrafficOutcome | { readonly kind: 'progress'; readonly second: LoadSecond };

/** Where the ends are. */
export interface EndsOptions {
  readonly callerAddress?: string;
  readonly answererAddress?: string;
  /** 0: any. */
  readonly answererPort?: number;
}

/** The calling and the answering process. */
export class TrafficEnds {
  readonly #caller: ChildProcess;
  readonly #answerer: ChildProcess;
  readonly callerPort: number;
  readonly answererAddress: string;
  readonly answererPort: number;
  /** Where every INVITE gets 503, where it gets 500, and where nothing answers. */
  readonly refusingPort: number;
  readonly failingPort: number;
  readonly deadPort: number;

  private constructor(
    [caller, callerBound]: readonly [ChildProcess, EndBound],
    [answerer, answererBound]: readonly [ChildProcess, EndBound],
    answererAddress: string,
  ) {
    this.#caller = caller;
    this.#answerer = answerer;
    this.answererAddress = answererAddress;
    this.callerPort = callerBound.port;
    this.answererPort = answererBound.port;
    this.refusingPort = answererBound.refusingPort;
    this.failingPort = answererBound.failingPort;
    this.deadPort = answererBound.deadPort;
  }

  /** Starts both and waits for their sockets. */
  static async start(options: EndsOptions = {}): Promise<TrafficEnds> {
    const { callerAddress = '127.0.0.1', answererAddress = '127.0.0.1', answererPort = 0 } = options;
    const [caller, answerer] = await Promise.all([
      startEnd('./caller.js', [callerAddress]),
      startEnd('./answerer.js', [answererAddress, String(answererPort)]),
    ]);
    return new TrafficEnds(caller, answerer, answererAddress);
  }

  /** Offers a load and waits for the last call to end; `onSecond` hears how it goes. */
  async run(
    order: Omit<TrafficOrder, 'kind'>,
    onSecond: (second: LoadSecond) => void = () => undefined,
  ): Promise<LoadResult> {
    const { impairment, seed } = order;
    this.#answerer.send({ kind: 'reset', impairment, seed } satisfies AnswererOrder);
    const over = new Promise<TrafficOutcome>((resolve, reject) => {
      const hear = (message: FromCaller): void => {
        if (message.kind === 'progress') return onSecond(message.second);
        this.#caller.off('message', hear);
        this.#caller.off('exit', died);
        resolve(message);
      };
      const died = (): void => reject(new Error('The calling end died'));
      this.#caller.on('message', hear);
      this.#caller.once('exit', died);
    });
    this.#caller.send({ kind: 'traffic', ...order } satisfies TrafficOrder);
    const caller = await over;
    this.#answerer.send({ kind: 'report' } satisfies AnswererOrder);
    const [answerer] = (await once(this.#answerer, 'message')) as [AnswererReport];
    return { caller, answerer };
  }

  stop(): void {
    this.#caller.disconnect();
    this.#answerer.disconnect();
  }
}

async function startEnd(file: string, words: readonly string[]): Promise<readonly [ChildProcess, EndBound]> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [...words]);
  const [bound] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${file} could not start`))),
  ])) as [EndBound];
  return [child, bound];
}
