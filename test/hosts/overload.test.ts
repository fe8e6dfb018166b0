// The switch as a process, held down to a fifth of a core, and three times the calls it can carry. Its peers are
// processes of their own. What a machine carries differs, and what else runs on it too: every bound here is relative.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { OverloadEnds } from '../../native-free-bench/overload-ends.ts';
import { loopbackGround } from '../../native-free-bench/overload-ground.ts';
import { goodputOf, type OverloadPoint, unexplainedOf } from '../../native-free-bench/overload-report.ts';
import { Stage } from '../../native-free-bench/overload-stage.ts';
import { OverloadSwitch } from '../../native-free-bench/overload-switch.ts';
import { fileScope, type Scope } from './scope.ts';

const CORE_SHARE = 0.2;

/** Far more than a fifth of any core carries. */
const FIRST_CALLS_PER_SECOND = 1_200;
const FIRST_SECONDS = 4;

const FACTOR = 3;
const SECONDS = 4;

const scope = fileScope();

describe('three times the calls that the switch can carry', () => {
  let carried = 0;
  let point: OverloadPoint;

  before(async () => {
    const stage = await startStage(scope);
    carried = Math.max(10, goodputOf((await stage.offer(FIRST_CALLS_PER_SECOND, FIRST_SECONDS)).outcome));
    point = await stage.measure(carried, FACTOR, SECONDS);
  });

  test('it goes on completing calls', () => {
    const { offered, completed } = point.outcome.load;
    assert.ok(completed > offered / FACTOR / 3, `${completed} of ${offered}, when it carried ${carried} a second`);
  });

  test('every INVITE was let in, refused or dropped, and counted, but for those the socket lost', () => {
    const unexplained = unexplainedOf(point);
    assert.ok(unexplained >= 0 && unexplained <= point.counts.lostAtSocket, `${unexplained} unexplained`);
  });

  test('21.5.4: nobody was refused but with 503 and a Retry-After of 5 to 15 s', () => {
    const { load, afterwards } = point.outcome;
    assert.deepEqual([load.failed, afterwards.failed], [{}, {}]);
    assert.equal(load.offered, load.completed + load.refused + load.silent);
  });

  test('every BYE of an established call was answered, the usual one within 200 ms', () => {
    const { sent, unanswered, answerMs } = point.outcome.byes;
    assert.ok(sent > 0);
    assert.equal(unanswered, 0);
    assert.ok(answerMs.p50 <= 200, `${answerMs.p50} ms`);
  });

  test('within 5 s of half the load every call succeeds again', () => {
    assert.ok(point.outcome.afterwards.lastFailureMs < 5_000, `${point.outcome.afterwards.lastFailureMs} ms`);
  });
});

async function startStage(owner: Scope): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'tandem-overload-'));
  owner.after(() => rmSync(directory, { recursive: true, force: true }));
  const ground = loopbackGround();
  const ends = await OverloadEnds.start(ground);
  owner.after(() => ends.stop());
  const { answererPort } = ends;
  const switched = await OverloadSwitch.start({ ground, directory, answererPort, shards: 0, coreShare: CORE_SHARE });
  owner.after(() => switched.stop());
  return new Stage(ends, ground, switched);
}
