// Texts that were joined of pieces, and are kept.

/** Of no text of ours, which are latin1. */
const NO_CHARACTER = 0xffff;

/**
 * `text`, its characters in one buffer.
 *
 * V8 makes a text of 13 characters or more that is joined of others a tree of its pieces: 32 bytes for each joint, and
 * every piece stays in memory, the datagram that it was cut from included. Looking at a character makes V8 write
 * them all into one buffer and let the pieces go. Use it for what is joined here and kept past the current input.
 */
export function flat(text: string): string {
  // Both ways answer `text`; the comparison keeps the look from being optimized away.
  return text.charCodeAt(0) === NO_CHARACTER ? text.slice() : text;
}
