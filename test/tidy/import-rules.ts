// Who may import whom. The table is the architecture: `src/README.md` draws it, this file holds it.

import { posix } from 'node:path';
import type { Finding, Import, SourceFile } from './source-file.ts';

/** What a zone may import: `values` whole, `types` with `import type` only. Entries are folders or single files. */
interface Zone {
  readonly path: string;
  readonly values: readonly string[];
  readonly types: readonly string[];
}

const NUMBERS = ['src/core/base', 'src/core/parameters'];
const TIMERS = 'src/core/timer';
const FACTS = ['src/core/routing', 'src/core/rating', 'src/core/admission', 'src/core/cdr'];
/** What rates share with routes: prefixes, and the hours in which they hold. */
const SHARED_FACTS = [
  'src/core/routing/prefix-trie.ts',
  'src/core/routing/prefix-trie-packer.ts',
  'src/core/routing/calendar.ts',
];
const CALL_SIDE = ['src/core/dialog', ...FACTS, 'src/core/sdp', 'src/core/sip', TIMERS, ...NUMBERS];
/** What stands around every host: errors for the operator, the files an operator writes, log, clock, shards. */
const GROUND = [
  'src/tandem-error.ts',
  'src/operator-file.ts',
  'src/operator-csv.ts',
  'src/operator-values.ts',
  'src/sink-settings.ts',
  'src/log.ts',
  'src/late-lines.ts',
  'src/own-version.ts',
  'src/clock.ts',
  'src/shards.ts',
  'src/thread-pool.ts',
  'src/nursery.ts',
  'src/warm-up.ts',
];
/** How a record becomes bytes: a shard host writes into its rings what control will store. */
const RECORDS = ['src/store/records.ts', 'src/store/live-records.ts'];
/** What a shard host keeps of its calls. */
const JOURNAL = ['src/store/call-journal.ts', 'src/store/journal-disk.ts', 'src/store/journal-segment.ts'];
const HOST_VALUES = ['src/core/shard', ...NUMBERS, ...GROUND];
const HOSTS = ['src/edge', 'src/shard-host', 'src/media-host', 'src/control'];

/** The first zone that holds a file judges it. A zone may always import itself. */
const ZONES: readonly Zone[] = [
  zone('src/core/base', []),
  zone('src/core/parameters', ['src/core/base']),
  zone('src/core/sip', ['src/core/base']),
  zone('src/core/sdp', ['src/core/base']),
  zone('src/core/timer', ['src/core/base']),
  zone('src/core/transaction', ['src/core/sip', TIMERS, ...NUMBERS]),
  zone('src/core/dialog', ['src/core/sip', TIMERS, ...NUMBERS]),
  zone('src/core/rating', [...NUMBERS, ...SHARED_FACTS], ['src/core/routing']),
  zone('src/core/cdr', NUMBERS, ['src/core/rating']),
  ...FACTS.map((path) => zone(path, NUMBERS)),
  zone('src/core/call', CALL_SIDE, ['src/core/transaction']),
  zone('src/core/registration', CALL_SIDE, ['src/core/transaction']),
  zone('src/core/shard', ['src/core']),
  zone('src/edge', HOST_VALUES, ['src/core']),
  zone(
    'src/shard-host',
    [...HOST_VALUES, 'src/core/admission', 'src/core/cdr', 'src/core/rating', ...RECORDS, ...JOURNAL],
    ['src/core'],
  ),
  zone('src/media-host', HOST_VALUES, ['src/core']),
  zone('src/control', [...HOST_VALUES, ...FACTS, 'src/core/registration/bindings.ts', 'src/store'], ['src/core']),
  zone('src/store', [...NUMBERS, ...GROUND, 'src/core/cdr'], ['src/core']),
  ...GROUND.map((path) => zone(path, [...NUMBERS, ...GROUND], ['src/core'])),
  zone('src/config.ts', [...NUMBERS, ...GROUND], ['src/core']),
  zone('src/main.ts', [...HOSTS, ...HOST_VALUES, 'src/store', 'src/config.ts'], ['src/core']),
  zone(
    'src/cli',
    ['src/core/rating', ...HOSTS, ...HOST_VALUES, 'src/store', 'src/config.ts', 'src/main.ts'],
    ['src/core'],
  ),
];

/** Files that nothing imports, because package.json names them. A worker's file is found by its path in a string. */
export const ENTRY_POINTS: readonly string[] = ['src/cli/tandem.ts'];

/** Packages and the one file each that knows them; the rest of the source sees that file's own words. */
export const PACKAGES = [
  '@nats-io/jetstream',
  '@nats-io/transport-node',
  'commander',
  'csv-parse',
  'lmdb',
  'mariadb',
  'msgpackr',
  'pg',
  'pino',
  'piscina',
  'prom-client',
  'uWebSockets.js',
  'yaml',
] as const;

