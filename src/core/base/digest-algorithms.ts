// The algorithms of digest authentication in use with SIP: RFC 8760 2.1.

/** A hash function; the algorithm of the same name hashes with it. */
export type HashFunction = 'MD5' | 'SHA-256' | 'SHA-512-256';

/** The strongest first: what a challenge offers, in this order, where nothing else is said. */
export const DIGEST_ALGORITHMS: readonly HashFunction[] = ['SHA-512-256', 'SHA-256', 'MD5'];
