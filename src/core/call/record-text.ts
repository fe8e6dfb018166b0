// Texts of messages as a record keeps them. A header may be as long as a datagram, and a record goes to stores with
// bounds of their own: one record that a store refuses would hold all that come after it.

import { NUMBER_CHARACTERS_MAX } from '../base/limits.ts';
import { detach } from '../sip/detach.ts';

/** The first `charactersMax` characters of `text`; where it is cut, a text of its own. */
export function recordText(text: string, charactersMax: number): string {
  return text.length > charactersMax ? detach(text.slice(0, charactersMax)) : text;
}

/** `number` as a record keeps it. */
export function recordNumber(number: string): string {
  return recordText(number, NUMBER_CHARACTERS_MAX);
}
