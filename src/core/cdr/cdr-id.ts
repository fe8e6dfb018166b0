// CDR identifiers: 26 characters of Crockford's base 32, sortable by time, unique across nodes and
// restarts. As long as a ULID and sorted like one: 50 bits of wall clock ms, then 32 bits drawn at the
// start of the shard, its number, and a 25-bit sequence.

import { flat } from '../base/flat.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;

/** Mints identifiers for one shard's run. */
export class CdrIdMint {
  readonly #run: string;
  #sequence = 0;

  /** `runEntropy`: 32 bits from the host's true generator, so that two runs never share identifiers. */
  constructor(runEntropy: number, shard: number) {
    this.#run = base32(runEntropy >>> 0, 7) + base32(shard & 0xffff, 4);
  }

  /** The next identifier. */
  next(wallMs: number): string {
    this.#sequence = (this.#sequence + 1) % 2 ** 25;
    return flat(base32(wallMs, TIME_DIGITS) + this.#run + base32(this.#sequence, 5));
  }
}

/** When the call of CDR `id` was set up, wall clock ms; null for what is no id. */
export function setupTimeOf(id: string): number | null {
  if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)) return null;
  return [...id.slice(0, TIME_DIGITS)].reduce((wallMs, digit) => wallMs * 32 + CROCKFORD.indexOf(digit), 0);
}

function base32(value: number, digits: number): string {
  let text = '';
  let rest = value;
  for (let digit = 0; digit < digits; digit++) {
    text = CROCKFORD[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
