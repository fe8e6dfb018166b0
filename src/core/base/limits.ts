// Every bound of the switch but those of SIP grammar (core/sip/sip-limits.ts) and of dial plans and number lists
// (core/routing/number-limits.ts). Reaching one is never silent: each names what happens then, and a test that
// reaches it.

/** Gateways of both kinds, accounts and groups with counters in shared memory; `tandem apply` refuses more. */
export const ADMISSION_SLOTS_MAX = 65_536;

/** Characters of a registered Contact's URI; a REGISTER with a longer one is refused with 400. */
export const BINDING_CONTACT_MAX = 255;

/** Characters kept of the User-Agent of a registration; the rest is cut off. */
export const USER_AGENT_TEXT_MAX = 64;

/** Registered gateways behind one address and port that are found by it; further ones need digest for their calls. */
export const BINDINGS_AT_ONE_PLACE_MAX = 64;

/** Nonces whose uses are remembered; where a bucket of them is full, its older ones become stale. */
export const NONCES_USED_MAX = 65_536;

/** Sources and names whose failed authentications are remembered; the oldest of a bucket makes room. */
export const AUTH_FAILURES_MAX = 65_536;

/** Failed authentications that one shard logs within a second; further ones are only counted. */
export const AUTH_LOG_LINES_MAX = 100;

/** Calls of one shard that wait for an LRN answer; a further one is dealt with as if there was no answer. */
export const LRN_WAITING_MAX = 8_192;

/** LRN answers that one shard remembers; the oldest is forgotten for a newer one. */
export const LRN_CACHED_MAX = 65_536;

/** LRN questions under way to the source; a further one fails at once. */
export const LRN_REQUESTS_MAX = 512;

/** Characters of an LRN answer; a longer one is none. */
export const LRN_ANSWER_MAX = 4_096;

/** Host names that a network may name; `tandem apply` refuses more. */
export const HOST_NAMES_MAX = 4_096;

/** Host names asked for at a time; the others wait for their turn. */
export const HOST_QUESTIONS_MAX = 64;

/** Addresses of one host name that are used; further ones are not. */
export const HOST_ADDRESSES_MAX = 32;
/** Numbers whose calls are counted at the same time, a power of two; a number that finds no room may not call. */
export const NUMBER_COUNTERS_MAX = 131_072;

/**
 * Numbers that the dynamic blacklist watches or blocks, a power of two; in a full bucket the one that called longest
 * ago makes room, and where all are blocked a further number is not watched.
 */
export const BLACK_LIST_NUMBERS_MAX = 65_536;

/** Live calls of one shard; the next INVITE is refused with 503, end reason Overload. */
export const SHARD_CALLS_MAX = 65_536;

/**
 * Transactions of one shard above which no call begins (503, Overload): what is left up to TRANSACTIONS_MAX is for the
 * calls that there are.
 */
export const NEW_CALL_TRANSACTIONS_MAX = 196_608;

/** Transactions of one shard above which no request outside of calls is kept; those within calls still find room. */
export const OUTSIDE_TRANSACTIONS_MAX = 229_376;

/** Attempts kept in one CDR; a hunt that would pass it ends with AllGatewaysFailed. */
export const ATTEMPTS_MAX = 32;

/** Characters of a User-Agent or Server header that a CDR keeps, each byte of UTF-8 for one; the rest is cut off. */
export const USER_AGENT_CHARACTERS_MAX = 64;

/** Characters of the Reason header that a CDR keeps, each byte of UTF-8 for one; the rest is cut off. */
export const REASON_CHARACTERS_MAX = 1_024;

/** Characters of the caller's Call-ID that a CDR keeps; the rest is cut off. */
export const CALL_ID_CHARACTERS_MAX = 255;

/**
 * Characters of a number that a CDR keeps, each byte of UTF-8 for one; the rest is cut off. Prices look at fewer:
 * PREFIX_DIGITS_MAX.
 */
export const NUMBER_CHARACTERS_MAX = 128;

/** Bytes of a live call on the board; a longer record stands there without its attempts, its texts cut if need be. */
export const BOARD_RECORD_BYTES = 2_048;

/** Bytes of the ring from the edge to one shard; above it datagrams are dropped and counted. */
export const INBOUND_RING_BYTES = 8 * 1024 * 1024;

