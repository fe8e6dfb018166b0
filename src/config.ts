// The start file (tandem.yaml): where the switch keeps its records, what it listens on. Only this file
// reads it and the environment. What routes calls is no part of it: that is the network, applied live.

import { existsSync, readFileSync } from 'node:fs';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { availableParallelism, hostname, networkInterfaces } from 'node:os';
import { dirname, resolve, sep } from 'node:path';
import { splitPort } from './core/base/ip-address.ts';
import { Refused, readOperatorFile, type Table } from './operator-file.ts';
import { ipAddress, oneOf, wholeNumber } from './operator-values.ts';
import { defaultSinks, readSinks, type SinkSettings } from './sink-settings.ts';
import { sentenceOf, TandemError } from './tandem-error.ts';

/** One local SIP socket. */
export interface ListenerConfig {
  readonly transport: 'udp';
  /** Address it is bound to; 0.0.0.0 and :: take all. */
  readonly address: string;
  /** Port it is bound to; 0 takes any free one. */
  readonly port: number;
  /** What peers are told in Via and Contact; an IPv6 address stands without brackets. */
  readonly advertisedHost: string;
  /** 0 means: the port that was bound. */
  readonly advertisedPort: number;
}

/** All that is known before the switch starts. */
export interface SwitchConfig {
  /** Absolute path of the directory of everything that is kept. */
  readonly dataPath: string;
  /** Shards in worker threads; 0 runs the one shard inline on the main thread. */
  readonly shardCount: number;
  /** At least one. Routing gateways name them by address (`localIp`). */
  readonly listeners: readonly ListenerConfig[];
  /** Port 0 takes any free one. */
  readonly management: { readonly address: string; readonly port: number };
  /** Name of this node in CDRs. */
  readonly node: string;
  /** DNS servers for the host names of gateways, as address or address:port; empty: those of the machine. */
  readonly dnsServers: readonly string[];
  /** File with the keys that the network in the store is sealed with; '' for none. Absolute. */
  readonly keyFile: string;
  /** Where CDRs go besides the spool. */
  readonly sinks: readonly SinkSettings[];
  /** Where location routing numbers are asked for, over HTTP; '' nowhere. */
  readonly lrnUrl: string;
  /** Percent of its disk that the store may take. */
  readonly diskShare: number;
  /** Whether an answered call is on the disk before its caller hears of it (strict), or some 200 ms later (usual). */
  readonly durability: Durability;
  /** How long a stop waits for calls to end, s; new ones are refused meanwhile. */
  readonly drainSeconds: number;
}

/** What a power cut may cost: the last 200 ms, or nothing. */
export type Durability = 'usual' | 'strict';

const FIELDS = [
  'data',
  'keyFile',
  'shards',
  'listeners',
  'management',
  'node',
  'durability',
  'drainSeconds',
  'dnsServers',
  'lrnUrl',
  'sinks',
  'diskShare',
];
const LISTENER_FIELDS = ['transport', 'address', 'port', 'advertised'];
const SHARDS_MAX = 256;
const DISK_SHARE = 50;
const DRAIN_SECONDS = 5;
const DRAIN_SECONDS_MAX = 86_400;
const SIP_PORT = 5060;
const MANAGEMENT_PORT = 8080;
const PLACES = ['tandem.yaml', '/etc/tandem/tandem.yaml'];

/**
 * The start file to use: `given`, or TANDEM_CONFIG, or the first that exists of ./tandem.yaml and
 * /etc/tandem/tandem.yaml; null when there is none and the defaults shall do.
 */
export function findConfigFile(given: string | undefined): string | null {
  const named = given ?? process.env['TANDEM_CONFIG'];
  if (named !== undefined && named !== '') return resolve(named);
  return PLACES.map((place) => resolve(place)).find((place) => existsSync(place)) ?? null;
}

/** Reads the start file at `path`; null gives the defaults. Throws TANDEM_CONFIG_UNREADABLE or _REFUSED. */
export function loadConfig(path: string | null): SwitchConfig {
  if (path === null) return defaultConfig(process.cwd());
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new TandemError('TANDEM_CONFIG_UNREADABLE', `The start file cannot be read: ${sentenceOf(cause)}`, { cause });
  }
  return parseConfig(text, path);
}

