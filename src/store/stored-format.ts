// What is stored, as a number: a release that stores more than the one before it raises this, and the one before it
// refuses the data directory from then on. It would misread it, and book what it has misread.

/** Of this release: how many shapes records.ts has. */
export const STORED_FORMAT = 18;
