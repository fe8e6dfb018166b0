// One shard's runner without a thread and without a disk: datagrams in, datagrams out, lives one after the other.

import { setImmediate } from 'node:timers/promises';
import { monotonicMs } from '../../src/clock.ts';
import { liveCalls } from '../../src/control/live-calls.ts';
import { SwitchView } from '../../src/control/switch-view.ts';
import { Admission } from '../../src/core/admission/admission.ts';
import { APPLIANCE_SLOT } from '../../src/core/base/appliance-slot.ts';
import { Ring } from '../../src/core/base/ring.ts';
import { TakenMark } from '../../src/core/base/taken-mark.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import type { Snapshot } from '../../src/core/routing/snapshot.ts';
import { CDR_FRAME_HEAD_BYTES, readPosition } from '../../src/core/shard/cdr-frame.ts';
import { packSnapshot } from '../../src/core/shard/packed-snapshot.ts';
import type { FromShard } from '../../src/core/shard/shard-task.ts';
import { allocateSwitchMemory, type SwitchMemory } from '../../src/core/shard/shared-memory.ts';
import { shardTaskOf } from '../../src/edge/shard-birth.ts';
import { readFormerLife } from '../../src/shard-host/former-life.ts';
import { ShardRunner } from '../../src/shard-host/shard-runner.ts';
import { unpackCdr } from '../../src/store/records.ts';
import { mappingGateway, parameters, routes, routingGateway } from '../simulator/trunks.ts';
import { MemoryDisk } from '../store/memory-disk.ts';

export const CALLER = '198.51.100.1';
export const TRUNK = '203.0.113.1';
export const SWITCH = '192.0.2.1';
export const MAPPING_SLOT = 1;
export const ROUTING_SLOT = 2;

/** Calls of the disk before a shard that begins again writes its first batch, and one more. */
export const WRITES_FROM = 6;

const SNAPSHOT: Snapshot = {
  version: 1,
  mappingGateways: [mappingGateway(MAPPING_SLOT, { remoteIps: [CALLER] })],
  ...routes([routingGateway(ROUTING_SLOT, { remoteIp: TRUNK })]),
  parameters: parameters(),
};

/** Longer than the journal waits before it is brought to the disk. */
const FLUSH_MS = 250;

/** A datagram that left the shard. */
export interface Sent {
  readonly text: string;
  readonly to: string;
}

/** How a life ends and the next one begins. */
interface Restart {
  readonly keepsMemory?: boolean;
  readonly afterPowerCut?: boolean;
  /** The network of the next life, where it is another one. */
  readonly snapshot?: Snapshot;
  /** What control does before the shard begins. */
  readonly prepare?: () => void;
}

/** What may be unusual about it. */
interface RunnerBenchOptions {
  readonly isStrict?: boolean;
  readonly disk?: MemoryDisk;
  readonly snapshot?: Snapshot;
  readonly isOutlived?: boolean;
}

/** Lives of one shard. */
export class RunnerBench {
  disk: MemoryDisk;
  memory: SwitchMemory;
  runner: ShardRunner;
  /** All that left so far, over all lives. */
  sent: Sent[] = [];
  readonly told: FromShard[] = [];
  readonly isStrict: boolean;
  #snapshot: Snapshot;
  readonly #isOutlived: boolean;
  /** How far ahead of the clock the runner is. */
  #aheadMs = 0;
  #ring: Ring;
  /** Position and CDR of whatever control would have spooled. */
  readonly spooled = new Map<number, Cdr>();

  constructor(options: RunnerBenchOptions = {}) {
    this.isStrict = options.isStrict ?? false;
    this.#isOutlived = options.isOutlived ?? true;
    this.#snapshot = options.snapshot ?? SNAPSHOT;
    this.disk = options.disk ?? new MemoryDisk();
    this.memory = allocateSwitchMemory(1);
    this.#ring = this.#openRing();
    this.runner = this.#begin(false);
  }

