// Every ladder in the Markdown files of this folder, each a test named by its rule.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFlows } from './flow-file.ts';
import { flowFiles } from './flow-folder.ts';
import { playFlow } from './flow-runner.ts';

for (const [name, flows] of flowFiles()) {
  describe(name, () => {
    for (const flow of flows) test(flow.rule, () => playFlow(flow));
  });
}

describe('the runner itself', () => {
  const LADDER = `## A call nobody answers
| at ms | caller | trunk-1 | switch |
|---:|---|---|---|
| 0 | INVITE +SDP →, ← 100 | → INVITE +SDP | |
`;

  test('what a ladder does not show must not happen', () => {
    const [flow] = readFlows('inline', LADDER);
    assert.ok(flow !== undefined);
    assert.throws(() => playFlow(flow), /after the ladder, at 500 ms, nothing happens/);
  });

  test('what a ladder shows must happen', () => {
    const [flow] = readFlows('inline', LADDER.replace('← 100', '← 100, ← 180'));
    assert.ok(flow !== undefined);
    assert.throws(() => playFlow(flow), /inline:4 \(at 0 ms\), column caller/);
  });

  test('a cell that cannot be read names its line', () => {
    assert.throws(
      () => readFlows('inline', LADDER.replace('INVITE +SDP →', 'Invite')),
      /inline:4: "Invite" has an arrow/,
    );
  });
});
