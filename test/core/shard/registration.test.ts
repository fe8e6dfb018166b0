// Whose call it is by who has registered at its place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BINDINGS_AT_ONE_PLACE_MAX } from '../../../src/core/base/limits.ts';
import { defaultParameters } from '../../../src/core/parameters/registry.ts';
import { Bindings } from '../../../src/core/registration/bindings.ts';
import { FailureBook } from '../../../src/core/registration/failure-book.ts';
import { NonceUses } from '../../../src/core/registration/nonce-uses.ts';
import type { MappingGateway, Snapshot } from '../../../src/core/routing/snapshot.ts';
import { Registration, type RegistrationSurroundings } from '../../../src/core/shard/registration.ts';
import { allocateRegistration } from '../../../src/core/shard/shared-memory.ts';
import type { SipMessage } from '../../../src/core/sip/message.ts';
import { parseMessage } from '../../../src/core/sip/parse-message.ts';
import { nodeDigest } from '../../../src/shard-host/node-digest.ts';
import { mappingGateway } from '../../simulator/trunks.ts';

const SOURCE = { address: '198.51.100.7', port: 5060, listener: 0 };
const BINDING = {
  ...SOURCE,
  contact: 'sip:u@198.51.100.7',
  userAgent: '',
  isBehindNat: false,
  cseq: 1,
  expiresAtMs: 1e9,
  registeredAtWallMs: 0,
  refreshedAtWallMs: 0,
};
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

/** A registration over `lines`, and the bindings that it goes by. */
function open(lines: readonly MappingGateway[]) {
  const memory = allocateRegistration();
  const bindings = new Bindings(memory.bindings);
  const snapshotOf = (mappingGateways: readonly MappingGateway[]): Snapshot =>
    ({ version: 1, mappingGateways, routingGateways: [], parameters: defaultParameters() }) as unknown as Snapshot;
  const around = {
    nowMs: 1_000,
    wallMs: 1_000,
    bindings,
    routing: { snapshot: snapshotOf([]), screening: { find: () => null } },
    wheel: { arm: () => 1, disarm: () => undefined },
    realmOf: () => 'r',
    digest: nodeDigest,
    draw: () => 1,
    countAuth: () => undefined,
  };
  const nonceUses = new NonceUses(memory.nonceUses);
  const failures = new FailureBook(memory.failures);
  const registration = new Registration(
    around as unknown as RegistrationSurroundings,
    { nonceUses, failures, secret: '00'.repeat(32) },
    defaultParameters(),
  );
  const publish = (gateways: readonly MappingGateway[]): void => {
    const before = around.routing.snapshot;
    around.routing.snapshot = snapshotOf(gateways);
    registration.publish(before);
  };
  publish(lines);
  const bind = ({ slot, registerUser: user }: MappingGateway): boolean =>
    bindings.bind(slot, { ...BINDING, user, callMark: slot });
  const callerName = (): string => {
    const found = registration.callerOf(parseMessage(INVITE) as SipMessage, SOURCE);
    return 'name' in found ? found.name : String(found.status);
  };
  return { bind, publish, callerName, isBound: (slot: number) => bindings.isLive(slot, 1_000) };
}

test('all that one place may have are looked at: the prefix finds the device that registered first', () => {
  const lines = Array.from({ length: BINDINGS_AT_ONE_PLACE_MAX }, (_, line) =>
    mappingGateway(line + 1, {
      registerType: 'dynamic',
      registerUser: `u${line}`,
      calleePrefix: line === 0 ? '99' : '',
    }),
  );
  const { bind, callerName } = open(lines);
  for (const line of lines) bind(line);
  assert.equal(callerName(), lines[0]?.name);
});

test('a gateway that gets another user is no longer where the one before has registered', () => {
  const ada = mappingGateway(1, { registerType: 'dynamic', registerUser: 'ada', registerPassword: 'a' });
  const bob = { ...ada, registerUser: 'bob', registerPassword: 'b' };
  const { bind, publish, callerName, isBound } = open([ada]);
  bind(ada);
  assert.equal(callerName(), ada.name);
  publish([{ ...ada, calleePrefix: '994' }]);
  assert.equal(callerName(), ada.name);
  publish([bob]);
  assert.deepEqual([callerName(), isBound(1)], ['407', false]);
});

test('what the new user has registered at another shard, which has the tables already, stays', () => {
  const ada = mappingGateway(1, { registerType: 'dynamic', registerUser: 'ada', registerPassword: 'a' });
  const bob = { ...ada, registerUser: 'bob', registerPassword: 'b' };
  const { bind, publish, callerName } = open([ada]);
  bind(bob);
  publish([bob]);
  assert.equal(callerName(), bob.name);
});
