// baresip (Debian: baresip-core) as a user agent behind a proxy: it registers as two users, `prompt` answers at once,
// `patient` rings; it plays a tone, and does what it is told over its control port, in JSON within netstrings.

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../hosts/eventually.ts';
import type { Scope } from '../hosts/scope.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { Program } from './program.ts';
import { freePlace } from './sipp.ts';

/** What baresip says by itself, such as CALL_ESTABLISHED. */
export interface BaresipEvent {
  readonly type: string;
  /** Of the call, at its side. */
  readonly id: string;
  readonly param: string;
}

interface ControlMessage extends Partial<BaresipEvent> {
  readonly event?: boolean;
  readonly response?: boolean;
  readonly ok?: boolean;
}

/** Who it is. */
export interface BaresipUsers {
  readonly prompt: string;
  readonly patient: string;
  /** Of both; '' for none. */
  readonly password: string;
}

const USERS: BaresipUsers = { prompt: 'prompt', patient: 'patient', password: '' };

/** One running baresip. */
export class Baresip {
  readonly program: Program;
  readonly events: BaresipEvent[] = [];
  readonly #control: Socket;
  readonly #answers: ControlMessage[] = [];
  #received = '';

  private constructor(program: Program, control: Socket) {
    this.program = program;
    this.#control = control;
    control.on('data', (bytes: Buffer) => this.#receive(bytes.toString('latin1')));
  }

  /** Starts one on free ports of `address`; its users are registered at `registrar` when this resolves. */
  static async start(scope: Scope, address: string, registrar: string, users = USERS): Promise<Baresip> {
    const directory = temporaryDirectory();
    const { port } = await freePlace(address);
    const controlPort = await freeTcpPort(address);
    writeFileSync(join(directory, 'config'), configurationOf(address, port, controlPort));
    writeFileSync(join(directory, 'accounts'), accountsOf(registrar, users));
    writeFileSync(join(directory, 'contacts'), '\n');
    // -s: it prints every message.
    const program = Program.start(scope, 'baresip', ['-4', '-s', '-f', directory], directory);
    for (const user of [users.prompt, users.patient])
      await program.said(`${user}@${registrar.split(':')[0]}: {0/UDP/v4} 200 OK`);
    const control = connect(controlPort, address);
    scope.after(() => void control.destroy());
    await once(control, 'connect');
    return new Baresip(program, control);
  }

  /** Has it do `command`, such as hangup, hold, resume. */
  async tell(command: string, params = ''): Promise<void> {
    const message = JSON.stringify({ command, params, token: '' });
    this.#control.write(`${message.length}:${message},`);
    const answer = await eventually(`baresip answers ${command}`, () => this.#answers.shift() ?? null);
    if (answer.ok !== true) throw new Error(`baresip does not ${command}: ${JSON.stringify(answer)}`);
  }

  /** Waits until it has said `type` for the `count`th time. */
  said(type: string, count = 1): Promise<BaresipEvent> {
    return eventually(`baresip says ${type}`, () => this.events.filter((one) => one.type === type)[count - 1] ?? null);
  }

  #receive(text: string): void {
    this.#received += text;
    for (;;) {
      const [head, length] = /^(\d+):/.exec(this.#received) ?? [];
      if (head === undefined || length === undefined) return;
      const end = head.length + Number(length);
      if (this.#received.length <= end) return;
      const message = JSON.parse(this.#received.slice(head.length, end)) as ControlMessage;
      this.#received = this.#received.slice(end + 1);
      if (message.response === true) this.#answers.push(message);
      else this.events.push({ type: message.type ?? '', id: message.id ?? '', param: message.param ?? '' });
    }
  }
}

function accountsOf(registrar: string, { prompt, patient, password }: BaresipUsers): string {
  const secret = password === '' ? '' : `;auth_pass=${password}`;
  const line = (user: string, mode: string) => `<sip:${user}@${registrar}>;regint=60;answermode=${mode}${secret}\n`;
  return line(prompt, 'auto') + line(patient, 'manual');
}

/** No sound device: a tone goes out (ausine makes it only so), what comes in is dropped. */
function configurationOf(address: string, port: number, controlPort: number): string {
  return `
sip_listen ${address}:${port}
net_interface ${address}
ctrl_tcp_listen ${address}:${controlPort}
audio_source ausine,440
ausrc_srate 48000
ausrc_channels 2
audio_player aubridge,player
audio_alert aubridge,alert
statmode_default off
module_path /usr/lib/baresip/modules
module g711.so
module ausine.so
module aubridge.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
`;
}

async function freeTcpPort(address: string): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const found = server.address();
  server.close();
  await once(server, 'close');
  return typeof found === 'object' ? (found?.port ?? 0) : 0;
}
