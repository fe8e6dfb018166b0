// Starts the systems of a run: Tandem once for each number of shards, another revision of it beside, Kamailio.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { networkFile } from './bench-network.ts';
import { type KamailioKind, startKamailio } from './compare/kamailio/kamailio-under-test.ts';
import { buildRevision } from './other-revision.ts';
import type { Profile } from './profiles.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import { startTandem, TANDEM } from './tandem-under-test.ts';
import type { TrafficEnds } from './traffic/traffic-ends.ts';
import { WholesaleTables, wholesaleNetwork } from './wholesale-tables.ts';

/** Which systems. */
export interface SystemOptions {
  /** One Tandem for each; 0: inline. */
  readonly shards: readonly number[];
  readonly kamailios: readonly KamailioKind[];
  /** Another revision to run beside this one; null for none. */
  readonly against: string | null;
  readonly profileDirectory: string | null;
  /** In the real-time class. */
  readonly isRealTime: boolean;
  /** Of the deck of the wholesale network. */
  readonly prefixCount: number;
  /** Directory that keeps the tables of that network from run to run; null: they are made anew. */
  readonly tablesDirectory: string | null;
}

/** Where they are started, and for what. */
export interface StartScene {
  readonly ends: TrafficEnds;
  readonly profile: Profile;
  readonly directory: string;
  readonly say: (line: string) => void;
}

/**
 * Starts them, each in a directory of its own; they are pushed to `systems` as they come up. Answers the profile with
 * numbers that they have routes for.
 */
export async function startSystems(
  options: SystemOptions,
  { ends, profile, directory, say }: StartScene,
  systems: SystemUnderTest[],
): Promise<Profile> {
  const { shards, kamailios, against, profileDirectory, isRealTime } = options;
  const { network, tablesFor, prefixes } = routingOf({ ends, profile, directory, say }, options);
  const revision = against === null ? null : buildRevision(against, revisionIn(directory));
  const start = async (name: string, program: string, shardCount: number): Promise<void> => {
    const own = join(directory, name);
    mkdirSync(own);
    const profiles = profileDirectory === null ? null : join(profileDirectory, name);
    const tablesPath = await tablesFor(program);
    const how = { shardCount, profileDirectory: profiles, isRealTime };
    systems.push(await startTandem({ name, program, directory: own, network, tablesPath, ...how }));
  };
  for (const shardCount of shards) {
    const name = `tandem-${shardCount}`;
    await start(name, TANDEM, shardCount);
    if (revision !== null) await start(`${name}@${revision.name}`, revision.program, shardCount);
  }
  for (const kind of kamailios) {
    const own = join(directory, kind);
    mkdirSync(own);
    systems.push(await startKamailio(kind, own, { network: profile.network, vendors: placesOf(ends), isRealTime }));
  }
  return { ...profile, prefixes };
}

/** What switches route by. */
export interface Routing {
  /** The network file. */
  readonly network: string;
  /** The same, in which nobody pays. */
  readonly unrated: string;
  /** Where a switch of `program` finds large tables; null: it has none. */
  readonly tablesFor: (program: string) => Promise<string | null>;
  /** Prefixes it routes. */
  readonly prefixes: readonly string[];
}

/** What switches route the calls of the scene's profile by. */
export function routingOf(
  { ends, profile, directory, say }: StartScene,
  { prefixCount, tablesDirectory }: Pick<SystemOptions, 'prefixCount' | 'tablesDirectory'>,
): Routing {
  const places = placesOf(ends);
  if (profile.network !== 'wholesale') {
    const network = networkFile(profile.network, '127.0.0.1', places);
    const unrated = networkFile(profile.network === 'rated' ? 'plain' : profile.network, '127.0.0.1', places);
    return { network, unrated, tablesFor: async () => null, prefixes: profile.prefixes };
  }
  say(`A deck of ${prefixCount} prefixes with 2.5 vendors each, and two tables of as many rates:`);
  const begunMs = performance.now();
  const network = wholesaleNetwork(places);
  const tables = new WholesaleTables(tablesDirectory ?? join(directory, 'tables'), network, prefixCount);
  const tablesFor = async (program: string): Promise<string> => {
    const path = await tables.directoryFor(program);
    say(`... are there after ${((performance.now() - begunMs) / 1000).toFixed(0)} s.`);
    return path;
  };
  return { network, unrated: wholesaleNetwork(places, false), tablesFor, prefixes: tables.called };
}

/** The vendors that the answering end plays. */
export function placesOf({ answererAddress, answererPort, refusingPort, failingPort, deadPort }: TrafficEnds) {
  return { address: answererAddress, port: answererPort, refusingPort, failingPort, deadPort };
}

/** Where another revision is built. */
export function revisionIn(directory: string): string {
  return join(directory, 'revision');
}
