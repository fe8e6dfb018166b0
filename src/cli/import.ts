// tandem import: a large table from a CSV file; with the switch running through its API, in a job that no call waits
// for; with the switch down in its data directory.

import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { SwitchConfig } from '../config.ts';
import type { JobView } from '../control/jobs/jobs.ts';
import { readerOf } from '../control/jobs/table-reader.ts';
import type { ImportWish } from '../control/tables/import-wish.ts';
import { assert } from '../core/base/assert.ts';
import { CsvFile } from '../operator-csv.ts';
import { sentenceOf, TandemError, type TandemErrorCode } from '../tandem-error.ts';
import { operatorName } from './operator-name.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch, type SwitchClient } from './switch-client.ts';
import { counted, EXIT_OK, print, type Terminal } from './terminal.ts';

/** What is imported from where. */
export interface ImportOptions extends ImportWish {
  readonly file: string;
  readonly note: string;
}

/** What came of it. */
interface Imported {
  readonly version: number;
  readonly rowCount: number;
  readonly isRunning: boolean;
}

/** Bytes sent in one go: some ten thousand rows. */
const CHUNK_BYTES = 512 * 1024;
/** How long they may take: the job yields the processor to calls. */
const BYTES_MS_MAX = 120_000;
const POLL_MS = 200;
/** By these an operator, or his terminal, ends an import that he has begun. */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Imports `options.file`. Rejects with TANDEM_IMPORT_REFUSED and every reason; then nothing has changed. */
export async function importTable(config: SwitchConfig, options: ImportOptions, terminal: Terminal): Promise<number> {
  const sizeBytes = sizeOf(options.file);
  const progress = new Progress(terminal, sizeBytes);
  const note = options.note === '' ? `${options.kind} from ${basename(options.file)}` : options.note;
  const client = runningSwitch(config.dataPath);
  const importing =
    client === null
      ? importIntoStopped(config, { ...options, note }, progress)
      : importIntoRunning(client, { ...options, note }, progress);
  const imported = await importing.finally(() => progress.end());
  print(terminal, imported, () => [
    `${counted(imported.rowCount, 'row')} imported: version ${imported.version} is in force` +
      `${imported.isRunning ? '' : ' when the switch starts'}.`,
    `The version before it is kept: tandem rollback ${imported.version - 1} brings it back.`,
  ]);
  return EXIT_OK;
}

async function importIntoRunning(
  client: SwitchClient,
  { kind, file, name, currency, note }: ImportOptions,
  progress: Progress,
): Promise<Imported> {
  const size = String(progress.sizeBytes);
  const question = { kind, name, currency, note, size, file: basename(file), author: operatorName() };
  const { id } = (await client.post('/api/v1/jobs', question, '')) as JobView;
  const path = `/api/v1/jobs/${id}`;
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  for (const signal of ENDING_SIGNALS) process.once(signal, interrupt);
  try {
    for await (const bytes of bytesOf(file, interruption.signal)) {
      progress.tell((await client.post(`${path}/bytes`, {}, bytes, { timeoutMs: BYTES_MS_MAX })) as JobView);
    }
  } catch (error) {
    await client.delete(path).catch(() => undefined); // It has ended already where the rows were refused.
    throw error;
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, interrupt);
  }
  let job = (await client.post(`${path}/finish`, {}, '')) as JobView;
  while (job.state === 'packing') {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    job = (await client.get(path, {})) as JobView;
    progress.tell(job);
  }
  if (job.fault !== null) {
    const { code, message, refusals } = job.fault;
    throw new TandemError(code as TandemErrorCode, message, { refusals });
  }
  return { version: job.version, rowCount: job.rowCount, isRunning: true };
}

function importIntoStopped(config: SwitchConfig, options: ImportOptions, progress: Progress): Promise<Imported> {
  const { file, note } = options;
  return withStoppedSwitch(config, false, async ({ configuration }) => {
    const reader = readerOf(configuration.importTask(options));
    const csv = new CsvFile(basename(file), reader.columns, (row) => reader.take(row));
    let takenBytes = 0;
    for await (const bytes of bytesOf(file)) {
      await csv.write(bytes);
      takenBytes += bytes.length;
      progress.tell({ rowCount: csv.rowCount, takenBytes });
    }
    await csv.end();
    const table = reader.finish((line, field, reason) => csv.refuse(line, field, reason));
    csv.throwIfRefused();
    assert(table !== null, 'a table that is not made was refused');
    const told = { author: operatorName(), note, atWallMs: Date.now() };
    const { version } = configuration.importTable(table, told);
    return { version, rowCount: csv.rowCount, isRunning: false };
  });
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** The file in pieces. Throws TANDEM_IMPORT_UNREADABLE, and TANDEM_IMPORT_CANCELLED once there is a `signal`. */
async function* bytesOf(file: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file, { highWaterMark: CHUNK_BYTES, signal }) as AsyncIterable<Buffer>;
  } catch (cause) {
    if (signal?.aborted !== true) throw unreadable(cause);
    throw new TandemError('TANDEM_IMPORT_CANCELLED', 'The import was cancelled. Nothing was changed.', { cause });
  }
}

function unreadable(cause: unknown): TandemError {
  return new TandemError('TANDEM_IMPORT_UNREADABLE', `The file cannot be read: ${sentenceOf(cause)}`, { cause });
}

/** One line on a terminal that tells how far it is. */
class Progress {
  readonly sizeBytes: number;
  readonly #terminal: Terminal;

  constructor(terminal: Terminal, sizeBytes: number) {
    this.#terminal = terminal;
    this.sizeBytes = sizeBytes;
  }

  tell({ rowCount, takenBytes }: Pick<JobView, 'rowCount' | 'takenBytes'>): void {
    const percent = this.sizeBytes === 0 ? 100 : Math.floor((100 * takenBytes) / this.sizeBytes);
    this.#terminal.progress(`${counted(rowCount, 'row')} read, ${percent} % of the file`);
  }

  end(): void {
    this.#terminal.progress('');
  }
}
