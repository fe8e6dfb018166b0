// A store beyond the network, as its sink sees it: it takes whole batches and knows a record by its id.

import type { Cdr } from '../../core/cdr/cdr.ts';
import type { TlsSettings } from '../../sink-settings.ts';

/** How long a store may take over one statement, message or request, ms; then it is down. */
export const STATEMENT_TIMEOUT_MS = 10_000;

/** One store. */
export interface CdrStore {
  /**
   * Finds the store and makes what it lacks. `mark`: what the last `write` answered, '' before the first. Answers the
   * mark to begin with. Rejects when the store cannot be used now.
   */
  open(mark: string): Promise<string>;
  /**
   * Puts the batch there; records it has already stay as they are. Answers what to remember with the cursor. Rejects
   * when it failed, even if part of the batch is there; then it is opened anew.
   */
  write(batch: readonly Cdr[]): Promise<string>;
  /** Lets go of it, in whatever state it is, also while it opens or writes: then that rejects. Never rejects itself. */
  close(): Promise<void>;
}

/** What `write` rejects with when nothing is open: no record may count as written. */
export function storeIsClosed(): Error {
  return new Error('the store is closed');
}

/** What node:tls is told. Both clients name no host that is an address, and the certificate would be of localhost. */
export function tlsOptionsOf(host: string, { ca }: TlsSettings): { readonly host: string; readonly ca?: string } {
  return ca === '' ? { host } : { host, ca };
}
