// Main's side of the control thread: starts it, talks to it, and starts it again when it dies. While it is away calls
// go on by the snapshot they have, and finished CDRs wait in the shards' rings; a successor takes them from there.

import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { LrnAnswer } from '../core/call/lrn-dips.ts';
import type { PackedSnapshot } from '../core/shard/packed-snapshot.ts';
import { TandemError, type TandemErrorCode } from '../tandem-error.ts';
import { ENDED, launchControl } from './launched-control.ts';
import type { ControlFault, ControlStart, FromControl, ToControl } from './messages.ts';

/** Pause before control begins again, ms: a crash loop must not eat the machine. */
const RESTART_PAUSE_MS = 500;

/** What main does for control. */
export interface ControlLinkUser {
  onSnapshot(snapshot: PackedSnapshot): void;
  onKillShard(shard: number): void;
  onLrnAnswered(shard: number, id: number, answer: LrnAnswer | null): void;
  /** It died by `error`, or could not be started again. */
  onDied(error: unknown): void;
}

/** A control thread that is there again when it dies. */
export class ControlLink {
  #snapshot: PackedSnapshot;
  /** Its port, once it listens. Rejects with the TandemError that kept it from listening: then it has ended. */
  readonly managementPort: Promise<number>;
  #start: ControlStart;
  readonly #user: ControlLinkUser;
  #worker: Worker;
  #lastError: unknown = 'it exited';
  #isDraining = false;
  #isStopping = false;
  /** Until the successor that is on its way has come, or comes no more. */
  #succession = Promise.resolve();
  /** Who waits for `managementPort`; null once it is known. */
  #waiting: { resolve(port: number): void; reject(error: unknown): void } | null = null;

  private constructor(start: ControlStart, user: ControlLinkUser, first: Begun) {
    this.#snapshot = first.snapshot;
    this.managementPort = new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    this.managementPort.catch(() => null); // It may be that nobody waits for it.
    this.#start = { ...start, hosts: first.snapshot.hosts ?? [] };
    this.#user = user;
    this.#worker = first.worker;
    this.#listen();
  }

  /** Starts control in `launched`; resolves when calls may begin. Throws the TandemError that kept it from starting. */
  static async open(start: ControlStart, user: ControlLinkUser, launched: Worker): Promise<ControlLink> {
    return new ControlLink(start, user, await begin(start, launched));
  }

  /** The newest one: what shards start from, which may come later than the first. */
  get snapshot(): PackedSnapshot {
    return this.#snapshot;
  }

  tell(message: ToControl): void {
    this.#worker.postMessage(message);
  }

  /** The switch takes no new calls from now on; a successor is told as well. */
  drain(): void {
    this.#isDraining = true;
    this.tell({ kind: 'draining' });
  }

  /** A crash drill: it fails as by a defect, and a successor takes over. */
  crash(): void {
    this.tell({ kind: 'crash' });
  }

  /** Lets it, or the successor that is on its way, take what is in the rings, write everything down and end. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#succession;
    if (this.#worker.threadId === ENDED) return;
    const ended = once(this.#worker, 'exit');
    this.tell({ kind: 'stop' });
    await ended;
  }

  #listen(): void {
    this.#worker.on('message', (message: FromControl) => {
      if (message.kind === 'snapshot') this.#hearSnapshot(message.snapshot);
      else if (message.kind === 'lrnAnswered') this.#user.onLrnAnswered(message.shard, message.id, message.answer);
      else if (message.kind === 'killShard') this.#user.onKillShard(message.shard);
      else if (message.kind === 'listening') this.#hearListening(message.managementPort);
      else if (message.kind === 'fatal') this.#lastError = errorOf(message.error);
    });
    this.#worker.on('error', (error) => {
      this.#lastError = error;
    });
    this.#worker.on('exit', () => {
      if (this.#isStopping) return;
      if (this.#waiting !== null) return this.#waiting.reject(this.#lastError);
      this.#user.onDied(this.#lastError);
      // What is kept in memory only died with it; an empty configuration must not reach the shards.
      if (this.#start.isDurable) this.#succession = this.#beginAgain();
    });
  }

  #hearListening(port: number): void {
    // A successor listens where its predecessor did, also when any free port was asked for.
    this.#start = { ...this.#start, management: { ...this.#start.management, port } };
    this.#waiting?.resolve(port);
    this.#waiting = null;
  }

  #hearSnapshot(snapshot: PackedSnapshot): void {
    // A successor knows the host names from the beginning: their customers must not become strangers meanwhile.
    this.#start = { ...this.#start, hosts: snapshot.hosts ?? [] };
    this.#snapshot = snapshot;
    this.#user.onSnapshot(snapshot);
  }

  async #beginAgain(): Promise<void> {
    let next: Begun | null = null;
    while (next === null) {
      await pause(RESTART_PAUSE_MS);
      next = await begin(this.#start, launchControl()).catch((error: unknown) => {
        this.#user.onDied(error);
        return null;
      });
      if (next === null && this.#isStopping) return;
    }
    this.#worker = next.worker;
    this.#listen();
    if (this.#isDraining) this.drain();
    this.#hearSnapshot(next.snapshot);
  }
}

interface Begun {
  readonly worker: Worker;
  readonly snapshot: PackedSnapshot;
}

async function begin(start: ControlStart, worker: Worker): Promise<Begun> {
  worker.ref();
  worker.postMessage(start);
  const [first] = (await once(worker, 'message')) as [FromControl];
  if (first.kind === 'network') return { worker, snapshot: first.snapshot };
  if (first.kind !== 'fatal') throw new TandemError('TANDEM_DEFECT', `control began with ${first.kind}`);
  throw errorOf(first.error);
}

function errorOf({ code, message, refusals }: ControlFault): TandemError {
  return new TandemError(code as TandemErrorCode, message, { refusals });
}
