// What a client transaction tells its user (RFC 3261 17.1: responses, timeout, transport error), always as the last
// act of a step: the transaction is in its next state by then, and out of the table when that is terminated, so the
// user may act on it, or start another, from inside.

import type { SipMessage } from '../sip/message.ts';
import type { ClientTransaction, ClientUser } from './ports.ts';

/** What is to be told at the end of the present step. */
export type ClientNotice = 'none' | 'response' | 'timeout' | 'transportError';

/** Tells `user`; `response` is there when that is the notice. */
export function tellClientUser(
  user: ClientUser,
  transaction: ClientTransaction,
  notice: ClientNotice,
  response: SipMessage | null,
): void {
  if (notice === 'response' && response !== null) user.onResponse(transaction, response);
  else if (notice === 'timeout') user.onTimeout(transaction);
  else if (notice === 'transportError') user.onTransportError(transaction);
}
