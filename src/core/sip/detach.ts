// Strings that outlive the datagram they were read from.

import { flat } from '../base/flat.ts';

/**
 * A copy of `text` that shares no memory with the message it was sliced from.
 *
 * V8 makes a slice of 13 characters or more a window on its parent, so a Call-ID kept in a table would keep its whole
 * datagram (up to 64 KB) in memory for as long as the call lasts. Joining its parts anew makes V8 write the characters
 * into a buffer of their own. Use it for what is kept past the current input: table keys, tags, branches, URIs. Shorter
 * slices are copies already and are returned as they are.
 */
export function detach(text: string): string {
  return text.length < SHORTEST_WINDOW ? text : flat(text.slice(0, 1) + text.slice(1));
}

const SHORTEST_WINDOW = 13;