function zone(path: string, values: readonly string[], types: readonly string[] = []): Zone {
  return { path, values, types };
}

/** Imports under src/ that point the wrong way. */
export function wrongDirections(files: readonly SourceFile[]): Finding[] {
  return files
    .filter(({ path }) => path.startsWith('src/') && path.endsWith('.ts'))
    .flatMap((file) => {
      const home = ZONES.find(({ path }) => isInside(file.path, path));
      if (home === undefined) return [unknownZone(file)];
      return file.imports.filter((one) => !isAllowed(home, one)).map((one) => wrongDirection(file, home, one));
    });
}

function isAllowed(home: Zone, { target, isType }: Import): boolean {
  if (target === '') return true;
  if (isInside(target, home.path) || home.values.some((path) => isInside(target, path))) return true;
  return isType && home.types.some((path) => isInside(target, path));
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function wrongDirection(file: SourceFile, home: Zone, { target, line }: Import): Finding {
  const asTypes = home.types.some((path) => isInside(target, path));
  const advice = asTypes
    ? 'only types may come from there: use `import type`, or ask through a port'
    : `it may import ${home.values.join(', ') || 'nothing'}: move the thing down, or ask through a port`;
  return { path: file.path, line, text: `${home.path} imports ${target}: ${advice}` };
}

function unknownZone({ path }: SourceFile): Finding {
  return { path, line: 1, text: 'lies in no zone of test/tidy/import-rules.ts: say there what its folder may import' };
}

/** The load generator has a SIP layer of its own, so that no fault of the parser can hide in both; micro may import. */
export function generatorImports(files: readonly SourceFile[]): Finding[] {
  return files
    .filter(({ path }) => path.startsWith('native-free-bench/') && !path.startsWith('native-free-bench/micro/'))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => isInside(target, 'src/core/sip'))
        .map(({ line, target }) => ({ path, line, text: `imports ${target}: the load suite reads SIP by itself` })),
    );
}

/** Packages known to more than one file of src/, or to none although package.json asks for them. */
export function sharedPackages(files: readonly SourceFile[], packages: readonly string[] = PACKAGES): Finding[] {
  return packages.flatMap((name) => {
    const uses = files
      .filter(({ path }) => path.startsWith('src/'))
      .flatMap(({ path, imports }) =>
        imports.filter(({ specifier }) => isPackage(specifier, name)).map(({ line }) => ({ path, line })),
      );
    const owners = new Set(uses.map(({ path }) => path));
    if (owners.size === 1) return [];
    const [owner] = owners;
    const text = `imports ${name}, which ${owner} owns: ask that file, one file knows a package`;
    if (owner !== undefined) return uses.filter(({ path }) => path !== owner).map((use) => ({ ...use, text }));
    return [{ path: 'package.json', line: 1, text: `${name} is imported by no file of src/: use it or remove it` }];
  });
}

/** Packages among package.json's dependencies that PACKAGES does not list. */
export function unlistedPackages(packageText: string): Finding[] {
  const { dependencies = {} } = JSON.parse(packageText) as { dependencies?: Record<string, string> };
  return Object.keys(dependencies)
    .filter((name) => !(PACKAGES as readonly string[]).includes(name))
    .map((name) => ({
      path: 'package.json',
      line: 1,
      text: `${name} is not in PACKAGES of test/tidy/import-rules.ts: add it there, and a line to src/decisions/`,
    }));
}

function isPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}

/** Files of src/ that cannot be reached from an entry point by imports, or by the path of a worker in a string. */
export function unreachedFiles(files: readonly SourceFile[], entries: readonly string[] = ENTRY_POINTS): Finding[] {
  const byPath = new Map(files.filter(({ path }) => /^src\/.*\.ts$/.test(path)).map((file) => [file.path, file]));
  const open = entries.filter((path) => byPath.has(path));
  const reached = new Set(open);
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const target of referencesOf(byPath.get(path))) {
      if (!byPath.has(target) || reached.has(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  return [...byPath.keys()]
    .filter((path) => !reached.has(path))
    .map((path) => ({
      path,
      line: 1,
      text: `is reached from no entry point (${entries.join(', ')}): use it, remove it, or name it in ENTRY_POINTS`,
    }));
}

function referencesOf(file: SourceFile | undefined): readonly string[] {
  if (file === undefined) return [];
  const named = file.tokens
    .filter(({ kind, text }) => kind === 'string' && /^\.{1,2}\/.*\.(js|ts)$/.test(text))
    .map(({ text }) => posix.join(posix.dirname(file.path), text).replace(/\.js$/, '.ts'));
  return [...new Set([...named, ...file.imports.map(({ target }) => target)])];
}
