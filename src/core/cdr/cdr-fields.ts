// What the fields of a CDR are: each stands here once, with its kind, the column of VOS3000's CDR table that means the
// same, and a sentence of help. JSON, CSV, the columns of SQL, the VOS3000 text and the documentation read this table.
// Its order is the order of columns in files: fields are appended, never moved.

import type { Cdr } from './cdr.ts';

/**
 * What a value is. `text` and `word` are strings (a word comes from a closed set), `count` is a whole number, `ms` a
 * duration, `wallMs` milliseconds since 1970 UTC, `nanos` money in 10^-9 of its currency, `list` a list of objects.
 * Any but text and list may be null: it did not happen.
 */
export type CdrFieldKind = 'text' | 'word' | 'count' | 'ms' | 'wallMs' | 'nanos' | 'list';

/** One row of the table. */
export interface CdrField {
  readonly kind: CdrFieldKind;
  /** Column of VOS3000 that means the same; '' where it has none. */
  readonly vos3000: string;
  readonly help: string;
}

function row(kind: CdrFieldKind, vos3000: string, help: string): CdrField {
  return { kind, vos3000, help };
}

/** The table, by the name that JSON has. */
export const CDR_FIELD_TABLE = {
  id: row('text', 'flowno', 'Unique across nodes and restarts, sortable by time; the key in every store.'),
  node: row('text', 'softswitchname', 'Node that carried the call.'),
  shard: row('count', '', 'Shard of the node.'),
  snapshotVersion: row('count', '', 'Version of the network that the call was routed by.'),
  callerCallId: row('text', 'callercallid', "Call-ID on the caller's side."),
  calleeCallId: row('text', 'calleecallid', 'Call-ID toward the last gateway; empty when none was tried.'),
  caller: row('text', 'calleraccesse164', 'Calling number as received.'),
  callee: row('text', 'calleeaccesse164', 'Called number as received.'),
  callerSent: row('text', 'callertogatewaye164', 'Calling number as sent to the last gateway.'),
  calleeSent: row('text', 'calleetogatewaye164', 'Called number as sent to the last gateway.'),
  mappingGateway: row('text', 'callergatewayid', 'Gateway the call came from.'),
  routingGateway: row('text', 'calleegatewayid', 'Gateway that was tried last; the one that answered, when one did.'),
  account: row('text', 'customeraccount', 'Account of the mapping gateway.'),
  callerAddress: row('text', 'callerip', 'Address and port the call came from.'),
  calleeAddress: row('text', 'calleeip', 'Address and port of the last attempt.'),
  setupAtWallMs: row('wallMs', 'starttime', 'INVITE received.'),
  firstProvisionalAtWallMs: row('wallMs', '', 'First sign of life (101 to 199) sent to the caller.'),
  ringingAtWallMs: row('wallMs', '', 'First 180, 181 or 182.'),
  answeredAtWallMs: row('wallMs', '', 'Answered.'),
  endedAtWallMs: row('wallMs', 'stoptime', 'Ended.'),
  postDialDelayMs: row('ms', 'callerpdd', 'From the INVITE to the first 18x or answer.'),
  holdMs: row('ms', 'holdtime', 'From the answer to the end; VOS3000 counts whole seconds.'),
  endReason: row('word', 'endreason', 'Why it ended; VOS3000 text has the number of the reason.'),
  endedBy: row('word', 'enddirection', 'caller, callee or server; VOS3000 text has 0, 1 or 2.'),
  sipCode: row('count', '', 'Final status told to the caller.'),
  q850: row('count', '', 'Q.850 cause.'),
  reasonHeader: row('text', 'sipreasonheader', 'Reason header received with the end.'),
  limitedBy: row('text', '', 'Parameter or gateway whose talk limit ended the call.'),
  attempts: row('list', '', 'Every attempt: gateway, address, Call-ID, times, final status, how it was left.'),
  userAgentCaller: row('text', 'callerproductid', 'User-Agent of the caller.'),
  userAgentCallee: row('text', 'calleeproductid', 'Server or User-Agent of the side that answered.'),
  codec: row('text', 'calleecodec', 'Codec that the answer to the offer prefers.'),
  sessionTimer: row('word', '', 'Sides with a session timer at the answer: caller, callee, both, or empty.'),
  decision: row('text', '', 'Gateways in the order of the plan, and why each was or was not tried; `tandem explain`.'),
  lrn: row('text', '', 'Location routing number of the called number; empty when it is not ported, or was not asked.'),
  callerBilled: row('text', 'callere164', 'Calling number that prices went by: translated by the mapping gateway.'),
  calleeBilled: row('text', 'calleee164', 'Called number that prices went by: translated by the mapping gateway.'),
  currency: row('text', '', 'Currency of the account, ISO 4217; empty when the call has no sell rate.'),
  sellTable: row('text', '', 'Rate table that the account pays by.'),
  sellPrefix: row('text', '', 'Prefix of that rate.'),
  sellFeeNanos: row('nanos', 'fee', 'What the account pays, without tax.'),
  taxNanos: row('nanos', 'tax', 'Tax on top of it.'),
  billedSeconds: row('count', 'feetime', 'Seconds that the account pays for.'),
  clearingAccount: row('text', '', 'Account of the last gateway.'),
  buyTable: row('text', '', 'Rate table that it is paid by.'),
  buyPrefix: row('text', '', 'Prefix of that rate.'),
  buyFeeNanos: row('nanos', 'incomefee', 'What it is paid, without tax.'),
  buyTaxNanos: row('nanos', 'incometax', 'Tax on top of it.'),
  buyBilledSeconds: row('count', '', 'Seconds that it is paid for.'),
  agentFees: row('list', '', 'What each agent above the account pays: account, table, prefix, fee, tax, seconds.'),
  ratedSeconds: row('count', '', 'Whole seconds of talk that prices went by; null when no price was asked.'),
  unpaidSeconds: row('count', '', 'Those of them that the money of the account did not reach for; it pays the others.'),
  freeSeconds: row('count', '', 'The first of the rated seconds, which a package gave for nothing.'),
  freeAllowance: row('text', '', 'Package and name of the free minutes that they are of.'),
  freeFromDay: row('count', '', 'First day of the period of the package that they count in, days since 1970.'),
  buyCurrency: row('text', '', 'Currency that the last gateway is paid in; empty when it has no buy rate.'),
  calleePostDialDelayMs: row('ms', 'calleepdd', 'From the INVITE to the last gateway to its first 18x or answer.'),
  callerMedia: row('text', 'callerrtpip', 'Address and port at which the caller wants audio, by its description.'),
  calleeMedia: row('text', 'calleertpip', 'Address and port at which the callee wants audio, by its description.'),
} as const satisfies Readonly<Record<keyof Cdr, CdrField>>;

/** Names of all fields, in the order of columns. */
export const CDR_FIELD_NAMES = Object.keys(CDR_FIELD_TABLE) as readonly (keyof Cdr)[];
