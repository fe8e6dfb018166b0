// The sinks of a start file: what is taken, what is refused, and where secrets may come from.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../src/config.ts';
import { SINKS_MAX, type SinkSettings } from '../src/sink-settings.ts';
import { TandemError } from '../src/tandem-error.ts';
import { temporaryDirectory } from './store/temporary-directory.ts';

function sinksOf(text: string, folder = '/etc/tandem'): readonly SinkSettings[] {
  return parseConfig(text, join(folder, 'tandem.yaml')).sinks;
}

function reasonsOf(text: string): string[] {
  try {
    sinksOf(text);
    return [];
  } catch (error) {
    assert.ok(error instanceof TandemError && error.code === 'TANDEM_CONFIG_REFUSED');
    return error.refusals.map(({ field, reason }) => `${field} ${reason}`);
  }
}

test('without sinks there is a file of JSON lines a day; with an empty list there is none', () => {
  assert.deepEqual(sinksOf('node: n1'), [
    {
      kind: 'file',
      name: 'json-lines',
      format: 'json-lines',
      directory: '/etc/tandem/data/cdr',
      rotation: 'day',
      gzip: false,
    },
  ]);
  assert.deepEqual(sinksOf('sinks: []'), []);
});

test('what is left out takes its default', () => {
  const sinks = sinksOf(
    'sinks: [{kind: postgresql}, {kind: mariadb}, {kind: jetstream}, {kind: file, format: vos3000}]',
  );
  const names = { database: 'tandem', user: 'tandem', password: '', table: 'tandem_cdr' };
  const database = { host: '127.0.0.1', ...names, tls: null };
  assert.deepEqual(sinks, [
    { kind: 'postgresql', name: 'postgresql', port: 5432, ...database },
    { kind: 'mariadb', name: 'mariadb', port: 3306, ...database },
    {
      kind: 'jetstream',
      name: 'jetstream',
      servers: ['127.0.0.1:4222'],
      stream: 'TANDEM_CDR',
      subject: 'tandem.cdr',
      user: '',
      password: '',
    },
    {
      kind: 'file',
      name: 'vos3000',
      format: 'vos3000',
      directory: '/etc/tandem/data/cdr-vos3000',
      rotation: 'hour',
      gzip: false,
    },
  ]);
});

test('a secret may stand in a file of its own, whose first line it is', () => {
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'secret'), 'Bearer abc\nmore\n');
  const [sink] = sinksOf(
    'sinks: [{kind: webhook, url: https://billing.example/cdr, authorizationFile: secret}]',
    folder,
  );
  assert.deepEqual(sink, {
    kind: 'webhook',
    name: 'webhook',
    url: 'https://billing.example/cdr',
    authorization: 'Bearer abc',
  });
});

test('a database is reached by TLS where that is asked for, or a file of certificates is given', () => {
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'ca.pem'), 'one\ntwo\n');
  const tlsOf = (fields: string): unknown => {
    const [sink] = sinksOf(`sinks: [{kind: mariadb${fields}}]`, folder);
    return sink?.kind === 'mariadb' ? sink.tls : assert.fail();
  };
  assert.deepEqual(
    [tlsOf(''), tlsOf(', tls: Off'), tlsOf(', tls: On'), tlsOf(', caFile: ca.pem'), tlsOf(', tls: On, caFile: ca.pem')],
    [null, null, { ca: '' }, { ca: 'one\ntwo\n' }, { ca: 'one\ntwo\n' }],
  );
});

test('what a sink cannot take is refused with its reason', () => {
  const reasons = reasonsOf(
    [
      'sinks:',
      '  - {kind: file, host: db}',
      '  - {kind: webhook}',
      '  - {kind: webhook, name: other, url: "ftp://x"}',
      '  - {kind: postgresql, table: "cdr; drop table x"}',
      '  - {kind: postgresql, name: second, password: a, passwordFile: b}',
      '  - {kind: jetstream, subject: "a.>"}',
      '  - {kind: mariadb, name: Upper}',
      '  - {kind: mariadb, name: fourth, tls: Off, caFile: /dev/null}',
      '  - {kind: postgresql, name: third, tls: sometimes, caFile: missing.pem}',
    ].join('\n'),
  );
  assert.deepEqual(
    reasons.map((reason) => reason.split(' ', 4).join(' ')),
    [
      'sinks[0].host is no field',
      'sinks[1].url is missing',
      'sinks[2].url takes a URL',
      'sinks[3].table takes 1 to',
      'sinks[4].password stands beside passwordFile:',
      'sinks[4].passwordFile cannot be read:',
      'sinks[5].subject takes words with',
      'sinks[6].name takes 1 to',
      'sinks[7].caFile stands beside tls:',
      'sinks[8].tls takes On or',
      'sinks[8].caFile cannot be read:',
    ],
  );
});

test('two sinks of files that would be the same are refused, the text of SS_CDR_RECORD_TO_FILE too', () => {
  const two = '{kind: file, name: one, directory: x}, {kind: file, name: two, directory: ./x}';
  assert.match(reasonsOf(`sinks: [${two}]`).join(), /one and two write the same files/);
  const other = '{kind: file, name: one, directory: x}, {kind: file, name: two, directory: x, format: csv}';
  assert.deepEqual(reasonsOf(`sinks: [${other}]`), []);
  const text = '{kind: file, name: text, format: vos3000, directory: data/cdr-text}';
  assert.match(reasonsOf(`sinks: [${text}]`).join(), /ss-cdr-record-to-file and text write the same files/);
});

test('two sinks need two names, and there are at most SINKS_MAX', () => {
  assert.match(reasonsOf('sinks: [{kind: mariadb}, {kind: mariadb}]').join(), /two named mariadb/);
  const many = Array.from({ length: SINKS_MAX + 1 }, (_, index) => `{kind: mariadb, name: db-${index}}`);
  assert.match(reasonsOf(`sinks: [${many.join(', ')}]`).join(), /17 entries, 16 are possible/);
});
