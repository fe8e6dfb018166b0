import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceFile } from './source-file.ts';
import { unwantedPart, unwantedWords } from './word-rules.ts';

function found(path: string, text: string): readonly string[] {
  return unwantedWords([sourceFile(path, text)]).map(({ path: where, line, text: why }) => {
    return `${where}:${line} ${why.split(':')[0]}`;
  });
}

test('a word counts as a part of a name, whatever its case and number', () => {
  const unwanted =
    'callSession SESSIONS connectionCount TCPConnection CallManager onDataHandler helpers utils rawData tx';
  for (const name of [...unwanted.split(' '), 'tx_count', 'http-util', '#data', 'sessId', 'TXBytes']) {
    assert.notEqual(unwantedPart(name), undefined, name);
  }
  const wanted = 'metadata sharedArrayBuffer datagram database text context utility assess process ECONNREFUSED Xtx2';
  for (const name of wanted.split(' ')) assert.equal(unwantedPart(name), undefined, name);
});

test('RFC 4028, 183 Session Progress and the data directory keep their names', () => {
  const allowed = 'SessionExpires sessionTimer sessionInterval SessionTimeout timeoutSessionProgress session-timer.ts';
  for (const name of [...allowed.split(' '), 'SS_SIP_SESSION_TTL', 'dataPath', 'data-directory.ts']) {
    assert.equal(unwantedPart(name), undefined, name);
  }
  assert.equal(unwantedPart('SessionDescription'), 'session');
  assert.equal(unwantedPart('dataRecord'), 'data');
});

test('names are judged where they are chosen, not where they are read', () => {
  assert.deepEqual(found('src/a.ts', 'const data = 1;\nf(data);\n'), ['src/a.ts:1 "data" contains "data"']);
  assert.deepEqual(found('src/a.ts', 'f(event.data, port?.connection);\n'), []);
  assert.deepEqual(found('src/a.ts', 'class A { #data = 1; get b() { return this.#data; } }\n').length, 1);
  assert.deepEqual(found('src/a.ts', "f('data'); // data\n"), []);
});

test('names that others gave are let through', () => {
  assert.deepEqual(found('src/a.ts', "import { rawData } from 'ws';\nf(rawData);\n"), []);
  assert.deepEqual(found('src/a.ts', "import { rawData } from './own.ts';\n").length, 1);
  assert.deepEqual(found('src/a.ts', 'new Worker(url, { workerData: start });\n'), []);
  assert.deepEqual(found('src/a.ts', 'const Header = { Connection: 1 };\n'), []);
  assert.deepEqual(found('src/config.ts', 'interface Config { readonly data: string }\n'), []);
});

test('files and folders are names as well', () => {
  assert.deepEqual(found('src/core/sip/header-utils.ts', ''), ['src/core/sip/header-utils.ts:1 is named with "util"']);
  assert.deepEqual(found('src/helpers/a.ts', ''), ['src/helpers/a.ts:1 is named with "helper"']);
  assert.deepEqual(found('src/core/dialog/session-timer.ts', ''), []);
});
