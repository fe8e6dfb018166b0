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
import { challengesOf, printCredentials } from '../../../src/core/sip/digest.ts';
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
  const failed: string[] = [];
  let drawn = 0;
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
    draw: () => ++drawn,
    countAuth: () => undefined,
    tellAuthFailed: (_address: string, user: string) => void failed.push(user),
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
  const callerOf = (line = '') =>
    registration.callerOf(parseMessage(INVITE.replace('Content', `${line}Content`)) as SipMessage, SOURCE);
  const callerName = (line = ''): string => {
    const found = callerOf(line);
    return 'name' in found ? found.name : String(found.status);
  };
  /** Who calls, when `user` proves that he does. */
  const proven = (user: string, password: string): string => {
    const asked = callerOf();
    assert.ok('lines' in asked && asked.status === 407);
    const head = 'SIP/2.0 407 No\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:1@s>;tag=1\r\nTo: <sip:2@s>\r\n';
    const rest = `Call-ID: a\r\nCSeq: 1 INVITE\r\n${asked.lines}Content-Length: 0\r\n\r\n`;
    const challenge = challengesOf(parseMessage(head + rest) as SipMessage)[0] ?? assert.fail();
    const uri = 'sip:99442071@s';
    const input = { user, password, method: 'INVITE', uri, body: '', clientNonce: 'c', nonceCount: 1 };
    return callerName(printCredentials(challenge, input, nodeDigest));
  };
  return { bind, publish, callerName, proven, failed, isBound: (slot: number) => bindings.isLive(slot, 1_000) };
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

test('of devices at one place that have to prove themselves each does so by its own password', () => {
  const line = (slot: number, registerUser: string, more: Partial<MappingGateway> = {}) =>
    mappingGateway(slot, {
      registerType: 'dynamic',
      registerUser,
      registerPassword: `of-${registerUser}`,
      requireDigest: true,
      ...more,
    });
  const lines = [line(1, 'ada'), line(2, 'bob'), line(3, 'eve', { calleePrefix: '88' }), line(4, 'dan')] as const;
  const [ada, bob, eve] = lines;
  const { bind, proven, failed } = open(lines);
  for (const device of [ada, bob, eve]) bind(device);
  assert.equal(proven('ada', 'of-ada'), ada.name);
  assert.equal(proven('bob', 'of-bob'), bob.name);
  assert.deepEqual(failed, []);
  assert.equal(proven('bob', 'of-ada'), '407', 'a wrong password');
  assert.equal(proven('eve', 'of-eve'), '407', 'not for this callee');
  assert.equal(proven('dan', 'of-dan'), '407', 'registered elsewhere, or nowhere');
  assert.deepEqual(failed, ['bob', 'eve', 'dan']);
});

test('BINDINGS_AT_ONE_PLACE_MAX: one beyond them is found by its credentials', () => {
  const lines = Array.from({ length: BINDINGS_AT_ONE_PLACE_MAX + 1 }, (_, line) =>
    mappingGateway(line + 1, {
      registerType: 'dynamic',
      registerUser: `u${line}`,
      registerPassword: 'p',
      requireDigest: true,
    }),
  );
  const { bind, proven } = open(lines);
  for (const line of lines) bind(line);
  assert.equal(proven('u0', 'p'), lines[0]?.name);
});

test('a gateway whose password is another is nowhere until its device has proved that it has that one', () => {
  const ada = mappingGateway(1, { registerType: 'dynamic', registerUser: 'ada', registerPassword: 'stolen' });
  const known = { ...ada, registerPassword: 'new' };
  const { bind, publish, isBound } = open([ada]);
  bind(ada);
  publish([known]);
  assert.equal(isBound(1), false);
  bind(known);
  publish([{ ...known, locked: true }]);
  assert.equal(isBound(1), true);
});
