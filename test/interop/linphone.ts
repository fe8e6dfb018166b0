// Linphone (Debian: linphone-cli) as a user agent behind a proxy that knows session timers (RFC 4028): it registers as
// `timed`, answers every call and leaves the refreshes to the caller. Commands go to its standard input. Where there is
// no sound card it sends no media.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scope } from '../hosts/scope.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { Program } from './program.ts';
import { freePlace } from './sipp.ts';

/** One running Linphone. */
export class Linphone {
  readonly program: Program;

  private constructor(program: Program) {
    this.program = program;
  }

  /** Starts one on a free port of `address`, to register at `registrar`: that one hears of it. */
  static async start(scope: Scope, address: string, registrar: string): Promise<Linphone> {
    const directory = temporaryDirectory();
    const { port } = await freePlace(address);
    // Without the folder of its records it starts but does not listen.
    mkdirSync(join(directory, '.local', 'share', 'linphone'), { recursive: true });
    writeFileSync(join(directory, 'linphonerc'), configurationOf(address, port));
    const options = ['--config', join(directory, 'linphonerc'), '--auto-answer', '--log', '/dev/stdout'];
    const program = Program.start(scope, 'linphone-daemon', options, directory);
    await program.said('Creating listening point');
    program.write(`register sip:timed@${registrar} sip:${registrar}\n`);
    return new Linphone(program);
  }

  /** Ends its call. */
  hangUp(): void {
    this.program.write('terminate\n');
  }
}

function configurationOf(address: string, port: number): string {
  return `
[sip]
sip_port=${port}
sip_tcp_port=0
sip_tls_port=0
bind_address=${address}
guess_hostname=0
contact=sip:timed@${address}:${port}
session_expires_enabled=1
session_expires_value=90
session_expires_min_value=90
session_expires_refresher_value=2
[rtp]
nortp_timeout=120
`;
}
