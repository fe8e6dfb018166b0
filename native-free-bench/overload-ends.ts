// The two ends of the overload benchmark as its main process holds them.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Ground } from './overload-ground.ts';
import type { Established, EstablishOrder, OverloadOrder, OverloadOutcome } from './overload-messages.ts';
import type { AnswererOrder, AnswererReport, ClockLoad, EndBound } from './traffic/traffic-messages.ts';

/** The calling and the answering process. */
export class OverloadEnds {
  readonly answererPort: number;
  readonly #caller: ChildProcess;
  readonly #answerer: ChildProcess;

  private constructor(caller: ChildProcess, answerer: ChildProcess, answererPort: number) {
    this.#caller = caller;
    this.#answerer = answerer;
    this.answererPort = answererPort;
  }

  /** Starts both and waits for their sockets. */
  static async start(ground: Ground): Promise<OverloadEnds> {
    const [caller, answerer] = [endAt(ground, './overload-caller.js'), endAt(ground, './traffic/answerer.js')];
    const [, [bound]] = (await Promise.all([once(caller, 'message'), once(answerer, 'message')])) as [
      unknown,
      [EndBound],
    ];
    return new OverloadEnds(caller, answerer, bound.port);
  }

  /** Sets up calls that stay; answers how many do. */
  async establish(order: EstablishOrder): Promise<number> {
    this.#caller.send(order);
    const [{ count }] = (await once(this.#caller, 'message')) as [Established];
    return count;
  }

  async overload(order: OverloadOrder): Promise<{ readonly outcome: OverloadOutcome; readonly answerer: ClockLoad }> {
    this.#answerer.send({ kind: 'reset' } satisfies AnswererOrder);
    this.#caller.send(order);
    const [outcome] = (await once(this.#caller, 'message')) as [OverloadOutcome];
    this.#answerer.send({ kind: 'report' } satisfies AnswererOrder);
    const [{ load }] = (await once(this.#answerer, 'message')) as [AnswererReport];
    return { outcome, answerer: load };
  }

  stop(): void {
    this.#caller.disconnect();
    this.#answerer.disconnect();
  }
}

function endAt({ atPeers, peersAddress }: Ground, file: string): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const [command = '', ...words] = [...atPeers, process.execPath, path, peersAddress];
  return spawn(command, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}
