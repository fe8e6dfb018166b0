// A process for outage tests: control with its sinks as `tandem start` has them, and a shard that ends calls at a
// steady rate. It tells the place of the newest spooled record and which sinks fail; with rate 0 it ends when every
// sink has everything.
//   node cdr-source.js DATA RATE SINKS-AS-JSON

import { join } from 'node:path';
import { Control } from '../../src/control/control.ts';
import { Ring } from '../../src/core/base/ring.ts';
import { allocateSwitchMemory } from '../../src/core/shard/shared-memory.ts';
import { type Log, makeLog } from '../../src/log.ts';
import type { SinkSettings } from '../../src/sink-settings.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { pack } from '../../src/store/records.ts';
import { writeCdr } from '../control/cdr-frames.ts';
import { sampleCdr } from '../store/sample-cdr.ts';

const TICK_MS = 100;

const [, , dataPath = '', rate = '0', sinks = '[]'] = process.argv;
const memory = allocateSwitchMemory(1);
const stores = openLmdbStores(dataPath);
const control = new Control(
  {
    dataPath,
    management: { address: '127.0.0.1', port: 0 },
    listeners: [],
    memory,
    sinks: JSON.parse(sinks) as SinkSettings[],
    diskShare: 50,
    node: 'node-1',
    version: 'test',
    startedAtWallMs: Date.now(),
    logLevel: 'silent',
    isDurable: true,
    hosts: [],
    dnsServers: [],
    lrnUrl: '',
    journalsPath: join(dataPath, 'calls'),
  },
  stores,
  { publish: () => undefined, lrnAnswered: () => undefined, killShard: () => undefined },
  { ...makeLog('source', 'silent'), error: (...words: unknown[]) => console.error(JSON.stringify(words)) } as Log,
  () => Date.now(),
);
const ring = new Ring((memory.shards[0] as (typeof memory.shards)[number]).cdrs);
let number = stores.spool.lastPosition();
let owed = 0;

function endCalls(): void {
  owed += (Number(rate) * TICK_MS) / 1000;
  for (; owed >= 1; owed--) {
    number += 1;
    writeCdr(ring, number, pack(sampleCdr(number, Date.now())));
  }
  ring.publish();
}

const ticking = setInterval(() => {
  endCalls();
  control.tick(performance.now());
  const behind = control.sinks.filter(({ isOn }) => isOn);
  const told = Object.fromEntries(
    behind.map((sink) => [sink.name, { backlog: sink.backlog(), fails: sink.isFailing }]),
  );
  process.stdout.write(`${JSON.stringify({ spooled: stores.spool.lastPosition(), sinks: told })}\n`);
  if (rate !== '0' || behind.some((sink) => sink.isFailing || sink.backlog() > 0)) return;
  clearInterval(ticking);
  void control.stop();
}, TICK_MS);
