// What stands in a record came from strangers: a caller can put any byte into his number, and a terminal obeys some.

const CONTROLS = /[\0-\x1f\x7f-\x9f]/g;
const LINES = new Set(['\n', '\t']);

/** `text` with its control characters spelled out, such as \x1b. */
export function visible(text: string): string {
  return text.replace(CONTROLS, spelled);
}

/** The same for text of several lines. */
export function visibleLines(text: string): string {
  return text.replace(CONTROLS, (character) => (LINES.has(character) ? character : spelled(character)));
}

/** The same for JSON, which leaves some as they are, and knows \u007f but no \x7f. */
export function visibleJson(text: string): string {
  return text.replace(CONTROLS, (character) => (LINES.has(character) ? character : `\\u00${hex(character)}`));
}

function spelled(character: string): string {
  return `\\x${hex(character)}`;
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, '0');
}
