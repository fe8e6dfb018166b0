// What main and the control thread tell each other. Types only: both import them, neither knows the other.

import type { LrnAnswer, LrnQuestion } from '../core/call/lrn-dips.ts';
import type { HostAddresses } from '../core/routing/snapshot.ts';
import type { PackedSnapshot } from '../core/shard/packed-snapshot.ts';
import type { SwitchMemory } from '../core/shard/shared-memory.ts';
import type { LogLevel } from '../log.ts';
import type { SinkSettings } from '../sink-settings.ts';
import type { Refusal } from '../tandem-error.ts';

/** A bound SIP socket, as `tandem status` shows it and as `localIp` of a routing gateway finds it. */
export interface ControlListener {
  readonly transport: 'udp';
  readonly address: string;
  readonly port: number;
  readonly advertisedHost: string;
  readonly advertisedPort: number;
}

/** What control is started with: the first message to it. */
export interface ControlStart {
  readonly dataPath: string;
  /** Port 0 takes any free one; `listening` tells which. */
  readonly management: { readonly address: string; readonly port: number };
  /** In the order of the start file: the index is what snapshots name. */
  readonly listeners: readonly ControlListener[];
  readonly memory: SwitchMemory;
  readonly node: string;
  /** Tandem's own version, for status and build_info. */
  readonly version: string;
  readonly startedAtWallMs: number;
  readonly logLevel: LogLevel;
  /** Where CDRs go besides the spool. */
  readonly sinks: readonly SinkSettings[];
  /** File with the keys that the network in the store is sealed with; '' for none. */
  readonly keyFile: string;
  /** Percent of its disk that the store may take. */
  readonly diskShare: number;
  /** False keeps configuration and CDRs in memory only (the demo). */
  readonly isDurable: boolean;
  /** DNS servers that host names are asked of; empty: those of the machine. */
  readonly dnsServers: readonly string[];
  /** Where LRN is asked, over HTTP; '' nowhere. */
  readonly lrnUrl: string;
  /** What a predecessor knew of host names. */
  readonly hosts: readonly HostAddresses[];
  /** Where the shards' journals are, a folder each. */
  readonly journalsPath: string;
  /** Whether the process is ended when main stands still: it is the switch's own, and somebody starts it again. */
  readonly isWatched: boolean;
}

/** One question of a shard to the LRN source. */
export interface LrnRequest {
  readonly shard: number;
  readonly id: number;
  readonly question: LrnQuestion;
  readonly timeoutMs: number;
}

/** What the edge counted since it started; numbers only grow. */
export interface EdgeNumbers {
  readonly datagramsReceived: number;
  readonly datagramsSent: number;
  readonly sendErrors: number;
  /** Datagrams dropped before any parsing, by why (`keepAlive`, `noPort`, `readError`, `ringFull`). */
  readonly screened: Readonly<Record<string, number>>;
  readonly newCalls: NewCallNumbers;
  /** New calls are being refused. */
  readonly isOverloaded: boolean;
  /** Longest wait of a new call since the last report. */
  readonly longestWaitMs: number;
}

/** Before the edge has said anything. */
export const NO_EDGE_NUMBERS: EdgeNumbers = {
  datagramsReceived: 0,
  datagramsSent: 0,
  sendErrors: 0,
  screened: {},
  newCalls: { admitted: {}, refused: {}, dropped: {}, acksAbsorbed: 0 },
  isOverloaded: false,
  longestWaitMs: 0,
};

/** INVITEs by what became of them. */
export interface NewCallNumbers {
  /** Passed on to a shard, by why. */
  readonly admitted: Readonly<Record<string, number>>;
  /** 503, by why. */
  readonly refused: Readonly<Record<string, number>>;
  /** No answer, by why. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly acksAbsorbed: number;
}

/** Control to main. */
export type FromControl =
  /** The configuration is loaded and balances are known: `snapshot` is what the shards begin with. */
  | { readonly kind: 'network'; readonly snapshot: PackedSnapshot }
  /** After that: HTTP listens. */
  | { readonly kind: 'listening'; readonly managementPort: number }
  /** A new snapshot for every shard; main answers `applied` for each. */
  | { readonly kind: 'snapshot'; readonly snapshot: PackedSnapshot }
  /** What the LRN source says to a question of `shard`. */
  | { readonly kind: 'lrnAnswered'; readonly shard: number; readonly id: number; readonly answer: LrnAnswer | null }
  /** An operator's crash drill: end this shard's worker as a defect would. */
  | { readonly kind: 'killShard'; readonly shard: number }
  /** Control could not start, before `network` or before `listening`. `code` and `refusals` as in TandemError. */
  | { readonly kind: 'fatal'; readonly error: ControlFault }
  /** Rings drained, store flushed and closed, HTTP closed: the thread may end. */
  | { readonly kind: 'stopped' };

/** A TandemError that crossed a thread. */
export interface ControlFault {
  readonly code: string;
  readonly message: string;
  readonly refusals: readonly Refusal[];
}

/** Main to control. */
export type ToControl =
  /** `shard` routes by snapshot `version` now. */
  | { readonly kind: 'applied'; readonly shard: number; readonly version: number }
  /** The worker of `shard` died and was replaced; it has no snapshot until `applied`. */
  | { readonly kind: 'shardRestarted'; readonly shard: number }
  /** `shard` asks the LRN source. */
  | ({ readonly kind: 'askLrn' } & LrnRequest)
  /** Several times a second, as long as main moves. */
  | { readonly kind: 'edge'; readonly numbers: EdgeNumbers }
  /** No new calls from now on: not ready any more. */
  | { readonly kind: 'draining' }
  /** A crash drill: fail as by a defect. */
  | { readonly kind: 'crash' }
  /** No more CDRs will come: drain, close, answer `stopped`. */
  | { readonly kind: 'stop' };