/**
 * New INVITEs that wait at the edge for a shard to have time; the next is dropped and counted, as is one of a customer
 * of whom more wait than there is room left.
 */
export const WAITING_INVITES_MAX = 4_096;

/** Bytes of the ring from one shard to the wire; above it the shard waits for the edge. */
export const OUTBOUND_RING_BYTES = 8 * 1024 * 1024;

/** Bytes of the ring of finished CDRs from one shard to control. */
export const CDR_RING_BYTES = 8 * 1024 * 1024;

/** CDRs that control has not taken from a shard yet; from then on new calls get 503, Overload. */
export const CDR_HELD_MAX = 32_768;

/** Requests from the other leg that wait for an answer inside one call; the next gets 500 with Retry-After. */
export const PENDING_REQUESTS_MAX = 8;

/**
 * Answers of one INVITE that nobody wants (forks, or too late) and that are ended with BYE; further ones are ignored.
 */
export const UNWANTED_ANSWERS_MAX = 8;

/** Reliable provisional responses of one INVITE that wait for the PRACK of an earlier one; further ones are dropped. */
export const WAITING_PROVISIONALS_MAX = 8;

/** Early dialogs of one attempt, one for each fork downstream; signs of life of further forks are ignored. */
export const EARLY_DIALOGS_MAX = 8;

/** Contacts of one 3xx that are followed, in its order; further ones are ignored. */
export const REDIRECTS_MAX = 4;

/**
 * Answers 422 (RFC 4028) in a row that are obeyed by asking again with a longer interval; the next one fails the
 * request. Each proxy on the way may have a Min-SE of its own.
 */
export const INTERVAL_RAISES_MAX = 4;

/** Challenges that one request answers; at the next one it has failed. */
export const CHALLENGE_ANSWERS_MAX = 3;

/** Values of one header, such as Diversion, that cross written anew with our host; further ones do not cross. */
export const REWRITTEN_VALUES_MAX = 16;

/** Longest time that a gateway's Retry-After takes it out, ms; a longer one is cut to it. */
export const GATEWAY_BAN_MS_MAX = 3_600_000;

/** Digits of one prefix, or of one number of a group; a file with a longer one is refused. */
export const PREFIX_DIGITS_MAX = 32;

/** Routing gateways that one plan looks at: the longest prefixes first, and of one prefix the first of the network. */
export const ROUTE_CANDIDATES_MAX = 256;

/** Characters of the decision in a CDR; what does not fit is told as a number of further gateways. */
export const DECISION_CHARS_MAX = 512;

/** Slices of the time over which the quality of gateways is counted; SS_GATEWAY_ASR_RESERVE_SEPARATE takes no more. */
export const QUALITY_SLICES_MAX = 24;

/** Pairs of gateway and prefix whose quality is counted; the next one has to wait until one of them has been silent. */
export const QUALITY_PREFIXES_MAX = 16_384;

/**
 * Requests sent in a dialog between two renewals of its checkpoint, and twice as many sequence numbers are left out
 * when it lives on after a restart: those sent since the last renewal are never used again (RFC 3261 12.2.1.1).
 */
export const CSEQ_RENEWAL = 512;

/** Bytes of a journal's segment file; above it the next one begins. */
export const JOURNAL_SEGMENT_BYTES = 16 * 1024 * 1024;

/**
 * Bytes that the journal of one shard may take: live calls, and CDRs that control cannot store. Above 85 % new calls
 * get 503; the rest is for the ends of those that there are.
 */
export const JOURNAL_ROOM_BYTES = 512 * 1024 * 1024;

/** Datagrams of answered or ended calls that wait while the journal cannot be written; further ones are dropped. */
export const WITHHELD_DATAGRAMS_MAX = 8_192;

/** Rows of one imported file; a longer one is refused. */
export const IMPORT_ROWS_MAX = 20_000_000;

/** Calendars of a network; `tandem apply` refuses more. */
export const CALENDARS_MAX = 256;

/** Weekly periods of one calendar; `tandem apply` refuses more. */
export const CALENDAR_PERIODS_MAX = 32;

/** Special dates of one calendar; `tandem apply` refuses more. */
export const CALENDAR_SPECIAL_DATES_MAX = 1_000;

/** Values of one gateway that are scheduled by calendars, in each of its fields; `tandem apply` refuses more. */
export const SCHEDULED_VALUES_MAX = 16;
