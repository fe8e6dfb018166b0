// The page about parameters and fields that is in the repository.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parametersPage } from '../../src/cli/params-page.ts';

test('config/PARAMETERS.md is what `tandem params --markdown` prints', () => {
  const written = readFileSync('config/PARAMETERS.md', 'utf8');
  assert.equal(
    written,
    `${parametersPage().join('\n')}\n`,
    'make it anew: tandem params --markdown > config/PARAMETERS.md',
  );
});
