// Jobs: what takes too long for a question, and must not run where calls run. One import at a time, in a thread of its
// own that yields the processor to the shards; control passes the file on as it arrives, and puts the table into
// force when it is whole.

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { assert } from '../../core/base/assert.ts';
import { sentenceOf, TandemError, type TandemErrorCode } from '../../tandem-error.ts';
import { jobThread } from '../../thread-pool.ts';
import type { ControlFault } from '../messages.ts';
import type { ImportedTable } from '../tables/table-images.ts';
import type { BytesTaken, ImportOrder, ImportResult, ToImport } from './job-messages.ts';
import type { ImportTask } from './table-reader.ts';

/** An import on its way in. */
export interface ImportRequest {
  readonly task: ImportTask;
  /** How refusals call the file. */
  readonly name: string;
  /** Bytes of the whole file, for the progress; 0: not known. */
  readonly sizeBytes: number;
  readonly author: string;
  readonly note: string;
}

/** How far a job is: bytes are `reading`; all are there, the table is `packing`; it came into force, or did not. */
export type JobState = 'reading' | 'packing' | 'done' | 'failed' | 'cancelled';

/** A job as it is told. */
export interface JobView {
  readonly id: number;
  readonly kind: ImportTask['kind'];
  readonly name: string;
  readonly state: JobState;
  readonly rowCount: number;
  readonly takenBytes: number;
  readonly sizeBytes: number;
  readonly startedAtWallMs: number;
  /** 0 while it runs. */
  readonly endedAtWallMs: number;
  /** Version that has its table; 0 while there is none. */
  readonly version: number;
  readonly fault: ControlFault | null;
}

/** What jobs ask of control. */
export interface JobsOutward {
  /** Puts a table into force; resolves with the version. Rejects with a TandemError; then nothing has changed. */
  install(table: ImportedTable, told: { readonly author: string; readonly note: string }): Promise<number>;
  wallNow(): number;
}

/** Ended jobs that can still be asked about. */
const ENDED_JOBS_KEPT = 20;
/** A job whose sender says nothing for so long is cancelled, ms. */
const SILENCE_MS_MAX = 60_000;

/** One import. */
class ImportJob {
  readonly id: number;
  readonly request: ImportRequest;
  readonly startedAtWallMs: number;
  readonly port: MessagePort;
  readonly abort = new AbortController();
  state: JobState = 'reading';
  rowCount = 0;
  takenBytes = 0;
  endedAtWallMs = 0;
  version = 0;
  fault: ControlFault | null = null;
  /** When its sender last said something, or was answered; monotonic. */
  heardAtMs: number;
  /** Bytes of it are being read: it is the sender who waits. */
  isFed = false;
  /** Resolves when it has ended, whichever way. */
  ended: Promise<void> = Promise.resolve();
  #whenTaken: (() => void) | null = null;

  constructor(id: number, request: ImportRequest, port: MessagePort, wallMs: number, nowMs: number) {
    this.id = id;
    this.request = request;
    this.port = port;
    this.startedAtWallMs = wallMs;
    this.heardAtMs = nowMs;
    port.on('message', ({ rowCount }: BytesTaken) => {
      this.rowCount = rowCount;
      this.#whenTaken?.();
    });
  }

  get isRunning(): boolean {
    return this.state === 'reading' || this.state === 'packing';
  }

  /** Passes `bytes` on; resolves when they are read, or the job has ended by them. */
  async feed(bytes: Uint8Array): Promise<void> {
    const own = new Uint8Array(bytes);
    this.port.postMessage({ kind: 'bytes', bytes: own } satisfies ToImport, [own.buffer]);
    const taken = new Promise<void>((resolve) => {
      this.#whenTaken = resolve;
    });
    await Promise.race([taken, this.ended]);
    this.takenBytes += bytes.length;
  }

  view(): JobView {
    const { id, request, state, rowCount, takenBytes, startedAtWallMs, endedAtWallMs, version, fault } = this;
    const { name, task, sizeBytes } = request;
    const progress = { state, rowCount, takenBytes, sizeBytes };
    return { id, kind: task.kind, name, ...progress, startedAtWallMs, endedAtWallMs, version, fault };
  }
}

/** The jobs of one control. */
export class Jobs {
  readonly #outward: JobsOutward;
  readonly #pool = jobThread(new URL('./import-thread.js', import.meta.url), 'runImport');
  readonly #jobs: ImportJob[] = [];
  #lastId = 0;
  #nowMs = 0;

  constructor(outward: JobsOutward) {
    this.#outward = outward;
  }