/** Checks the text of a start file; `path` names it in refusals and is what a relative `data` stands against. */
export function parseConfig(text: string, path: string): SwitchConfig {
  return readOperatorFile(text, { name: path, code: 'TANDEM_CONFIG_REFUSED', fields: FIELDS }, (root) => {
    const fallback = defaultConfig(dirname(path));
    const listeners = root.rows('listeners', LISTENER_FIELDS, readListener);
    refuseDoubles(root, listeners);
    const management = root.table('management', ['address', 'port']);
    const dataPath = resolve(dirname(path), root.optional('data', someText, fallback.dataPath));
    return {
      dataPath,
      keyFile: readKeyFile(root, dirname(path), dataPath),
      shardCount: root.optional('shards', wholeNumber(0, SHARDS_MAX), fallback.shardCount),
      listeners: root.has('listeners') ? listeners : fallback.listeners,
      management: {
        address: management?.optional('address', ipAddress, fallback.management.address) ?? fallback.management.address,
        port: management?.optional('port', wholeNumber(0, 65_535), MANAGEMENT_PORT) ?? MANAGEMENT_PORT,
      },
      node: root.optional('node', nodeName, fallback.node),
      lrnUrl: root.optional('lrnUrl', httpUrl, fallback.lrnUrl),
      dnsServers: root.many('dnsServers', serverAddress),
      sinks: readSinks(root, path, dataPath),
      diskShare: root.optional('diskShare', wholeNumber(1, 95), fallback.diskShare),
      durability: root.optional('durability', oneOf(['usual', 'strict']), fallback.durability),
      drainSeconds: root.optional('drainSeconds', wholeNumber(0, DRAIN_SECONDS_MAX), fallback.drainSeconds),
    };
  });
}

/**
 * One shard less than cores, which the sockets and the disk have; but a single one runs inline, where it costs a
 * quarter less (src/decisions/0008).
 */
export function defaultShardCount(): number {
  const count = availableParallelism() - 1;
  return count >= 2 ? count : 0;
}

/** A switch within another program: one shard, free ports on `address`, no sinks, and a stop that waits for no call. */
export function embeddedConfig(dataPath: string, address: string, node: string): SwitchConfig {
  return {
    dataPath,
    keyFile: '',
    shardCount: 1,
    listeners: [{ transport: 'udp', address, port: 0, advertisedHost: address, advertisedPort: 0 }],
    management: { address, port: 0 },
    node,
    dnsServers: [],
    sinks: [],
    diskShare: DISK_SHARE,
    durability: 'usual',
    drainSeconds: 0,
    lrnUrl: '',
  };
}

/** The switch that starts with no file at all: UDP 5060 on every address, management on loopback, records in ./data. */
function defaultConfig(directory: string): SwitchConfig {
  const dataPath = resolve(directory, 'data');
  return {
    dataPath,
    keyFile: '',
    shardCount: defaultShardCount(),
    listeners: [
      { transport: 'udp', address: '0.0.0.0', port: SIP_PORT, advertisedHost: ownAddress(4), advertisedPort: SIP_PORT },
    ],
    management: { address: '127.0.0.1', port: MANAGEMENT_PORT },
    node: defaultNode(),
    dnsServers: [],
    sinks: defaultSinks(dataPath),
    diskShare: DISK_SHARE,
    durability: 'usual',
    drainSeconds: DRAIN_SECONDS,
    lrnUrl: '',
  };
}

/** Beside what it protects it would protect nothing. */
function readKeyFile(root: Table, folder: string, dataPath: string): string {
  if (!root.has('keyFile')) return '';
  const path = resolve(folder, root.optional('keyFile', someText, ''));
  if (path.startsWith(dataPath + sep))
    root.refuse('keyFile', `lies in the data directory: whoever copies one has both`);
  return path;
}

