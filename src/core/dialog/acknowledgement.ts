// The ACK for a 2xx: RFC 3261 13.2.2.4. The transaction user of the INVITE sends it, once for each 2xx that
// arrives, always the same text. It is no transaction: nothing answers an ACK.

import { flat } from '../base/flat.ts';
import type { Target } from '../base/target.ts';
import type { Dialog } from './dialog.ts';

/** Sends a datagram. */
export interface AckPorts {
  transmit(text: string, target: Target): void;
  mintBranch(): string;
}

/** The ACK of one INVITE on one dialog: not yet sent while an answer to a late offer is awaited. */
export class Acknowledgement {
  /** Tag of the 2xx that it acknowledges. */
  readonly remoteTag: string;
  readonly #ports: AckPorts;
  /** Until it is sent: the ACK is repeated for longer than the call may last. */
  #dialog: Dialog | null;
  #target: Target;
  /** Of the INVITE that it acknowledges. */
  readonly cseq: number;
  #text = '';

  constructor(ports: AckPorts, dialog: Dialog, cseq: number) {
    this.#ports = ports;
    this.remoteTag = dialog.remoteTag;
    this.#dialog = dialog;
    this.#target = dialog.target;
    this.cseq = cseq;
  }

  get isSent(): boolean {
    return this.#dialog === null;
  }

  /**
   * Sends it for the first time; later calls only repeat it. `headers` and `body`: the answer to an offer in the 2xx.
   */
  send(headers: string, body: string): void {
    if (this.#dialog !== null) {
      this.#text = flat(this.#dialog.print('ACK', this.cseq, this.#ports.mintBranch(), headers, body));
      this.#target = this.#dialog.target;
      this.#dialog = null;
    }
    this.#ports.transmit(this.#text, this.#target);
  }

  /** The 2xx came again: so does the ACK, if it has been sent at all. */
  repeat(): void {
    if (this.isSent) this.#ports.transmit(this.#text, this.#target);
  }
}
