// Bounds of dial plans and number lists. What is beyond one is refused when it is saved, or counted here.

/** Rules of one dial plan, and of those regular expressions; a longer plan is refused when it is saved. */
export const DIAL_RULES_MAX = 10_000;
export const DIAL_EXPRESSIONS_MAX = 16;

/** Forms that the patterns of one dial plan have; a look-up takes a step for each, so more are refused. */
export const DIAL_FORMS_MAX = 128;

/** Targets of one rule, and digits of a pattern or a target; more are refused. */
export const DIAL_TARGETS_MAX = 1_000;
export const DIAL_DIGITS_MAX = 64;

/** Length of a regular expression in a dial plan, and groups of it in each other; more is refused. */
export const EXPRESSION_LENGTH_MAX = 256;
export const EXPRESSION_NESTING_MAX = 8;

/** Ways that matching such an expression may try on one number; one that could try more is refused. */
export const EXPRESSION_TRIES_MAX = 256;

/** Longer numbers are not held against expressions, and stay as they are. */
export const EXPRESSION_DIGITS_MAX = 64;

/** Numbers of a caller pool that are looked at for one attempt; in a larger one a free number may be missed. */
export const CALLER_POOL_TRIES_MAX = 256;

/** Entries of one number list of a gateway; more are refused. A number group has room for millions. */
export const NUMBER_LIST_MAX = 10_000;
