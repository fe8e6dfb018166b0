// The name that somebody meant who wrote another one.

/** Letters that may be wrong in any name; in a long one a quarter of them. */
const WRONG_LETTERS = 2;
const LETTERS_A_FAULT = 4;

/** The name among `names` that `given` is a typing error of; null when none is near. */
export function nearestName(given: string, names: Iterable<string>): string | null {
  let nearest: string | null = null;
  let least = Math.max(WRONG_LETTERS, Math.floor(given.length / LETTERS_A_FAULT)) + 1;
  for (const name of names) {
    const apart = distance(given.toLowerCase(), name.toLowerCase());
    if (apart >= least) continue;
    nearest = name;
    least = apart;
  }
  return nearest;
}

/** Levenshtein's distance: how many letters apart two names are. */
function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const change = one[row - 1] === other[column - 1] ? 0 : 1;
      const left = current[column - 1] ?? 0;
      current.push(Math.min((previous[column] ?? 0) + 1, left + 1, (previous[column - 1] ?? 0) + change));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}
