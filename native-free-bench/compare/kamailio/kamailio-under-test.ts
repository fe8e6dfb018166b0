// Debian's Kamailio under test (packages kamailio and kamailio-sqlite-modules), with the configuration beside this
// file.

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VendorPlaces } from '../../bench-network.ts';
import { residentBytes } from '../../process-cpu.ts';
import type { NetworkKind } from '../../profiles.ts';
import { endGroup, REAL_TIME, type SystemUnderTest, until } from '../../system-under-test.ts';

const KAMAILIO = '/usr/sbin/kamailio';
const CONFIGURATION = join('native-free-bench', 'compare', 'kamailio', 'kamailio.cfg');
const ADDRESS = '127.0.0.1';
const START_MS = 10_000;

/** Shared memory, private memory of each process (MB), receive buffer (bytes): ample, so that none is the limit. */
const SIZES = ['-m', '512', '-M', '16', '-b', String(4 * 1024 * 1024)];

/** With topology hiding (module topoh), or as a plain proxy. */
export type KamailioKind = 'kamailio' | 'kamailio-proxy';

/** What one is started for. */
export interface KamailioScene {
  readonly network: NetworkKind;
  readonly vendors: VendorPlaces;
  /** All its processes go ahead of everything else. */
  readonly isRealTime: boolean;
}

/**
 * Starts one in `directory`, with the vendors that Tandem has in the same network. Throws a sentence when it is not
 * installed; rejects when it does not come up within START_MS.
 */
export async function startKamailio(
  kind: KamailioKind,
  directory: string,
  { network, vendors, isRealTime }: KamailioScene,
): Promise<SystemUnderTest> {
  if (!existsSync(KAMAILIO)) throw new Error(`There is no ${KAMAILIO}: apt-get install kamailio`);
  const port = await freePort();
  const cdrDirectory = join(directory, 'cdr');
  const gatewayList = join(directory, 'dispatcher.list');
  const configFile = join(directory, 'kamailio.cfg');
  mkdirSync(cdrDirectory);
  writeFileSync(gatewayList, gatewaysOf(network, vendors));
  writeFileSync(
    configFile,
    readFileSync(CONFIGURATION, 'utf8')
      .replace('@PORT@', String(port))
      .replace('@DIRECTORY@', directory)
      .replace('@DISPATCHER_LIST@', gatewayList),
  );
  const defined = kind === 'kamailio' ? ['-A', 'TOPOLOGY_HIDING'] : [];
  const before = isRealTime ? [...REAL_TIME, '1'] : [];
  const own = ['-f', configFile, '-DD', '-E', ...SIZES, ...defined, '-Y', directory];
  const [command = '', ...words] = [...before, KAMAILIO, ...own];
  const started = spawn(command, words, {
    detached: true,
    stdio: ['ignore', 'ignore', openSync(join(directory, 'log'), 'w')],
  });
  const stop = (): Promise<void> => endGroup(started);
  try {
    await until('Kamailio', START_MS, () => ping(port));
  } catch (error) {
    await stop();
    throw new Error(`${error}. Its log:\n${readFileSync(join(directory, 'log'), 'utf8')}`, { cause: error });
  }
  const group = started.pid ?? 0;
  return {
    name: kind,
    place: { address: ADDRESS, port },
    group,
    cdrCounts: async () => ({ all: linesIn(cdrDirectory), answered: null }),
    limitDrift: async () => null,
    disturb: async () => undefined,
    memory: async () => ({ residentBytes: residentBytes(group), heapBytes: null }),
    stop,
  };
}

/** Its lists of gateways: 1 for even calls, 2 for odd ones; the highest priority first. */
function gatewaysOf(network: NetworkKind, { port, refusingPort, failingPort, deadPort }: VendorPlaces): string {
  const lists: Readonly<Record<NetworkKind, readonly [readonly number[], readonly number[]]>> = {
    plain: [[port], [port]],
    rated: [[port], [port]],
    impatient: [[port], [port]],
    registrar: [[port], [port]],
    refreshing: [[port], [port]],
    failover: [
      [deadPort, refusingPort, port],
      [deadPort, refusingPort, port],
    ],
    wholesale: [
      [failingPort, port],
      [failingPort, failingPort, port],
    ],
  };
  const lines = lists[network].flatMap((ports, list) =>
    ports.map((at, place) => `${list + 1} sip:gateway-${place}@${ADDRESS}:${at} 0 ${10 - place}\n`),
  );
  return lines.join('');
}

/** A UDP port nobody has just now. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, ADDRESS);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** OPTIONS; true as soon as something comes back, null when nothing does within a moment. */
async function ping(port: number): Promise<true | null> {
  const socket = createSocket('udp4');
  socket.bind(0, ADDRESS);
  await once(socket, 'listening');
  const here = `${ADDRESS}:${socket.address().port}`;
  const lines = [
    `OPTIONS sip:${ADDRESS}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${here};branch=z9hG4bKping${performance.now()}`,
    'Max-Forwards: 70',
    `From: <sip:ping@${here}>;tag=ping`,
    `To: <sip:${ADDRESS}:${port}>`,
    `Call-ID: ping-${performance.now()}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  socket.on('error', () => undefined);
  socket.send(`${lines.join('\r\n')}\r\n\r\n`, port, ADDRESS);
  const answered = await Promise.race([
    once(socket, 'message').then(() => true as const),
    new Promise<null>((resolve) => setTimeout(resolve, 100, null)),
  ]);
  socket.close();
  return answered;
}

/** CDRs in the files of db_flatstore: one a line. */
function linesIn(directory: string): number {
  let count = 0;
  for (const file of readdirSync(directory)) {
    if (!file.startsWith('cdrs')) continue;
    for (const byte of readFileSync(join(directory, file))) if (byte === 0x0a) count += 1;
  }
  return count;
}