  /** The process dies and begins again; what control had spooled it still has. `keepsMemory`: only the worker died. */
  restart(options: Restart = {}): void {
    this.disk = this.disk.successor(options.afterPowerCut);
    this.#aheadMs = 0;
    if (options.keepsMemory !== true) {
      this.memory = allocateSwitchMemory(1);
      const mark = new TakenMark((this.memory.shards[0] as SwitchMemory['shards'][0]).cdrsTaken);
      mark.position = Math.max(0, ...this.spooled.keys());
      this.#ring = this.#openRing();
    }
    this.#snapshot = options.snapshot ?? this.#snapshot;
    options.prepare?.();
    this.runner = this.#begin(options.keepsMemory === true);
  }

  /** A datagram comes, alone in its batch. */
  receive(text: string, from: string): Sent[] {
    return this.batch([[text, from]]);
  }

  /** Datagrams come as one batch; answers what left with it. */
  batch(datagrams: readonly (readonly [string, string])[]): Sent[] {
    const before = this.sent.length;
    for (const [text, address] of datagrams) {
      this.runner.receive(text, address, 5060, 0, monotonicMs());
    }
    this.runner.putOut();
    return this.sent.slice(before);
  }

  /** Time passes for the runner: `ms` from now. */
  pass(ms: number): Sent[] {
    const before = this.sent.length;
    this.#aheadMs = Math.max(this.#aheadMs, ms);
    this.runner.advance(monotonicMs() + ms);
    this.runner.putOut();
    return this.sent.slice(before);
  }

  /** The shard brings its journal to the disk; a failure is mended by the next attempt. */
  async flush(): Promise<void> {
    for (let attempt = 0; attempt < 2; attempt++) {
      this.pass(this.#aheadMs + FLUSH_MS);
      await setImmediate();
    }
  }

  /** What has ended is on the disk, and control takes what is in the ring. */
  async spool(): Promise<Cdr[]> {
    await this.flush();
    return this.taken();
  }

  /** Control takes what is in the ring. */
  taken(): Cdr[] {
    const ring = this.#ring;
    const taken = new TakenMark((this.memory.shards[0] as SwitchMemory['shards'][0]).cdrsTaken);
    while (ring.next()) {
      const position = readPosition(ring.bytes, ring.frameStart);
      if (position <= taken.position) continue;
      const bytes = Buffer.from(ring.bytes.subarray(ring.frameStart + CDR_FRAME_HEAD_BYTES, ring.frameEnd));
      this.spooled.set(position, unpackCdr(bytes));
      taken.position = position;
    }
    ring.release();
    return [...this.spooled.values()];
  }

  /** Call-IDs of the calls that the board shows. */
  shown(): string[] {
    return liveCalls(new SwitchView(this.memory), 100).map(({ callerCallId }) => callerCallId);
  }

  /** Concurrent calls of the customer, the vendor and the appliance by the counters. */
  held(): number[] {
    const admission = new Admission(this.memory.admission, null);
    return [MAPPING_SLOT, ROUTING_SLOT, APPLIANCE_SLOT].map((slot) => admission.calls(slot));
  }

  #begin(isSuccessor: boolean): ShardRunner {
    const listeners = [{ advertisedHost: SWITCH, advertisedPort: 5060 }];
    const snapshot = packSnapshot(this.#snapshot);
    const options = { node: 'bench', listeners, memory: this.memory, snapshot, secret: 's' };
    const task = shardTaskOf(0, options, isSuccessor);
    const host = {
      isOutlived: this.#isOutlived,
      transmit: (text: string, { address }: { readonly address: string }) => void this.sent.push({ text, to: address }),
      post: (message: FromShard) => void this.told.push(message),
    };
    return new ShardRunner(task, host, readFormerLife(this.disk, this.isStrict));
  }

  #openRing(): Ring {
    return new Ring((this.memory.shards[0] as SwitchMemory['shards'][0]).cdrs);
  }
}
