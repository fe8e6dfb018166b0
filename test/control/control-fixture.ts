// A control without a thread: shared memory, stores, a clock that is moved by hand, and a recorder for main.

import { join } from 'node:path';
import { Control } from '../../src/control/control.ts';
import type { ControlStart } from '../../src/control/messages.ts';
import { Admission } from '../../src/core/admission/admission.ts';
import { QualityBoard } from '../../src/core/admission/quality.ts';
import { APPLIANCE_SLOT } from '../../src/core/base/appliance-slot.ts';
import { BOARD_RECORD_BYTES } from '../../src/core/base/limits.ts';
import { RecordBoard } from '../../src/core/base/record-board.ts';
import { Ring } from '../../src/core/base/ring.ts';
import { TakenMark } from '../../src/core/base/taken-mark.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import type { Snapshot } from '../../src/core/routing/snapshot.ts';
import { ShardCounters, ShardNumber } from '../../src/core/shard/counters.ts';
import { allocateSwitchMemory, type SwitchMemory } from '../../src/core/shard/shared-memory.ts';
import { type Log, makeLog } from '../../src/log.ts';
import { defaultSinks, type SinkSettings } from '../../src/sink-settings.ts';
import { readLocalToken } from '../../src/store/data-directory.ts';
import { packBoardRecord } from '../../src/store/live-records.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { Stores } from '../../src/store/ports.ts';
import { pack } from '../../src/store/records.ts';
import { writeCdr } from './cdr-frames.ts';

/** Wall clock of all fixtures. */
export const WALL_MS = Date.UTC(2026, 0, 1);

/** A network with one customer and two vendors. */
export const NETWORK = `
accounts:
  - account: alpha
mappingGateways:
  - { name: Alpha, account: alpha, remoteIps: [198.51.100.7], capacity: 10 }
routingGateways:
  - { name: One, prefix: '44', remoteIp: 203.0.113.9, priority: 1, capacity: 5, rewriteRulesInCallee: ['*:00*;011*'] }
  - { name: Two, remoteIp: 203.0.113.10, priority: 2 }
systemParameters:
  SS_CAPACITY: 100
`;

const WINDOW = { windowMs: 3_600_000, sliceCount: 12 };

/** One end of a shard's memory as the shard holds it. */
export class FakeShard {
  readonly counters: ShardCounters;
  readonly board: RecordBoard;
  readonly admission: Admission;
  readonly #quality: QualityBoard;
  readonly #cdrs: Ring;
  #lastPosition: number;

  constructor(memory: SwitchMemory, shard: number) {
    const own = memory.shards[shard];
    if (own === undefined) throw new Error('no such shard');
    this.counters = new ShardCounters(own.counters);
    this.board = new RecordBoard(own.board, BOARD_RECORD_BYTES);
    this.#cdrs = new Ring(own.cdrs);
    this.#lastPosition = new TakenMark(own.cdrsTaken).position;
    this.admission = new Admission(memory.admission, { taken: Admission.allocateTaken(), shardIndex: 0 });
    this.#quality = new QualityBoard(memory.quality);
  }

  /** A call begins and holds one of each of `slots`, and one of the appliance; answers its place on the board. */
  begin(cdr: Cdr, slots: readonly number[]): number {
    const held = [APPLIANCE_SLOT, ...slots];
    for (const slot of held) this.admission.takeCall(slot, null);
    const place = this.board.take();
    this.board.write(place, packBoardRecord(held, pack(cdr)));
    this.counters.add(ShardNumber.callsActive);
    this.counters.add(ShardNumber.callsBegun);
    return place;
  }

  /** That call ends. */
  end(place: number, cdr: Cdr, slots: readonly number[]): void {
    for (const slot of [APPLIANCE_SLOT, ...slots]) this.admission.giveCall(slot);
    this.board.give(place);
    this.counters.add(ShardNumber.callsActive, -1);
    this.counters.addEnd(cdr.endReason ?? 'Normal');
    const isAnswered = cdr.answeredAtWallMs !== null;
    for (const slot of slots) {
      this.counters.addCall(slot, isAnswered, cdr.holdMs / 1000);
      this.#quality.finished(slot, null, { isAnswered, isReached: true, talkMs: cdr.holdMs }, WINDOW, 0);
    }
    this.record(cdr);
  }

  /** Puts a CDR into the ring. */
  record(cdr: Cdr): void {
    this.#lastPosition += 1;
    writeCdr(this.#cdrs, this.#lastPosition, pack(cdr));
    this.#cdrs.publish();
  }
}

/** What `openControl` gives. */
export interface ControlFixture {
  readonly control: Control;
  readonly memory: SwitchMemory;
  readonly stores: Stores;
  readonly shards: readonly FakeShard[];
  readonly published: readonly Snapshot[];
  readonly killed: readonly number[];
}

const SILENT: Log = makeLog('test', 'silent');

/** A control over `shardCount` shards on `dataPath`; with `confirms` every snapshot is reported as applied at once. */
export function openControl(
  dataPath: string,
  options: {
    shardCount?: number;
    confirms?: boolean;
    stores?: Stores;
    memory?: SwitchMemory;
    sinks?: SinkSettings[];
    dnsServers?: string[];
  } = {},
): ControlFixture {
  const memory = options.memory ?? allocateSwitchMemory(options.shardCount ?? 1);
  const stores = options.stores ?? openMemoryStores();
  const published: Snapshot[] = [];
  const killed: number[] = [];
  const start: ControlStart = {
    dataPath,
    management: { address: '127.0.0.1', port: 0 },
    listeners: [
      { transport: 'udp', address: '127.0.0.1', port: 5060, advertisedHost: '127.0.0.1', advertisedPort: 5060 },
    ],
    memory,
    node: 'node-1',
    dnsServers: options.dnsServers ?? [],
    lrnUrl: '',
    keyFile: '',
    hosts: [],
    version: '0.1.0',
    startedAtWallMs: WALL_MS - 60_000,
    logLevel: 'silent',
    sinks: options.sinks ?? defaultSinks(dataPath),
    diskShare: 50,
    isDurable: true,
    journalsPath: join(dataPath, 'calls'),
    isWatched: false,
  };
  const outward = {
    publish: (snapshot: Snapshot) => {
      published.push(snapshot);
      if (options.confirms === false) return;
      for (let shard = 0; shard < memory.shards.length; shard++) {
        control.hear({ kind: 'applied', shard, version: snapshot.version });
      }
    },
    lrnAnswered: () => undefined,
    killShard: (shard: number) => {
      killed.push(shard);
    },
  };
  const control: Control = new Control(start, stores, outward, SILENT, () => WALL_MS);
  const shards = memory.shards.map((_, shard) => new FakeShard(memory, shard));
  return { control, memory, stores, shards, published, killed };
}

/** An answer of the API. */
export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly json: () => unknown;
}

/** Asks the API of a started control, with its token unless `token` says otherwise. */
export async function ask(
  dataPath: string,
  port: number,
  request: string,
  options: { body?: string; token?: string } = {},
): Promise<Answered> {
  const [method = 'GET', path = '/'] = request.split(' ');
  const token = options.token ?? readLocalToken(dataPath);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text,
    json: () => JSON.parse(text) as unknown,
  };
}
