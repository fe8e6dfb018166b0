// A shard on a real socket whose clock runs faster than everybody else's: what lasts minutes by the registry's ranges
// is seen by peers in seconds. Configured by a network file like any switch; records are read from its ring.

import { setTimeout as delay } from 'node:timers';
import { monotonicMs } from '../../src/clock.ts';
import { compileSnapshot } from '../../src/control/tables/compile.ts';
import { parseNetwork } from '../../src/control/tables/network-file.ts';
import { assignSlots } from '../../src/control/tables/slots.ts';
import { Ring } from '../../src/core/base/ring.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { CDR_FRAME_HEAD_BYTES } from '../../src/core/shard/cdr-frame.ts';
import { packSnapshot } from '../../src/core/shard/packed-snapshot.ts';
import { allocateSwitchMemory } from '../../src/core/shard/shared-memory.ts';
import { shardTaskOf } from '../../src/edge/shard-birth.ts';
import { UdpListener } from '../../src/edge/udp-listener.ts';
import { readFormerLife } from '../../src/shard-host/former-life.ts';
import { type RunnerHost, ShardRunner } from '../../src/shard-host/shard-runner.ts';
import { journalFolder } from '../../src/store/journal-disk.ts';
import { unpackCdr } from '../../src/store/records.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import type { Place } from './peer.ts';
import type { Scope } from './scope.ts';

const ADDRESS = '127.0.0.1';

/** Longest sleep, ms of everybody's clock; due times that come nearer meanwhile are met without it. */
const SLEEP_MS_MAX = 1_000;

/** One fast shard. */
export class FastSwitch {
  readonly sip: Place;
  readonly #speed: number;
  readonly #socket: UdpListener;
  readonly #runner: ShardRunner;
  readonly #startedAtMs = monotonicMs();
  readonly #cdrs: Cdr[] = [];
  readonly #ring: Ring;
  #timer: NodeJS.Timeout | null = null;

  private constructor(socket: UdpListener, network: string, speed: number) {
    this.sip = { address: ADDRESS, port: socket.port };
    this.#speed = speed;
    this.#socket = socket;
    const listeners = [{ advertisedHost: ADDRESS, advertisedPort: socket.port }];
    const parsed = parseNetwork(network, 'the test');
    const whole = compileSnapshot(parsed, 1, assignSlots([], parsed), [{ address: ADDRESS }], Date.now());
    const snapshot = packSnapshot(whole);
    const former = readFormerLife(journalFolder(temporaryDirectory()), false);
    const task = shardTaskOf(
      0,
      { node: 'test', listeners, memory: allocateSwitchMemory(1), snapshot, secret: 's' },
      false,
    );
    this.#ring = new Ring(task.memory.cdrs);
    const host: RunnerHost = {
      isOutlived: false,
      transmit: (text, target) => {
        const bytes = Buffer.from(text, 'latin1');
        socket.send(bytes, 0, bytes.length, target.address, target.port, false);
      },
      post: (message) => {
        if (message.kind === 'defect') throw new Error(message.sentence);
      },
    };
    this.#runner = new ShardRunner(task, host, former);
    this.#runner.command({ kind: 'snapshot', snapshot });
  }

  /** Starts one with `network`, whose clock runs `speed` times as fast; it ends with `scope`. */
  static async start(scope: Scope, network: string, speed: number): Promise<FastSwitch> {
    const heard: { by: FastSwitch | null } = { by: null };
    const socket = await UdpListener.bind({
      address: ADDRESS,
      port: 0,
      onDatagram: (bytes, address, port) => {
        const { by } = heard;
        if (by !== null) by.#receive(bytes, address, port);
      },
      onUnreachable: () => undefined,
      onReadError: () => undefined,
    });
    const fast = new FastSwitch(socket, network, speed);
    heard.by = fast;
    scope.after(() => fast.#stop());
    return fast;
  }

  /** The records of all calls that have ended. */
  cdrs(): readonly Cdr[] {
    while (this.#ring.next()) {
      const { bytes, frameStart, frameEnd } = this.#ring;
      this.#cdrs.push(unpackCdr(Buffer.from(bytes.subarray(frameStart + CDR_FRAME_HEAD_BYTES, frameEnd))));
    }
    return this.#cdrs;
  }

  #receive(bytes: Buffer, address: string, port: number): void {
    this.#runner.receive(bytes.toString('latin1'), address, port, 0, this.#nowMs());
    this.#arm();
  }

  #wake(): void {
    this.#runner.advance(this.#nowMs());
    this.#arm();
  }

  /** Time of this switch. */
  #nowMs(): number {
    return this.#startedAtMs + (monotonicMs() - this.#startedAtMs) * this.#speed;
  }

  #arm(): void {
    this.#runner.putOut();
    if (this.#timer !== null) clearTimeout(this.#timer);
    const waitMs = Math.min(SLEEP_MS_MAX, (this.#runner.wakeAtMs() - this.#nowMs()) / this.#speed);
    this.#timer = delay(() => this.#wake(), Math.max(1, Math.ceil(waitMs)));
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket.close();
  }
}