  /** Begins an import, which then waits for its bytes. Throws TANDEM_JOB_RUNNING while another one runs. */
  begin(request: ImportRequest): JobView {
    const running = this.#jobs.find(({ isRunning }) => isRunning);
    if (running !== undefined) throw busy(running);
    const { port1, port2 } = new MessageChannel();
    const job = new ImportJob(++this.#lastId, request, port1, this.#outward.wallNow(), this.#nowMs);
    const order: ImportOrder = { task: request.task, name: request.name, port: port2 };
    job.ended = this.#pool
      .run(order, [port2], job.abort.signal)
      .then((result) => this.#install(job, result as ImportResult))
      .catch((error: unknown) => this.#fail(job, error));
    this.#jobs.push(job);
    if (this.#jobs.length > ENDED_JOBS_KEPT) this.#jobs.shift();
    return job.view();
  }

  /** The next bytes of a file. Rejects with TANDEM_JOB_ENDED, or with what the rows so far were refused by. */
  async feed(id: number, bytes: Uint8Array): Promise<JobView> {
    const job = this.#reading(id);
    job.isFed = true;
    try {
      await job.feed(bytes);
    } finally {
      job.isFed = false;
      job.heardAtMs = this.#nowMs;
    }
    if (job.fault !== null) throw errorOf(job.fault);
    return job.view();
  }

  /** All bytes were given: the table is packed and comes into force, which `view` tells. Throws as `feed` does. */
  finish(id: number): JobView {
    const job = this.#reading(id);
    job.state = 'packing';
    job.port.postMessage({ kind: 'end' } satisfies ToImport);
    return job.view();
  }

  /** Ends a job that still reads; what is in force stays. Throws as `feed` does. */
  async cancel(id: number): Promise<JobView> {
    const job = this.#reading(id);
    job.state = 'cancelled';
    job.abort.abort();
    await job.ended;
    return job.view();
  }

  /** How a job is. Throws TANDEM_JOB_UNKNOWN. */
  view(id: number): JobView {
    return this.#find(id).view();
  }

  /** Jobs that run or ended lately, newest first. */
  views(): JobView[] {
    return this.#jobs.map((job) => job.view()).reverse();
  }

  /** Cancels a job whose sender is gone. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    for (const job of this.#jobs) {
      const isSilent = !job.isFed && nowMs - job.heardAtMs > SILENCE_MS_MAX;
      if (job.state === 'reading' && isSilent) void this.cancel(job.id);
    }
  }

  /** Ends what runs, and the threads. */
  async stop(): Promise<void> {
    for (const job of this.#jobs) if (job.isRunning) job.abort.abort();
    await Promise.all(this.#jobs.map(({ ended }) => ended));
    await this.#pool.destroy();
  }

  #find(id: number): ImportJob {
    const job = this.#jobs.find((one) => one.id === id);
    if (job === undefined) throw new TandemError('TANDEM_JOB_UNKNOWN', `There is no job ${id}.`);
    return job;
  }

  #reading(id: number): ImportJob {
    const job = this.#find(id);
    if (job.state === 'reading') return job;
    if (job.fault !== null) throw errorOf(job.fault);
    throw new TandemError('TANDEM_JOB_ENDED', `Job ${id} takes no more: it is ${job.state}.`);
  }

  async #install(job: ImportJob, result: ImportResult): Promise<void> {
    if ('fault' in result) {
      this.#end(job, 'failed', result.fault);
      return;
    }
    assert(job.state === 'packing', 'a table is whole only when its file was');
    job.rowCount = result.rowCount;
    const { author, note } = job.request;
    job.version = await this.#outward.install(result.table, { author, note });
    this.#end(job, 'done', null);
  }

  #fail(job: ImportJob, error: unknown): void {
    if (job.state === 'cancelled') return this.#end(job, 'cancelled', null);
    const refused = error instanceof TandemError ? error : new TandemError('TANDEM_DEFECT', sentenceOf(error));
    this.#end(job, 'failed', { code: refused.code, message: refused.message, refusals: refused.refusals });
  }

  #end(job: ImportJob, state: JobState, fault: ControlFault | null): void {
    job.state = state;
    job.fault = fault;
    job.endedAtWallMs = this.#outward.wallNow();
    job.port.close();
  }
}

function busy({ id, request }: ImportJob): TandemError {
  const todo = 'Wait for it; one whose sender is gone ends within a minute.';
  const sentence = `Job ${id} (${request.task.kind} from ${request.name}) still runs. ${todo}`;
  return new TandemError('TANDEM_JOB_RUNNING', sentence);
}

function errorOf({ code, message, refusals }: ControlFault): TandemError {
  return new TandemError(code as TandemErrorCode, message, { refusals });
}
