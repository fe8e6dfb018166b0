import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExplainedCall, explainCall, findCall } from '../../src/control/explained-call.ts';
import { CdrIdMint } from '../../src/core/cdr/cdr-id.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { ask, openControl, WALL_MS } from './control-fixture.ts';

test('each gateway of the decision with what became of it, those that were tried with what they said', () => {
  const [attempt] = sampleCdr(1).attempts;
  assert.ok(attempt !== undefined);
  const attempts = [
    { ...attempt, code: 0, left: 'inviteTimeout' as const },
    { ...attempt, gateway: 'two', code: 302, left: 'failure' as const },
    { ...attempt, gateway: 'two', address: '203.0.113.8:5060', code: 200 },
  ];
  const decision = '*Vendor one,4930;*two;-three;Lfour,49;Mfive:-3;+2';
  const { gateways, furtherCount } = explainCall({ ...sampleCdr(1), attempts, decision });
  assert.equal(furtherCount, 2);
  assert.deepEqual(
    gateways.map(({ gateway, prefix, isTried, what }) => [gateway, prefix, isTried, what]),
    [
      ['Vendor one', '4930', true, 'tried: inviteTimeout at 203.0.113.9:5060'],
      ['two', '4930', true, 'tried: failure 302 at 203.0.113.9:5060, then answered 200 at 203.0.113.8:5060'],
      ['three', '4930', false, 'not needed: the call had ended or been answered'],
      ['four', '49', false, 'locked'],
      ['five', '49', false, 'the profit is below minProfitPercent'],
    ],
  );
  assert.equal(gateways[4]?.profitPercent, -3);
});

test('a call is found by the Call-ID of either side and by the id of its record, the newest first', async () => {
  const { spool } = openMemoryStores();
  const [old, young, other] = [sampleCdr(1), sampleCdr(2), sampleCdr(3)];
  spool.append([old, { ...young, callerCallId: old.callerCallId }, other].map((cdr) => pack(cdr)));
  assert.equal((await findCall(spool, old.callerCallId))?.id, young.id);
  assert.equal((await findCall(spool, old.id))?.id, old.id);
  assert.equal((await findCall(spool, other.attempts[0]?.callId ?? ''))?.id, other.id);
  assert.equal(await findCall(spool, 'nobody'), null);
});

test('a call is found by the id of its record however many came after it', async () => {
  const { spool } = openMemoryStores();
  const mint = new CdrIdMint(7, 0);
  const setupAtWallMs = WALL_MS - 3_600_000;
  const asked = { ...sampleCdr(1, setupAtWallMs + 10_000), id: mint.next(setupAtWallMs), setupAtWallMs };
  const [early, later] = [-1, 1].map((sign) => pack(sampleCdr(2, setupAtWallMs + sign * 600_000)));
  assert.ok(early !== undefined && later !== undefined);
  spool.append([...Array.from({ length: 1_500 }, () => early), pack(asked), early]);
  for (let page = 0; page < 210; page++) spool.append(Array.from({ length: 1_000 }, () => later));
  assert.equal((await findCall(spool, asked.id))?.id, asked.id);
  assert.equal(await findCall(spool, mint.next(setupAtWallMs)), null);
  assert.equal(await findCall(spool, asked.callerCallId), null, 'by a Call-ID among the last ones alone');
});

test('a call is found by the id of its record however many have ended while it talked', async () => {
  const { spool } = openMemoryStores();
  const setupAtWallMs = WALL_MS - 3_600_000;
  const asked = { ...sampleCdr(1, WALL_MS), id: new CdrIdMint(7, 0).next(setupAtWallMs), setupAtWallMs };
  const between = pack(sampleCdr(2, setupAtWallMs + 600_000));
  for (let page = 0; page < 210; page++) spool.append(Array.from({ length: 1_000 }, () => between));
  spool.append([pack(asked)]);
  assert.equal((await findCall(spool, asked.id))?.id, asked.id);
});

test('a call is found by the id of its record when the clock was set back while it lived', async () => {
  const { spool } = openMemoryStores();
  const setBackMs = 2 * 3_600_000;
  const id = new CdrIdMint(7, 0).next(WALL_MS);
  const asked = { ...sampleCdr(1, WALL_MS - setBackMs + 10_000), id, setupAtWallMs: WALL_MS };
  const [before, after] = [sampleCdr(2, WALL_MS - 600_000), sampleCdr(3, WALL_MS - setBackMs + 20_000)];
  spool.append([before, asked, after].map((cdr) => pack(cdr)));
  assert.equal((await findCall(spool, id))?.id, id);
});

test('the API explains a call that lives and one that is over, and knows no other', async (context) => {
  const path = temporaryDirectory();
  const { control, shards } = openControl(path);
  const port = await control.start();
  context.after(() => control.stop());
  shards[0]?.begin({ ...sampleCdr(1), endReason: null, decision: '*one,49;-two' }, []);
  shards[0]?.record(sampleCdr(2, WALL_MS));
  control.tick(0);
  const explain = async (call: string) => {
    const { status, json } = await ask(path, port, `GET /api/v1/explain?call=${encodeURIComponent(call)}`);
    return { status, gateways: status === 200 ? (json() as ExplainedCall).gateways.map(({ gateway }) => gateway) : [] };
  };
  assert.deepEqual(await explain(sampleCdr(1).callerCallId), { status: 200, gateways: ['one', 'two'] });
  assert.deepEqual(await explain(sampleCdr(2).callerCallId), { status: 200, gateways: ['Vendor one'] });
  assert.deepEqual(await explain('nobody'), { status: 404, gateways: [] });
});
