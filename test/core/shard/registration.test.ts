// Whose call it is when many registered devices are behind one address and port.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BINDINGS_AT_ONE_PLACE_MAX } from '../../../src/core/base/limits.ts';
import { defaultParameters } from '../../../src/core/parameters/registry.ts';
import { Bindings } from '../../../src/core/registration/bindings.ts';
import { FailureBook } from '../../../src/core/registration/failure-book.ts';
import { NonceUses } from '../../../src/core/registration/nonce-uses.ts';
import type { Snapshot } from '../../../src/core/routing/snapshot.ts';
import { Registration, type RegistrationSurroundings } from '../../../src/core/shard/registration.ts';
import { allocateRegistration } from '../../../src/core/shard/shared-memory.ts';
import type { SipMessage } from '../../../src/core/sip/message.ts';
import { parseMessage } from '../../../src/core/sip/parse-message.ts';
import { mappingGateway } from '../../simulator/trunks.ts';

const SOURCE = { address: '198.51.100.7', port: 5060, listener: 0 };
const INVITE = [
  'INVITE sip:99442071@s SIP/2.0',
  'Via: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1',
  'Max-Forwards: 70',
  'From: <sip:1@s>;tag=1',
  'To: <sip:2@s>',
  'Call-ID: a',
  'CSeq: 1 INVITE',
  'Content-Length: 0',
  '\r\n',
].join('\r\n');

test('all that one place may have are looked at: the prefix finds the device that registered first', () => {
  const memory = allocateRegistration();
  const bindings = new Bindings(memory.bindings);
  const lines = Array.from({ length: BINDINGS_AT_ONE_PLACE_MAX }, (_, line) =>
    mappingGateway(line + 1, {
      registerType: 'dynamic',
      registerUser: `u${line}`,
      calleePrefix: line === 0 ? '99' : '',
    }),
  );
  const snapshot: Snapshot = {
    version: 1,
    mappingGateways: lines,
    routingGateways: [],
    parameters: defaultParameters(),
  } as unknown as Snapshot;
  const around = {
    nowMs: 1_000,
    wallMs: 1_000,
    bindings,
    routing: { snapshot, screening: { find: () => null } },
    wheel: { arm: () => 1, disarm: () => undefined },
    realmOf: () => 'r',
  } as unknown as RegistrationSurroundings;
  const nonceUses = new NonceUses(memory.nonceUses);
  const failures = new FailureBook(memory.failures);
  const registration = new Registration(around, { nonceUses, failures, secret: '00'.repeat(32) }, defaultParameters());
  registration.publish({ ...snapshot, mappingGateways: [] });
  for (const { slot, registerUser } of lines) {
    bindings.bind(slot, {
      ...SOURCE,
      user: registerUser,
      contact: 'sip:u@198.51.100.7',
      userAgent: '',
      isBehindNat: false,
      callMark: slot,
      cseq: 1,
      expiresAtMs: 1e9,
      registeredAtWallMs: 0,
      refreshedAtWallMs: 0,
    });
  }
  const found = registration.callerOf(parseMessage(INVITE) as SipMessage, SOURCE);
  assert.equal('name' in found ? found.name : '', lines[0]?.name);
});
