// The dialogs of one shard, by our tag, which no two INVITEs share; Call-ID and remote tag have to be right as well
// (RFC 3261 12). The branches of a fork differ in the remote tag only.

import { ChurnTable } from '../base/churn-table.ts';
import { DialogLeg } from '../call/dialog-leg.ts';
import type { DialogTable } from '../call/ports.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipMessage } from '../sip/message.ts';

/** Who has one of our tags: a leg, or the legs of a fork. A table of lists would be half as large again. */
type Legs = DialogLeg | readonly DialogLeg[];

/** What names a dialog. */
type DialogName = Pick<Dialog, 'callId' | 'localTag' | 'remoteTag'>;

/** Finds the leg of a request inside a dialog. */
export class Dialogs implements DialogTable {
  readonly #legs = new ChurnTable<Legs>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Takes the place of whoever had the dialog. */
  enter(dialog: Dialog, leg: DialogLeg): void {
    this.leave(dialog);
    const others = this.#legs.get(dialog.localTag);
    this.#legs.set(dialog.localTag, others === undefined ? leg : [...listOf(others), leg]);
    this.#size += 1;
  }

  leave(dialog: Dialog): void {
    const { localTag } = dialog;
    const legs = this.#legs.get(localTag);
    const leg = legs === undefined ? null : legOf(legs, dialog);
    if (legs === undefined || leg === null) return;
    this.#size -= 1;
    if (legs === leg) {
      this.#legs.delete(localTag);
      return;
    }
    const [first, ...others] = listOf(legs).filter((other) => other !== leg);
    if (first !== undefined) this.#legs.set(localTag, others.length === 0 ? first : [first, ...others]);
  }

  /** The leg that `request` is for; null when its dialog is not known here. */
  find({ callId, toTag: localTag, fromTag: remoteTag }: SipMessage): DialogLeg | null {
    return this.#find({ callId, localTag, remoteTag });
  }

  /** The leg whose dialog `response` was sent in; null when it is not known here. */
  findOf({ callId, fromTag: localTag, toTag: remoteTag }: SipMessage): DialogLeg | null {
    return this.#find({ callId, localTag, remoteTag });
  }

  #find(name: DialogName): DialogLeg | null {
    const legs = this.#legs.get(name.localTag);
    return legs === undefined ? null : legOf(legs, name);
  }
}

function listOf(legs: Legs): readonly DialogLeg[] {
  return legs instanceof DialogLeg ? [legs] : legs;
}

/** The one of `legs` with that name; null for none. */
function legOf(legs: Legs, name: DialogName): DialogLeg | null {
  if (legs instanceof DialogLeg) return isNamed(legs, name) ? legs : null;
  return legs.find((leg) => isNamed(leg, name)) ?? null;
}

function isNamed({ dialog }: DialogLeg, { callId, localTag, remoteTag }: DialogName): boolean {
  return dialog.remoteTag === remoteTag && dialog.callId === callId && dialog.localTag === localTag;
}
