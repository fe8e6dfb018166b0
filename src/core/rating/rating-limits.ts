// Bounds of prices. What happens where one is reached is said at each, and a test reaches it.

/** Longest call that is priced ahead, seconds: the longest talk limit there is; what is affordable is cut to it. */
export const RATE_DURATION_SECONDS_MAX = 604_800;

/** Highest price of a rate, in units of 10^-9 of its currency: 100 000 a period; a higher one is refused on import. */
export const RATE_PRICE_NANOS_MAX = 100_000_000_000_000;

/**
 * Farthest that a balance may be from zero, nanos, and highest limit, rent or minimum: 4 000 000 000 units. A balance
 * and a limit together stay within the 64 bits of shared memory. `tandem apply` and payments refuse more.
 */
export const ACCOUNT_NANOS_MAX = 4_000_000_000_000_000_000n;

/** Sections of one rate; one with more is refused on import. */
export const RATE_SECTIONS_MAX = 8;

/** Free allowances of a package; `tandem apply` refuses more. */
export const FREE_ALLOWANCES_MAX = 4;

/** Minutes of a free allowance, a year of talk on a hundred lines; `tandem apply` refuses more. */
export const FREE_MINUTES_MAX = 30_000_000;

/** Agents one above the other; `tandem apply` refuses more. */
export const AGENT_LEVELS_MAX = 8;
