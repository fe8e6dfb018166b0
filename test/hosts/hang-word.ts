/** A datagram with it makes the shards of a switch run in a circle that has loaded hang-on-word.ts. */
export const HANG_WORD = 'run-in-a-circle';
