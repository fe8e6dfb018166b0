// The BYE that ends a dialog (RFC 3261 15.1.1): sent once more with credentials when the peer wants some. When it is
// answered, or never will be, the dialog is forgotten.

import type { SipMessage } from '../sip/message.ts';
import type { ClientUser } from '../transaction/ports.ts';
import type { Authorization } from './credentials.ts';

/** The leg whose dialog ends. */
export interface ByeLeg {
  authorize(method: string, body: string): Authorization | null;
  /** Sends it in the dialog, with the next sequence number. */
  sendBye(headers: string, user: ClientUser): void;
  /** The dialog is over. */
  forget(): void;
}

/** One BYE of ours. */
export class OutgoingBye implements ClientUser {
  readonly #leg: ByeLeg;
  readonly #authorization: Authorization | null;
  readonly #headers: string;

  /** Sends it. `reason`: value of the Reason header, '' for none. */
  constructor(leg: ByeLeg, reason: string) {
    this.#leg = leg;
    this.#authorization = leg.authorize('BYE', '');
    this.#headers = reason === '' ? '' : `Reason: ${reason}\r\n`;
    this.#send();
  }

  onResponse(_transaction: unknown, response: SipMessage): void {
    const { status } = response;
    if (status < 200) return;
    if ((status === 401 || status === 407) && this.#authorization?.answer(response)) this.#send();
    else this.#leg.forget();
  }

  onTimeout(): void {
    this.#leg.forget();
  }

  onTransportError(): void {
    this.#leg.forget();
  }

  #send(): void {
    this.#leg.sendBye((this.#authorization?.lines ?? '') + this.#headers, this);
  }
}
