// The thread of an import: reads the file as its bytes come in, and packs the table. No call waits for it.

import { on } from 'node:events';
import { assert } from '../../core/base/assert.ts';
import { CsvFile } from '../../operator-csv.ts';
import { TandemError } from '../../tandem-error.ts';
import type { BytesTaken, ImportOrder, ImportResult, ToImport } from './job-messages.ts';
import { readerOf } from './table-reader.ts';

/** Task of the pool. Rejects by a defect only. */
export async function runImport({ task, name, port }: ImportOrder): Promise<ImportResult> {
  const reader = readerOf(task);
  const file = new CsvFile(name, reader.columns, (row) => reader.take(row));
  try {
    for await (const [message] of on(port, 'message') as AsyncIterable<[ToImport]>) {
      if (message.kind === 'end') break;
      await file.write(message.bytes);
      port.postMessage({ kind: 'taken', rowCount: file.rowCount } satisfies BytesTaken);
    }
    await file.end();
    const table = reader.finish((line, field, reason) => file.refuse(line, field, reason));
    file.throwIfRefused();
    assert(table !== null, 'a table that is not made was refused');
    return { table, rowCount: file.rowCount };
  } catch (error) {
    if (!(error instanceof TandemError)) throw error;
    return { fault: { code: error.code, message: error.message, refusals: error.refusals } };
  } finally {
    port.close();
  }
}
