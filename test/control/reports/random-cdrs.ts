// Random CDRs for tests of reports and bills: few names, every kind of end, fees that no float holds.

import type { Prng } from '../../../src/core/base/prng.ts';
import type { AttemptLeft, Cdr, CdrAttempt } from '../../../src/core/cdr/cdr.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';

const LEFT: readonly AttemptLeft[] = ['failure', 'inviteTimeout', 'ringingTimeout'];

/** A CDR that ended at `endedAtWallMs`. */
export function randomCdr(number: number, endedAtWallMs: number, prng: Prng): Cdr {
  const cdr = sampleCdr(number, endedAtWallMs);
  const isAnswered = prng.below(3) > 0;
  const isRated = prng.below(5) > 0;
  const vendors = Array.from({ length: prng.below(4) }, () => `vendor ${prng.below(4)}`);
  const isSold = isRated && isAnswered;
  const fee = (): bigint => (isSold ? BigInt(prng.below(2 ** 31)) * BigInt(1 + prng.below(2_000_000)) : 0n);
  return {
    ...cdr,
    account: `account ${prng.below(3)}`,
    mappingGateway: `customer ${prng.below(4)}`,
    routingGateway: vendors.at(-1) ?? '',
    answeredAtWallMs: isAnswered ? endedAtWallMs - 10_000 : null,
    ringingAtWallMs: prng.below(2) === 0 ? null : endedAtWallMs - 20_000,
    postDialDelayMs: prng.below(4) === 0 ? null : prng.below(40_000) / 4,
    calleePostDialDelayMs: prng.below(4) === 0 ? null : prng.below(40_000) / 4,
    holdMs: isAnswered ? prng.below(1_000_000) / 8 : 0,
    endReason: isAnswered ? 'Normal' : prng.below(2) === 0 ? 'Busy' : 'GatewayTimeout',
    currency: isRated ? (['EUR', 'USD'][prng.below(2)] ?? '') : '',
    sellTable: isRated ? `retail ${prng.below(2)}` : '',
    sellPrefix: isRated ? (['', '44', '4420', '49'][prng.below(4)] ?? '') : '',
    sellFeeNanos: fee(),
    taxNanos: fee(),
    billedSeconds: isSold ? prng.below(600) : 0,
    clearingAccount: vendors.at(-1) ?? '',
    buyTable: isRated ? (['wholesale', 'gone'][prng.below(2)] ?? '') : '',
    buyPrefix: isRated ? '4' : '',
    buyCurrency: isRated ? (['', 'USD', 'GBP'][prng.below(3)] ?? '') : '',
    buyFeeNanos: fee(),
    buyTaxNanos: fee(),
    buyBilledSeconds: isSold ? prng.below(600) : 0,
    agentFees: isSold
      ? [{ account: 'agent', table: 'agents', prefix: '4', feeNanos: fee(), taxNanos: fee(), billedSeconds: 7 }]
      : [],
    attempts: vendors.map((gateway, at) => attempt(gateway, at === vendors.length - 1 && isAnswered, prng)),
  };
}

function attempt(gateway: string, isAnswered: boolean, prng: Prng): CdrAttempt {
  return {
    gateway,
    address: '203.0.113.9:5060',
    callId: 'x',
    startedAtWallMs: 0,
    firstResponseAtWallMs: null,
    code: isAnswered ? 200 : ([0, 486, 503, 603][prng.below(4)] ?? 0),
    left: isAnswered ? 'answered' : (LEFT[prng.below(3)] ?? 'failure'),
  };
}
