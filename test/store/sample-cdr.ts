// CDRs for tests, with every field and an attempt.

import type { Cdr } from '../../src/core/cdr/cdr.ts';

/** A CDR whose id ends in `number`; ended at `endedAtWallMs`. */
export function sampleCdr(number: number, endedAtWallMs = 1_767_225_600_000): Cdr {
  return {
    id: `01JABCDEFGHJKMNPQR${String(number).padStart(8, '0')}`,
    node: 'node-1',
    shard: 0,
    snapshotVersion: 3,
    callerCallId: `caller-${number}@198.51.100.7`,
    calleeCallId: `${number}-tandem-0f3a`,
    caller: '4930111111',
    callee: '442079460000',
    callerSent: '4930111111',
    calleeSent: '442079460000',
    mappingGateway: 'Alpha',
    routingGateway: 'Vendor one',
    account: 'alpha',
    callerAddress: '198.51.100.7:5060',
    calleeAddress: '203.0.113.9:5060',
    setupAtWallMs: endedAtWallMs - 12_000,
    firstProvisionalAtWallMs: endedAtWallMs - 11_900,
    ringingAtWallMs: endedAtWallMs - 11_000,
    answeredAtWallMs: endedAtWallMs - 10_000,
    endedAtWallMs,
    postDialDelayMs: 1_000,
    holdMs: 10_000,
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
    decision: '*Vendor one,49',
    lrn: '',
    attempts: [
      {
        gateway: 'Vendor one',
        address: '203.0.113.9:5060',
        callId: `${number}-tandem-0f3a`,
        startedAtWallMs: endedAtWallMs - 11_990,
        firstResponseAtWallMs: endedAtWallMs - 11_900,
        code: 200,
        left: 'answered',
      },
    ],
  };
}
