// The bounds of one SIP message. A datagram above any of them ends in a ParseFailure or a RequestFault, counted by why.

/** Bytes of a whole message. A UDP datagram cannot be longer. Above: 513 (RFC 3261 21.5.7). */
export const DATAGRAM_BYTES_MAX = 65_535;

/**
 * Bytes that a UDP datagram carries over IPv4, without its heads. A request that is longer once it is written anew is
 * not sent: 513.
 */
export const SENT_BYTES_MAX = 65_507;

/** Bytes of a body, for transports whose messages may be longer than a datagram. Above: 513. */
export const BODY_BYTES_MAX = 65_536;

/** Header lines; a folded line counts once. Above: 400. */
export const HEADERS_MAX = 256;

/** Via values, on however many lines; as many as Max-Forwards allows hops. Above: 400. */
export const VIAS_MAX = 70;

/** The greatest CSeq number: an unsigned 32-bit integer (RFC 3261 20.16). */
export const CSEQ_MAX = 4_294_967_295;

/** The greatest Max-Forwards (RFC 3261 20.22). */
export const MAX_FORWARDS_MAX = 255;

/** Realms of one 401 or 407, and of one dialog, that are answered; what challenges besides is not. */
export const CHALLENGE_REALMS_MAX = 4;

/** Bytes of a realm, nonce or opaque in a challenge, quotes included; a challenge with a longer one is passed over. */
export const CHALLENGE_VALUE_MAX = 1024;

/** The greatest port. */
export const PORT_MAX = 65_535;
