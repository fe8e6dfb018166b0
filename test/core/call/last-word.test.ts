import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptFailure } from '../../../src/core/call/hunt.ts';
import { type LastWord, moreTelling } from '../../../src/core/call/last-word.ts';
import { EMPTY_CROSSING } from '../../../src/core/call/leg-events.ts';

const BUSY = refusal(486);
const SILENT: readonly LastWord[] = [
  word('inviteTimeout'),
  word('tryingTimeout'),
  word('progressTimeout'),
  word('unreachable'),
  refusal(302),
  refusal(401),
  refusal(407),
];

for (const last of SILENT) {
  test(`${last.outcome.how} ${last.outcome.status || ''}: what was said before it, else its own`, () => {
    assert.equal(moreTelling(last, BUSY), BUSY);
    assert.equal(moreTelling(last, null), last);
    assert.equal(moreTelling(last, word('unreachable')), last);
  });
}

for (const last of [refusal(404), refusal(503), refusal(603), word('ringingTimeout')]) {
  test(`${last.outcome.how} ${last.outcome.status || ''}: its own`, () => {
    assert.equal(moreTelling(last, BUSY), last);
  });
}

function word(how: AttemptFailure, status = 0): LastWord {
  const outcome = { how, status, q850: 0, hadSdp: false, hadRinging: false, hadRtp: false };
  return { outcome, phrase: '', crossing: EMPTY_CROSSING };
}

function refusal(status: number): LastWord {
  return word('failure', status);
}
