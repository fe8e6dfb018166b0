// Where CDRs go besides the spool, as the start file says it under `sinks`. Passwords stand in it or in files of their
// own; they reach the sink and nothing else: no status, log or error names them.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Refused, type Table } from './operator-file.ts';
import { oneOf, onOff, wholeNumber } from './operator-values.ts';
import { sentenceOf } from './tandem-error.ts';

/** Files in a directory, one for each hour or day on which calls ended. */
export interface FileSinkSettings {
  readonly kind: 'file';
  readonly name: string;
  readonly format: FileFormatName;
  /** Absolute. */
  readonly directory: string;
  readonly rotation: Rotation;
  /** Whether a file is compressed once the next one has begun. */
  readonly gzip: boolean;
}

export type FileFormatName = 'json-lines' | 'csv' | 'vos3000';
export type Rotation = 'hour' | 'day';

/** A table of a database, made if need be. */
export interface DatabaseSinkSettings {
  readonly kind: 'postgresql' | 'mariadb';
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly table: string;
  /** Null: what is sent can be read on the way. */
  readonly tls: TlsSettings | null;
}

/** How a server shows who it is. */
export interface TlsSettings {
  /** Certificates, one of which has signed that of the server (PEM); '' for those that the platform trusts. */
  readonly ca: string;
}

/** A stream of NATS JetStream, made if need be. */
export interface JetStreamSinkSettings {
  readonly kind: 'jetstream';
  readonly name: string;
  readonly servers: readonly string[];
  readonly stream: string;
  /** Records are published to this subject and the name of the node. */
  readonly subject: string;
  readonly user: string;
  readonly password: string;
}

/** A URL that takes batches by POST. */
export interface WebhookSinkSettings {
  readonly kind: 'webhook';
  readonly name: string;
  readonly url: string;
  /** Value of the Authorization header; '' sends none. */
  readonly authorization: string;
}

export type SinkSettings = FileSinkSettings | DatabaseSinkSettings | JetStreamSinkSettings | WebhookSinkSettings;

/** Sinks of one switch; a start file with more is refused. */
export const SINKS_MAX = 16;

const FILE_FIELDS = ['format', 'directory', 'rotation', 'gzip'];
const DATABASE_FIELDS = ['host', 'port', 'database', 'user', 'password', 'passwordFile', 'table', 'tls', 'caFile'];
const FIELDS_OF: Readonly<Record<SinkSettings['kind'], readonly string[]>> = {
  file: FILE_FIELDS,
  postgresql: DATABASE_FIELDS,
  mariadb: DATABASE_FIELDS,
  jetstream: ['servers', 'stream', 'subject', 'user', 'password', 'passwordFile'],
  webhook: ['url', 'authorization', 'authorizationFile'],
};
const KINDS = Object.keys(FIELDS_OF) as readonly SinkSettings['kind'][];
const ALL_FIELDS = ['kind', 'name', ...new Set(Object.values(FIELDS_OF).flat())];

/** What is written when the start file has no `sinks`: a file of JSON lines for each day. */
export function defaultSinks(dataPath: string): SinkSettings[] {
  const directory = resolve(dataPath, 'cdr');
  return [{ kind: 'file', name: 'json-lines', format: 'json-lines', directory, rotation: 'day', gzip: false }];
}

/** The hourly text of VOS3000, which SS_CDR_RECORD_TO_FILE switches on, in a folder beside the other files. */
export function textSink(dataPath: string): FileSinkSettings {
  const directory = resolve(dataPath, 'cdr-text');
  return { kind: 'file', name: 'ss-cdr-record-to-file', format: 'vos3000', directory, rotation: 'hour', gzip: false };
}

/** The sinks of a start file at `path`, whose records are in `dataPath`. */
export function readSinks(root: Table, path: string, dataPath: string): SinkSettings[] {
  if (!root.has('sinks')) return defaultSinks(dataPath);
  const sinks = root.rows('sinks', ALL_FIELDS, (row) => readSink(row, dirname(path), dataPath));
  if (sinks.length > SINKS_MAX) root.refuse('sinks', `has ${sinks.length} entries, ${SINKS_MAX} are possible`);
  const all = [textSink(dataPath), ...sinks];
  const names = new Set<string>();
  for (const { name } of all) {
    if (names.has(name)) root.refuse('sinks', `has two named ${name}: give one a name of its own`);
    names.add(name);
  }
  for (const [one, other] of sharedFiles(all)) {
    root.refuse('sinks', `lets ${one} and ${other} write the same files: give one a directory of its own`);
  }
  return sinks;
}

/** Names of two that would write each record twice, into files of the same names. */
function sharedFiles(sinks: readonly SinkSettings[]): (readonly [string, string])[] {
  const files = sinks.filter((sink) => sink.kind === 'file');
  return files.flatMap((one, index) =>
    files
      .slice(index + 1)
      .filter(({ directory, format }) => directory === one.directory && format === one.format)
      .map(({ name }) => [one.name, name] as const),
  );
}

