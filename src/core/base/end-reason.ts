// Why a call ended: the one table. Each reason stands here once, with what both sides are told, and
// everything else (responses, BYE Reason headers, CDRs, metrics, console) is looked up in it.

/** Who ended a call. */
export type EndedBy = 'caller' | 'callee' | 'server';

/** One row of the table. */
export interface EndReasonRow {
  /** Who is named as the one who ended it. */
  readonly endedBy: EndedBy;
  /** SIP status told to a caller that has no final response yet; 0 when none is due. */
  readonly status: number;
  /** Q.850 cause for the Reason header. */
  readonly q850: number;
  /** Number in the CDR: 0 normal, positive = the SIP status of a device, negative = the server. */
  readonly number: number;
  /** A sentence for the console. */
  readonly sentence: string;
}

function row(endedBy: EndedBy, status: number, q850: number, number: number, sentence: string): EndReasonRow {
  return { endedBy, status, q850, number, sentence };
}

/** The table, by name. */
export const END_REASONS = {
  Normal: row('caller', 0, 16, 0, 'The call was answered and one side hung up.'),
  CallerCancelled: row('caller', 487, 16, 487, 'The caller gave up before an answer.'),
  Busy: row('callee', 486, 17, 486, 'The called party is busy.'),
  NoAnswer: row('callee', 408, 19, 408, 'The called party was alerted and did not answer.'),
  Rejected: row('callee', 603, 21, 603, 'The last gateway refused the call.'),
  NumberNotFound: row('callee', 404, 1, 404, 'The last gateway does not know the number.'),
  CodecMismatch: row('callee', 488, 65, 488, 'The last gateway takes no codec or body that was offered.'),
  NoAvailableRouter: row('server', 404, 3, -1, 'No routing gateway has a prefix of this number.'),
  AllGatewaysFailed: row('server', 503, 41, -2, 'Every gateway of the route plan was tried and failed.'),
  GatewayTimeout: row('server', 408, 102, -3, 'The last gateway did not respond in time.'),
  GatewayUnreachable: row('server', 503, 27, -4, 'Datagrams to the last gateway could not be sent.'),
  GatewayFull: row(
    'server',
    503,
    34,
    -5,
    'Every gateway with this prefix is full, locked, not registered, out, banned or at its call rate.',
  ),
  ProfitGuard: row('server', 503, 34, -23, 'Every gateway with this prefix that is open costs more than the call may.'),
  CallerNotAllowed: row('server', 403, 21, -6, 'The source address belongs to no mapping gateway that may call.'),
  CapacityReached: row('server', 503, 34, -8, 'The mapping gateway or the appliance has all the calls it may have.'),
  RateLimited: row(
    'server',
    503,
    42,
    -9,
    'The mapping gateway or the appliance has all the calls a second it may have.',
  ),
  MaxDuration: row('server', 0, 102, -10, 'The longest talk time was reached.'),
  NoAck: row('server', 0, 102, -11, 'The caller never acknowledged the answer.'),
  Overload: row('server', 503, 42, -12, 'The switch has no room for another call.'),
  OperatorHangup: row('server', 480, 16, -13, 'An operator hung up.'),
  SwitchRestart: row('server', 503, 41, -14, 'The shard that held the call stopped.'),
  ProtocolError: row('server', 500, 111, -15, 'A peer broke the protocol in a way that ended the call.'),
  Defect: row('server', 500, 127, -16, 'A defect of the switch ended the call; its ladder is in the log.'),
  AccountLocked: row('server', 403, 21, -17, 'The account of the mapping gateway is locked.'),
  AccountExpired: row('server', 403, 21, -18, 'The account of the mapping gateway has expired.'),
  AuthenticationFailed: row('server', 503, 21, -19, 'The last gateway took no credentials we have for it.'),
  SessionTimeout: row('server', 0, 102, -20, 'A side stopped refreshing its session timer.'),
  NoTimerLimit: row('server', 0, 102, -21, 'The longest talk time of callers without session timers was reached.'),
  LrnFailed: row('server', 503, 41, -30, 'The location routing number of the callee could not be had in time.'),
  MediaTimeout: row('server', 0, 41, -22, 'No media came from a side for too long.'),
  RateNotFound: row('server', 403, 21, -24, 'The account, or an agent above it, has no rate for the number.'),
  InsufficientBalance: row('server', 402, 21, -26, 'The balance does not pay for the beginning of the call.'),
  CreditExhausted: row('server', 0, 102, -27, 'The balance paid for no more talk.'),
  RateBarred: row('server', 403, 21, -25, 'The rate of the number is locked, or beyond the call level of the gateway.'),
  NumberRestricted: row(
    'server',
    403,
    21,
    -28,
    'A number list of the mapping gateway does not let these numbers pass.',
  ),
  BlackListed: row('server', 403, 21, -29, 'The caller or the called number is on the dynamic blacklist.'),
} as const satisfies Record<string, EndReasonRow>;

/** A name in the table. */
export type EndReason = keyof typeof END_REASONS;

/** All names, in the table's order: the index of a name is its place in counters. */
export const END_REASON_NAMES = Object.keys(END_REASONS) as readonly EndReason[];

/** The row of `reason`. */
export function endReasonRow(reason: EndReason): EndReasonRow {
  return END_REASONS[reason];
}