function httpUrl(text: string): string | Refused {
  if (/^https?:\/\/[^\s]+$/.test(text) && URL.canParse(text)) return text;
  // Not what was written: a password may be in it.
  return new Refused('takes an address such as http://127.0.0.1:8099/lrn');
}

/** An address, and a port if need be. */
function serverAddress(text: string): string | Refused {
  const { text: address, port } = splitPort(text);
  if (ipAddress(address) instanceof Refused || port > 65_535) {
    return new Refused(`takes an address such as 192.0.2.53 or 192.0.2.53:5353, not "${text}"`);
  }
  return text;
}

function readListener(row: Table): ListenerConfig {
  const address = row.need('address', ipAddress, '');
  const port = row.optional('port', wholeNumber(0, 65_535), SIP_PORT);
  const advertised = row.optional<Advertised>('advertised', readAdvertised, {
    host: isWildcard(address) ? ownAddress(address.includes(':') ? 6 : 4) : address,
    port: null,
  });
  return {
    transport: row.optional('transport', oneOf(['udp']), 'udp'),
    address,
    port,
    advertisedHost: advertised.host,
    advertisedPort: advertised.port ?? port,
  };
}

interface Advertised {
  readonly host: string;
  readonly port: number | null;
}

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

/** host, host:port, an IPv6 address, or [IPv6]:port. */
function readAdvertised(text: string): Advertised | Refused {
  if (isIP(text) !== 0)
    return isWildcard(text) ? new Refused('peers cannot send to a wildcard address') : { host: text, port: null };
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = /^([^:]+)(?::(\d+))?$/.exec(text);
  const host = bracketed?.[1] ?? plain?.[1] ?? '';
  const portText = bracketed === null ? plain?.[2] : bracketed[2];
  if (!(bracketed === null ? HOST_NAME.test(host) : isIPv6(host))) {
    return new Refused(`takes a host or host:port that peers can reach, not "${text}"`);
  }
  if (portText === undefined) return { host, port: null };
  const port = wholeNumber(1, 65_535)(portText);
  return port instanceof Refused ? new Refused(`has a port that ${port.reason}`) : { host, port };
}

function refuseDoubles(root: Table, listeners: readonly ListenerConfig[]): void {
  if (root.has('listeners') && listeners.length === 0) root.refuse('listeners', 'needs at least one entry');
  const seen = new Set<string>();
  for (const { address, port } of listeners) {
    const place = `${address} port ${port}`;
    if (address !== '' && port !== 0 && seen.has(place)) root.refuse('listeners', `has ${place} twice`);
    seen.add(place);
  }
}

function someText(text: string): string | Refused {
  return text.trim() === '' ? new Refused('takes a directory') : text;
}

function nodeName(text: string): string | Refused {
  if (/^(?!.*\.(\.|$))[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(text)) return text;
  return new Refused(`takes 1 to 63 letters, digits, dashes, underlines, and dots between them, not "${text}"`);
}

function defaultNode(): string {
  const name = nodeName(hostname());
  return name instanceof Refused ? 'tandem' : name;
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || /^[0:]+$/.test(address);
}

/**
 * What to advertise when bound to all addresses: that of the interface with the default route, else the
 * first that is not loopback, else loopback. Where this guesses wrong, `advertised` says it right.
 */
function ownAddress(family: 4 | 6): string {
  const interfaces = networkInterfaces();
  const preferred = defaultRouteInterface();
  const names = Object.keys(interfaces).sort((one, other) => Number(other === preferred) - Number(one === preferred));
  for (const name of names) {
    for (const { address, internal } of interfaces[name] ?? []) {
      const fits = family === 4 ? isIPv4(address) : isIPv6(address) && !address.startsWith('fe80');
      if (!internal && fits) return address;
    }
  }
  return family === 4 ? '127.0.0.1' : '::1';
}

/** Linux tells it in /proc/net/route: the line whose destination is 00000000. Elsewhere null. */
function defaultRouteInterface(): string | null {
  if (!existsSync('/proc/net/route')) return null;
  for (const line of readFileSync('/proc/net/route', 'latin1').split('\n')) {
    const [name = '', destination] = line.split('\t');
    if (destination === '00000000') return name;
  }
  return null;
}