function readSink(row: Table, folder: string, dataPath: string): SinkSettings {
  const kind = row.need('kind', oneOf(KINDS), 'file');
  for (const field of row.names()) {
    const isKnown = field === 'kind' || field === 'name' || FIELDS_OF[kind].includes(field);
    if (!isKnown) row.refuse(field, `is no field of a ${kind} sink; it has ${FIELDS_OF[kind].join(', ')}`);
  }
  switch (kind) {
    case 'file':
      return readFile(row, folder, dataPath);
    case 'postgresql':
      return { kind, ...readDatabase(row, folder, { name: kind, port: 5432 }) };
    case 'mariadb':
      return { kind, ...readDatabase(row, folder, { name: kind, port: 3306 }) };
    case 'jetstream':
      return {
        kind,
        name: row.optional('name', sinkName, kind),
        servers: row.has('servers') ? row.many('servers', someText) : ['127.0.0.1:4222'],
        stream: row.optional('stream', identifier, 'TANDEM_CDR'),
        subject: row.optional('subject', subject, 'tandem.cdr'),
        user: row.optional('user', someText, ''),
        password: secretOf(row, 'password', folder),
      };
    case 'webhook':
      return {
        kind,
        name: row.optional('name', sinkName, kind),
        url: row.need('url', webAddress, ''),
        authorization: secretOf(row, 'authorization', folder),
      };
  }
}

function readFile(row: Table, folder: string, dataPath: string): FileSinkSettings {
  const format = row.optional('format', oneOf(['json-lines', 'csv', 'vos3000']), 'json-lines');
  return {
    kind: 'file',
    name: row.optional('name', sinkName, format),
    format,
    directory: row.has('directory')
      ? resolve(folder, row.optional('directory', someText, '.'))
      : resolve(dataPath, format === 'json-lines' ? 'cdr' : `cdr-${format}`),
    rotation: row.optional('rotation', oneOf(['hour', 'day']), format === 'vos3000' ? 'hour' : 'day'),
    gzip: row.optional('gzip', onOff, false),
  };
}

function readDatabase(
  row: Table,
  folder: string,
  fallback: { readonly name: string; readonly port: number },
): Omit<DatabaseSinkSettings, 'kind'> {
  return {
    name: row.optional('name', sinkName, fallback.name),
    host: row.optional('host', someText, '127.0.0.1'),
    port: row.optional('port', wholeNumber(1, 65_535), fallback.port),
    database: row.optional('database', someText, 'tandem'),
    user: row.optional('user', someText, 'tandem'),
    password: secretOf(row, 'password', folder),
    table: row.optional('table', identifier, 'tandem_cdr'),
    tls: readTls(row, folder),
  };
}

/** A `caFile` asks for TLS as well. */
function readTls(row: Table, folder: string): TlsSettings | null {
  const ca = row.optional('caFile', (text) => textIn(resolve(folder, text)), '');
  const isOn = row.optional('tls', onOff, row.has('caFile'));
  if (!isOn && row.has('caFile')) row.refuse('caFile', 'stands beside tls: Off: take one of them out');
  return isOn ? { ca } : null;
}

/** The value of `field`, or the first line of the file that `<field>File` names; '' for neither. */
function secretOf(row: Table, field: string, folder: string): string {
  const fileField = `${field}File`;
  if (!row.has(fileField)) return row.optional(field, someText, '');
  if (row.has(field)) row.refuse(field, `stands beside ${fileField}: keep one of them`);
  return row.optional(fileField, (text) => firstLineIn(resolve(folder, text)), '');
}

function firstLineIn(path: string): string | Refused {
  const text = textIn(path);
  return text instanceof Refused ? text : (text.split(/\r?\n/, 1)[0] ?? '');
}

function textIn(path: string): string | Refused {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return new Refused(`cannot be read: ${sentenceOf(error)}`);
  }
}

function someText(text: string): string | Refused {
  return text.trim() === '' ? new Refused('takes a text') : text;
}

/** It is the name of a cursor and a label in metrics. */
function sinkName(text: string): string | Refused {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(text)) return text;
  return new Refused(`takes 1 to 32 small letters, digits and dashes, not "${text}"`);
}

/** It stands in statements, where it cannot be a value. */
function identifier(text: string): string | Refused {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,47}$/.test(text)) return text;
  return new Refused(`takes 1 to 48 letters, digits and underlines, not "${text}"`);
}

function subject(text: string): string | Refused {
  if (/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(text)) return text;
  return new Refused(`takes words with dots between them, not "${text}"`);
}

function webAddress(text: string): string | Refused {
  const isWeb = URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
  return isWeb ? text : new Refused('takes a URL that begins with http:// or https://');
}
