// What stands in a record came from strangers: a caller can put any byte into his number, and a terminal obeys some.

const CONTROLS = /[\0-\x1f\x7f-\x9f]/g;

/** `text` with its control characters spelled out, such as \x1b. */
export function visible(text: string): string {
  return text.replace(CONTROLS, spelled);
}

/** The same for text of several lines. */
export function visibleLines(text: string): string {
  return text.replace(CONTROLS, (character) =>
    character === '\n' || character === '\t' ? character : spelled(character),
  );
}

function spelled(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
