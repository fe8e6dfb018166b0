// New calls with a clock, a gate and a wire that a test looks at; two customers, and a device that has registered.

import { type Binding, Bindings } from '../../src/core/registration/bindings.ts';
import type { MappingGateway } from '../../src/core/routing/snapshot.ts';
import { Shares } from '../../src/core/shard/shares.ts';
import { NewCalls } from '../../src/edge/new-calls.ts';

export const ALICE = '192.0.2.1';
export const BOB = '192.0.2.2';

/** A device that has registered until then. */
const DEVICE_SLOT = 7;
const DEVICE = { registerType: 'dynamic', remoteIps: [], remoteHosts: [], calleePrefix: '', priority: 1 };
export const BINDING: Binding = {
  address: '203.0.113.7',
  port: 5070,
  listener: 0,
  user: 'ada',
  contact: 'sip:ada@203.0.113.7:5070',
  userAgent: '',
  isBehindNat: false,
  callMark: 1,
  cseq: 1,
  expiresAtMs: 60_000,
  registeredAtWallMs: 0,
  refreshedAtWallMs: 0,
};

export function textOf(method: string, name: string, toTag = ''): Buffer {
  return Buffer.from(
    `${method} sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK${name}\r\nMax-Forwards: 70\r\n` +
      `From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>${toTag}\r\nCall-ID: ${name}\r\nCSeq: 1 ${method}\r\n\r\n`,
  );
}

/** New calls with a clock, a gate and a wire that the test looks at. */
export class Bench {
  nowMs = 1_000;
  isBusy = false;
  /** So many are taken, then the shard has no time. */
  takes = Number.POSITIVE_INFINITY;
  readonly admitted: string[] = [];
  /** CANCELs that went on, and after how many INVITEs. */
  readonly cancelled: string[] = [];
  readonly refused: string[] = [];
  /** Where the last refusal went. */
  refusedPort = 0;
  readonly turns: boolean[] = [];
  /** What a refusal costs, ms. */
  refusalMs = 0;
  readonly calls = new NewCalls({
    wire: {
      isBehind: false,
      send: (bytes, _start, _end, _address, port) => {
        this.refusedPort = port;
        this.nowMs += this.refusalMs;
        this.refused.push(nameIn(bytes));
      },
    },
    clock: () => this.nowMs,
    seed: 1,
    onTurn: (isOverloaded) => void this.turns.push(isOverloaded),
  });
  readonly #gate = {
    put: (bytes: Uint8Array) => {
      if (bytes[0] === 0x43) this.cancelled.push(`${nameIn(bytes)} after ${this.admitted.length}`);
      else this.admitted.push(nameIn(bytes));
      return true;
    },
    shardOf: () => 0,
    isBusy: () => this.isBusy || this.admitted.length >= this.takes,
    turn: () => false,
  };

  /** `isOpen`: some device may be anywhere. */
  constructor({ isOpen = true, repliesToStrangers = true } = {}) {
    const gateways = [ALICE, BOB].map((address, slot) => ({
      slot,
      registerType: 'static',
      remoteIps: [address],
      remoteHosts: [],
      calleePrefix: '',
      priority: 1,
      sipResponseAddressMethod: address === BOB ? 'source' : null,
    }));
    const device = { ...DEVICE, slot: DEVICE_SLOT } as unknown as MappingGateway;
    const shared = Bindings.allocate();
    new Bindings(shared, 0).bind(DEVICE_SLOT, BINDING);
    const all = [...(gateways as unknown as MappingGateway[]), ...(isOpen ? [device] : [])];
    this.calls.share(new Shares(all, undefined, shared, repliesToStrangers));
  }

  receive(bytes: Buffer, address = ALICE): boolean {
    return this.calls.receive(bytes, { address, port: 5070, listener: 0 }, 0);
  }

  invite(name: string, address = ALICE): boolean {
    return this.receive(textOf('INVITE', name), address);
  }

  /** Whether it stays behind its INVITE. */
  cancel(name: string): boolean {
    return this.calls.holds(textOf('CANCEL', name), { address: ALICE, port: 5070, listener: 0 });
  }

  serve(): void {
    this.calls.refuse(false);
    this.calls.admit(this.#gate);
  }
}

function nameIn(bytes: Uint8Array): string {
  return /^Call-ID: (.*)\r$/m.exec(Buffer.from(bytes).toString('latin1'))?.[1] ?? '';
}
