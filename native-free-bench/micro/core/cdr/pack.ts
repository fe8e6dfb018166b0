// The price of a CDR as bytes: packed by the shard that made it, unpacked by whoever reads it. Run:
// node dist/native-free-bench/micro/core/cdr/pack.js

import { type Cdr, type CdrAttempt, EMPTY_CDR } from '../../../../src/core/cdr/cdr.ts';
import { pack, unpackCdr } from '../../../../src/store/records.ts';
import { report } from '../sip/measure.ts';

const WALL_MS = Date.UTC(2026, 0, 1);

/** A call that was answered at its second gateway. */
function cdrOf(index: number): Cdr {
  const attempt = attemptOf(index);
  return {
    ...EMPTY_CDR,
    id: `01JABCDEFGHJKMNPQR${String(index).padStart(8, '0')}`,
    node: 'node-1',
    shard: 0,
    snapshotVersion: 3,
    callerCallId: `caller-${index}@198.51.100.7`,
    calleeCallId: `7f3a91c3-${index}`,
    caller: '4930111111',
    callee: '442079460000',
    callerSent: '4930111111',
    calleeSent: '442079460000',
    mappingGateway: 'blue-telecom-1',
    routingGateway: 'yellow-carrier',
    account: 'blue-telecom',
    callerAddress: '198.51.100.7:5060',
    calleeAddress: '203.0.113.30:5060',
    setupAtWallMs: WALL_MS + index,
    firstProvisionalAtWallMs: WALL_MS + index + 1_100,
    ringingAtWallMs: WALL_MS + index + 1_900,
    answeredAtWallMs: WALL_MS + index + 5_000,
    endedAtWallMs: WALL_MS + index + 65_000,
    postDialDelayMs: 1_900.25,
    holdMs: 60_000,
    endReason: 'Normal',
    endedBy: 'caller',
    sipCode: 200,
    q850: 16,
    reasonHeader: '',
    limitedBy: '',
    userAgentCaller: 'Asterisk PBX 18.10',
    userAgentCallee: 'Carrier SBC',
    codec: 'PCMA',
    sessionTimer: 'caller',
    decision: '*red-carrier,4930;*yellow-carrier;-blue-carrier,49;Lgreen-carrier',
    lrn: '',
    currency: 'EUR',
    sellTable: 'retail',
    sellPrefix: '44',
    sellFeeNanos: 12_000_000n,
    billedSeconds: 60,
    clearingAccount: 'green-carrier',
    buyTable: 'green-carrier',
    buyFeeNanos: 9_000_000n,
    calleePostDialDelayMs: 990,
    callerMedia: '198.51.100.7:40000',
    calleeMedia: '203.0.113.9:30000',
    attempts: [
      attempt,
      { ...attempt, gateway: 'yellow-carrier', address: '203.0.113.30:5060', code: 200, left: 'answered' },
    ],
  };
}

/** An attempt that its gateway never answered. */
function attemptOf(index: number): CdrAttempt {
  return {
    gateway: 'green-carrier',
    address: '203.0.113.20:5060',
    callId: `7f3a91c2-${index}`,
    startedAtWallMs: WALL_MS + index,
    firstResponseAtWallMs: null,
    code: 0,
    left: 'inviteTimeout',
  };
}

const cdrs = Array.from({ length: 256 }, (_, index) => cdrOf(index));
const packed = cdrs.map((cdr) => pack(cdr));
const sizeBytes = packed[0]?.length ?? 0;
const indices = cdrs.map((_, index) => String(index));

report(`CDR of two attempts, pack (${sizeBytes} bytes)`, indices, (text) => pack(cdrs[Number(text)]).length);
report('CDR of two attempts, unpack', indices, (text) => unpackCdr(packed[Number(text)] ?? new Uint8Array()).sipCode);
