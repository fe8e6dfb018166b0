// The dialogs of one shard, by Call-ID and local tag (RFC 3261 12.2.2). The remote tag must agree as well.

import type { DialogLeg } from '../call/dialog-leg.ts';
import type { DialogTable } from '../call/ports.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipMessage } from '../sip/message.ts';

/** Finds the leg of a request inside a dialog. */
export class Dialogs implements DialogTable {
  readonly #legs = new Map<string, DialogLeg>();

  get size(): number {
    return this.#legs.size;
  }

  enter(dialog: Dialog, leg: DialogLeg): void {
    this.#legs.set(keyOf(dialog.callId, dialog.localTag), leg);
  }

  leave(dialog: Dialog): void {
    this.#legs.delete(keyOf(dialog.callId, dialog.localTag));
  }

  /** The leg that `request` is for; null when its dialog is not known here. */
  find(request: SipMessage): DialogLeg | null {
    const leg = this.#legs.get(keyOf(request.callId, request.toTag));
    return leg !== undefined && leg.dialog.remoteTag === request.fromTag ? leg : null;
  }

  /** Every leg, for defects and the console. */
  values(): IterableIterator<DialogLeg> {
    return this.#legs.values();
  }
}

function keyOf(callId: string, localTag: string): string {
  return `${localTag} ${callId}`;
}
