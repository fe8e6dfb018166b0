// Whether main still moves: it owns the sockets, so that nothing is carried while it stands still, and with an inline
// shard it is the thread that a defect would run in a circle. The process is ended then, as a kill would end it:
// whoever started it starts it again, and answered calls go on.

import { Pulses, STILL_MAX } from '../core/base/pulses.ts';
import type { Log } from '../log.ts';

/** Control's eye on main. */
export class MainWatch {
  #reports = 0;
  readonly #pulses = new Pulses([() => this.#reports]);
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Main has told its numbers. */
  hear(): void {
    this.#reports += 1;
  }

  /** Called several times a second. Does not return when main stands still. */
  look(nowMs: number): void {
    if (this.#pulses.still(nowMs).length === 0) return;
    this.#log.fatal(
      { seconds: STILL_MAX },
      'main stands still: the process is ended, answered calls wait for the next',
    );
    process.kill(process.pid, 'SIGKILL');
  }
}
