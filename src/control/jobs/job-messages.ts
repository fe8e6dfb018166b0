// What control and the thread of an import tell each other. Types only.

import type { MessagePort } from 'node:worker_threads';
import type { ControlFault } from '../messages.ts';
import type { ImportedTable } from '../tables/table-images.ts';
import type { ImportTask } from './table-reader.ts';

/** What the thread is given. */
export interface ImportOrder {
  readonly task: ImportTask;
  /** How refusals call the file. */
  readonly name: string;
  readonly port: MessagePort;
}

/** To the thread. */
export type ToImport = { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'end' };

/** From the thread: the bytes were read, and so many rows are there by now. */
export interface BytesTaken {
  readonly kind: 'taken';
  readonly rowCount: number;
}

/** How the thread ends: with the table, or with the operator's fault. */
export type ImportResult =
  | { readonly table: ImportedTable; readonly rowCount: number }
  | { readonly fault: ControlFault };
