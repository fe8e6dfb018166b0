// Q.850 causes and SIP statuses, each told in the other's words: the two tables of RFC 3398.

/** 7.2.4.1. Of 22 the row without a new number, of 21 the one for a refusal that is not the user's own. */
const STATUS_OF_CAUSE: ReadonlyMap<number, number> = new Map([
  // Normal events.
  [1, 404],
  [2, 404],
  [3, 404],
  [17, 486],
  [18, 408],
  [19, 480],
  [20, 480],
  [21, 403],
  [22, 410],
  [23, 410],
  [26, 404],
  [27, 502],
  [28, 484],
  [29, 501],
  [31, 480],
  // Resources that are not there.
  [34, 503],
  [38, 503],
  [41, 503],
  [42, 503],
  [47, 503],
  // Services that are not available.
  [55, 403],
  [57, 403],
  [58, 503],
  // Services that do not exist.
  [65, 488],
  [70, 488],
  [79, 501],
  // Invalid messages, protocol errors, interworking.
  [87, 403],
  [88, 503],
  [102, 504],
  [111, 500],
  [127, 500],
]);

/** 8.2.6.1. 487, 488 and 606 have no cause there. */
const CAUSE_OF_STATUS: ReadonlyMap<number, number> = new Map([
  [400, 41],
  [401, 21],
  [402, 21],
  [403, 21],
  [404, 1],
  [405, 63],
  [406, 79],
  [407, 21],
  [408, 102],
  [410, 22],
  [413, 127],
  [414, 127],
  [415, 79],
  [416, 127],
  [420, 127],
  [421, 127],
  [423, 127],
  [480, 18],
  [481, 41],
  [482, 25],
  [483, 25],
  [484, 28],
  [485, 1],
  [486, 17],
  [500, 41],
  [501, 79],
  [502, 38],
  [503, 41],
  [504, 102],
  [505, 127],
  [513, 127],
  [600, 17],
  [603, 21],
  [604, 1],
]);

/** Normal call clearing: it fails nothing, so it has no status. */
const NORMAL_CLEARING = 16;

/** The failure that a Q.850 cause stands for; 500 for causes without a row, 0 for normal clearing. */
export function statusOfCause(q850: number): number {
  return q850 === NORMAL_CLEARING ? 0 : (STATUS_OF_CAUSE.get(q850) ?? 500);
}

/** The Q.850 cause that a SIP failure stands for; 0 when the table has none. */
export function causeOfStatus(status: number): number {
  return CAUSE_OF_STATUS.get(status) ?? 0;
}
