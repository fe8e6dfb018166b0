// What one lookup costs: numbers are asked in random order, so that a table is as cold as a busy switch finds it. A
// figure is the median of batches of 64 lookups, with the batches at the tenth and the ninetieth in the hundred.

const BATCH = 64;
const ROUNDS = 4;

/** Nanoseconds of a lookup. */
export interface LookupNs {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** Asks `look` for each of `numbers`, over and over. */
export function lookupNs(numbers: readonly string[], look: (digits: string) => number): LookupNs {
  const batches: number[] = [];
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (let start = 0; start + BATCH <= numbers.length; start += BATCH) {
      const begun = process.hrtime.bigint();
      for (let index = start; index < start + BATCH; index++) sum += look(numbers[index] as string);
      batches.push(Number(process.hrtime.bigint() - begun) / BATCH);
    }
  }
  if (Number.isNaN(sum)) batches.length = 0;
  batches.sort((a, b) => a - b);
  const at = (share: number): number => batches[Math.floor(share * batches.length)] ?? 0;
  return { low: at(0.1), median: at(0.5), high: at(0.9) };
}

/** As a line of a micro benchmark has it. */
export function tellLookup({ low, median, high }: LookupNs): string {
  return `${median.toFixed(0)} ns (${low.toFixed(0)} - ${high.toFixed(0)})`;
}
