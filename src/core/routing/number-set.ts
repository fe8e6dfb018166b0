// Sets of numbers as operators list them: whole ones, and prefixes. A look-up costs a step for each length of prefix in
// use, however many there are.

/** Numbers, and beginnings of numbers. Plain, so that it can be posted to a shard. */
export interface NumberSet {
  readonly whole: ReadonlySet<string>;
  readonly prefixes: ReadonlySet<string>;
  /** Lengths of the prefixes. */
  readonly lengths: readonly number[];
}

/** The set of `whole` numbers and of all that begin with one of `prefixes`. */
export function numberSetOf(whole: readonly string[], prefixes: readonly string[]): NumberSet {
  const lengths = [...new Set(prefixes.map(({ length }) => length))].sort((a, b) => a - b);
  return { whole: new Set(whole), prefixes: new Set(prefixes), lengths };
}

/** Whether `number` is in `set`. */
export function isInSet({ whole, prefixes, lengths }: NumberSet, number: string): boolean {
  if (whole.has(number)) return true;
  for (const length of lengths) {
    if (length <= number.length && prefixes.has(number.slice(0, length))) return true;
  }
  return false;
}
