// Kamailio (Debian: kamailio) as a vendor's proxy: it records the route, keeps the registrations of the user agents
// behind it and, where it is asked to, demands digest authentication. It tells what comes over the wire.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../hosts/peer.ts';
import type { Scope } from '../hosts/scope.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { Program } from './program.ts';
import { freePlace } from './sipp.ts';

const CONFIGURATION = join(process.cwd(), 'test', 'interop', 'scenarios', 'kamailio.cfg');

/** A request as it came to the proxy. */
export interface ProxiedRequest {
  readonly method: string;
  readonly uri: string;
  /** host:port of its sender. */
  readonly from: string;
  readonly callId: string;
  readonly cseq: number;
  /** Value of the first Route; '' when it had none. */
  readonly route: string;
  /** Value of Authorization or Proxy-Authorization; '' when it had none. */
  readonly credentials: string;
}

/** One running Kamailio. */
export class Kamailio {
  readonly place: Place;
  readonly program: Program;

  private constructor(place: Place, program: Program) {
    this.place = place;
    this.program = program;
  }

  /** Starts one on a free port of `address`; user agents may register when this resolves. */
  static async start(scope: Scope, address: string): Promise<Kamailio> {
    const place = await freePlace(address);
    const directory = temporaryDirectory();
    const options = [
      ...['-DD', '-E', '-f', CONFIGURATION, '-A', `LISTENER=udp:${address}:${place.port}`],
      // Its run-time files, and memory for a handful of calls, MB.
      ...['-Y', directory, '-w', directory, '-P', join(directory, 'pid'), '-m', '32', '-M', '4'],
    ];
    const program = Program.start(scope, 'kamailio', options, directory);
    await program.said('READY');
    return new Kamailio(place, program);
  }

  get hostPort(): string {
    return `${this.place.address}:${this.place.port}`;
  }

  /** Requests that came, in the order they came; of `callId` only, where it is given. */
  requests(callId?: string): ProxiedRequest[] {
    const lines = this.program.output.matchAll(/WIRE (\{.*\})/g);
    const all = [...lines].map(([, json = '']) => JSON.parse(json) as ProxiedRequest);
    return callId === undefined ? all : all.filter((request) => request.callId === callId);
  }
}

/** What the digest of `kamailio.cfg` wants to know. */
export const VENDOR_PASSWORD = /^#!define PASSWORD "(.*)"$/m.exec(readFileSync(CONFIGURATION, 'utf8'))?.[1] ?? '';
