// Limits on three shards under SIPp, one of them killed on the way.

import assert from 'node:assert/strict';
import { fileScope } from '../hosts/scope.ts';
import { testWith } from './debian.ts';
import { limitsUnderLoad } from './limits-under-load.ts';
import { whySippIsMissing } from './sipp.ts';

const scope = fileScope();

testWith(
  whySippIsMissing(),
  'more calls than lines, many cancelled, two shards killed: no limit is passed, nothing is held at the end',
  async () => {
    const { answered, calls } = await limitsUnderLoad(scope, { rate: 100, seconds: 9, kills: 2 });
    assert.ok(answered > calls / 10, `${answered} of ${calls} answered`);
  },
);
