// The dialogs of one shard, by Call-ID and both tags (RFC 3261 12): the branches of a fork differ in the remote one
// only.

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
    this.#legs.set(keyOf(dialog.callId, dialog.localTag, dialog.remoteTag), leg);
  }

  leave(dialog: Dialog): void {
    this.#legs.delete(keyOf(dialog.callId, dialog.localTag, dialog.remoteTag));
  }

  /** The leg that `request` is for; null when its dialog is not known here. */
  find(request: SipMessage): DialogLeg | null {
    return this.#legs.get(keyOf(request.callId, request.toTag, request.fromTag)) ?? null;
  }

  /** The leg whose dialog `response` was sent in; null when it is not known here. */
  findOf(response: SipMessage): DialogLeg | null {
    return this.#legs.get(keyOf(response.callId, response.fromTag, response.toTag)) ?? null;
  }

  /** Every leg, for defects and the console. */
  values(): IterableIterator<DialogLeg> {
    return this.#legs.values();
  }
}

function keyOf(callId: string, localTag: string, remoteTag: string): string {
  return `${localTag} ${remoteTag} ${callId}`;
}
