// Who gives a command.

import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { test } from 'node:test';
import { operatorName } from '../../src/cli/operator-name.ts';

test('an operator is known by his name, and by his number where he has none', (context) => {
  assert.equal(operatorName(), os.userInfo().username);
  context.mock.method(os, 'userInfo', () => {
    throw new Error('uv_os_get_passwd returned ENOENT');
  });
  syncBuiltinESMExports();
  assert.equal(operatorName(), `uid ${process.getuid?.()}`);
  context.mock.restoreAll();
  syncBuiltinESMExports();
});
