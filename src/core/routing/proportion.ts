// Percentage routing: of every hundred calls of a mapping gateway so many get a steering prefix. The hundred places are
// dealt out when the tables are made, each share spread as evenly as the others let it, and a call takes the next one.
// Whatever hundred calls in a row are looked at, across all shards: the shares are exact.

import type { Proportion } from './snapshot.ts';

const HUNDRED = 100;

/** What a call at each of the hundred places gets in front of its number; '' is nothing. */
export function dealHundred(proportions: readonly Proportion[]): readonly string[] {
  const rest = proportions.reduce((left, { proportion }) => left - proportion, HUNDRED);
  const shares = [...proportions, { proportion: rest, addPrefix: '' }];
  const credits = shares.map(() => 0);
  return Array.from({ length: HUNDRED }, () => {
    let richest = 0;
    for (const [at, { proportion }] of shares.entries()) {
      credits[at] = (credits[at] as number) + proportion;
      if ((credits[at] as number) > (credits[richest] as number)) richest = at;
    }
    credits[richest] = (credits[richest] as number) - HUNDRED;
    return (shares[richest] as Proportion).addPrefix;
  });
}
