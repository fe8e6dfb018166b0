// CDRs as a carrier's calls leave them, drawn at random: who calls, through which vendor, to which prefix, with what
// end.

import type { Prng } from '../src/core/base/prng.ts';
import { type Cdr, EMPTY_CDR } from '../src/core/cdr/cdr.ts';

export const CUSTOMERS = 200;
const VENDORS = 60;
const PREFIXES = 1_000;
const CENT_NANOS = 10_000_000;

/** Record `number` of them, of a call that ended at `endedAtWallMs`. */
export function sampleCdr(number: number, endedAtWallMs: number, prng: Prng): Cdr {
  const isAnswered = prng.below(100) < 45;
  const customer = prng.below(CUSTOMERS);
  const vendor = prng.below(VENDORS);
  const prefix = `44${Math.floor(PREFIXES * (prng.below(1_000) / 1_000) ** 3)}`;
  const attempt = {
    gateway: `vendor-${vendor}`,
    address: `203.0.113.${vendor}:5060`,
    callId: `7f3a91c2-${number}`,
    startedAtWallMs: endedAtWallMs - 60_000,
    firstResponseAtWallMs: endedAtWallMs - 59_900,
    code: isAnswered ? 200 : 486,
    left: isAnswered ? 'answered' : 'failure',
  } as const;
  return {
    ...EMPTY_CDR,
    id: `01JABCDEFGHJKMNPQR${String(number).padStart(8, '0')}`,
    node: 'node-1',
    shard: 0,
    snapshotVersion: 3,
    callerCallId: `caller-${number}@198.51.100.7`,
    calleeCallId: `7f3a91c2-${number}`,
    caller: `49${3_000_000_000 + prng.below(50_000_000)}`,
    callee: `44${2_000_000_000 + prng.below(400_000_000)}`,
    callerSent: `49${3_000_000_000 + prng.below(1_000)}`,
    calleeSent: `44${2_000_000_000 + prng.below(400_000_000)}`,
    mappingGateway: `customer-${customer}`,
    routingGateway: attempt.gateway,
    account: `account-${customer >> 1}`,
    callerAddress: '198.51.100.7:5060',
    calleeAddress: attempt.address,
    setupAtWallMs: endedAtWallMs - 60_100,
    firstProvisionalAtWallMs: endedAtWallMs - 59_900,
    ringingAtWallMs: endedAtWallMs - 59_000,
    answeredAtWallMs: isAnswered ? endedAtWallMs - 50_000 : null,
    endedAtWallMs,
    postDialDelayMs: 800 + prng.below(4_000),
    holdMs: isAnswered ? 50_000 : 0,
    endReason: isAnswered ? 'Normal' : 'Busy',
    endedBy: 'caller',
    sipCode: attempt.code,
    q850: 16,
    reasonHeader: '',
    limitedBy: '',
    userAgentCaller: 'Asterisk PBX',
    userAgentCallee: '',
    codec: 'PCMA',
    sessionTimer: '',
    decision: '',
    lrn: '',
    ...feesOf({ customer, vendor: attempt.gateway, prefix, isAnswered }),
    calleePostDialDelayMs: 1_890,
    callerMedia: '198.51.100.7:40000',
    calleeMedia: '203.0.113.9:30000',
    attempts:
      prng.below(100) < 30
        ? [{ ...attempt, gateway: `vendor-${prng.below(VENDORS)}`, code: 503, left: 'failure' }, attempt]
        : [attempt],
  };
}

/** Some kinds of price, so that sums are not multiples of one. */
function feesOf(call: {
  readonly customer: number;
  readonly vendor: string;
  readonly prefix: string;
  readonly isAnswered: boolean;
}): Partial<Cdr> {
  const { customer, vendor, prefix, isAnswered } = call;
  const nanos = isAnswered ? (1 + (Number(prefix) % 40)) * CENT_NANOS : 0;
  return {
    currency: 'EUR',
    sellTable: `table-${customer >> 4}`,
    sellPrefix: prefix,
    sellFeeNanos: BigInt(nanos),
    billedSeconds: isAnswered ? 60 : 0,
    clearingAccount: vendor,
    buyTable: vendor,
    buyPrefix: prefix.slice(0, 4),
    buyFeeNanos: BigInt(Math.floor(0.8 * nanos)),
    buyBilledSeconds: isAnswered ? 54 : 0,
  };
}
