// Stores as carriers run them, from Debian's packages: PostgreSQL, MariaDB and nats-server on loopback, each with a
// directory of its own, as a user without rights. They can be killed, and started again on what they had.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SinkSettings } from '../../src/sink-settings.ts';
import { until } from '../hosts/eventually.ts';
import type { Scope } from '../hosts/scope.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const ADDRESS = '127.0.0.1';
const NOBODY = 65_534;
const PASSWORD = 'pass-of-the-test';
const START_PATIENCE_MS = 60_000;

/** A user of MariaDB who may write rows and no more; the password is that of the settings. */
export const WRITER = 'writer';

/** What the tests need; pg_ctlcluster stands for the server, whose programs are in no path. */
export const STORE_PROGRAMS = [
  { program: 'pg_ctlcluster', packageName: 'postgresql' },
  { program: 'mariadbd', packageName: 'mariadb-server' },
  { program: 'nats-server', packageName: 'nats-server' },
  { program: 'openssl', packageName: 'openssl' },
];

/** How one kind of server is made and started. */
interface Kind {
  readonly program: () => string;
  readonly make: (directory: string) => Promise<void>;
  readonly options: (directory: string, port: number) => readonly string[];
  readonly settings: (port: number) => SinkSettings;
}

/** root may not run PostgreSQL, and need not run the others. */
const USER = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

async function run(program: string, options: readonly string[], directory: string): Promise<void> {
  await promisify(execFile)(program, options, { cwd: directory, ...USER });
}

/** PostgreSQL's programs, those of the newest version. */
function postgresql(program: string): string {
  const folder = '/usr/lib/postgresql';
  const versions = existsSync(folder) ? readdirSync(folder).sort((one, other) => Number(other) - Number(one)) : [];
  return join(folder, versions[0] ?? '', 'bin', program);
}

const NAMES = { database: 'tandem', user: 'tandem', password: PASSWORD, table: 'tandem_cdr' };
const DATABASE = { host: ADDRESS, ...NAMES, tls: null };

const CERTIFICATE = 'certificate.pem';
const KEY = 'key.pem';

/** A certificate of ADDRESS that has signed itself, for servers that are asked to speak TLS. */
async function makeCertificate(directory: string): Promise<void> {
  const names = ['-subj', '/CN=tandem-test', '-addext', `subjectAltName=IP:${ADDRESS}`];
  const files = ['-keyout', KEY, '-out', CERTIFICATE];
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, ...files], directory);
}

const KINDS = {
  postgresql: {
    program: () => postgresql('postgres'),
    make: async (directory) => {
      const password = join(directory, 'password');
      writeFileSync(password, PASSWORD, { mode: 0o644 });
      const options = ['-D', join(directory, 'db'), '-U', 'tandem', '-E', 'UTF8', '--locale=C', '--no-sync'];
      await run(postgresql('initdb'), [...options, '-A', 'scram-sha-256', `--pwfile=${password}`], directory);
    },
    options: (directory, port) => [
      ...['-D', join(directory, 'db'), '-p', String(port), '-h', ADDRESS, '-k', directory, '-c', 'ssl=on'],
      ...['-c', `ssl_cert_file=${join(directory, CERTIFICATE)}`, '-c', `ssl_key_file=${join(directory, KEY)}`],
    ],
    settings: (port) => ({ kind: 'postgresql', name: 'postgresql', port, ...DATABASE, database: 'postgres' }),
  },
  mariadb: {
    program: () => 'mariadbd',
    make: async (directory) => {
      const options = ['--no-defaults', `--datadir=${join(directory, 'db')}`, '--skip-test-db'];
      await run('mariadb-install-db', options, directory);
      const users = [`tandem'@'%' IDENTIFIED BY '${PASSWORD}`, `${WRITER}'@'%' IDENTIFIED BY '${PASSWORD}`];
      const statements = [
        'CREATE DATABASE IF NOT EXISTS tandem',
        ...users.map((user) => `CREATE USER IF NOT EXISTS '${user}'`),
        "GRANT ALL ON tandem.* TO 'tandem'@'%'",
        `GRANT SELECT, INSERT, UPDATE ON tandem.* TO '${WRITER}'@'%'`,
      ];
      writeFileSync(join(directory, 'init.sql'), statements.map((statement) => `${statement};\n`).join(''));
    },
    options: (directory, port) => [
      '--no-defaults',
      `--datadir=${join(directory, 'db')}`,
      `--socket=${join(directory, 's')}`,
      `--pid-file=${join(directory, 'pid')}`,
      `--port=${port}`,
      `--bind-address=${ADDRESS}`,
      `--init-file=${join(directory, 'init.sql')}`,
      '--innodb-buffer-pool-size=32M',
      `--ssl-cert=${join(directory, CERTIFICATE)}`,
      `--ssl-key=${join(directory, KEY)}`,
    ],
    settings: (port) => ({ kind: 'mariadb', name: 'mariadb', port, ...DATABASE }),
  },
  jetstream: {
    program: () => 'nats-server',
    make: () => Promise.resolve(),
    options: (directory, port) => [
      ...['-a', ADDRESS, '-p', String(port), '-js', '-sd', join(directory, 'js')],
      ...['--user', 'tandem', '--pass', PASSWORD],
    ],
    settings: (port) => ({
      kind: 'jetstream',
      name: 'jetstream',
      servers: [`${ADDRESS}:${port}`],
      stream: 'TANDEM_CDR',
      subject: 'tandem.cdr',
      user: 'tandem',
      password: PASSWORD,
    }),
  },
} as const satisfies Record<string, Kind>;

export type StoreKind = keyof typeof KINDS;

/** One server. */
export class StoreServer {
  readonly name: StoreKind;
  readonly port: number;
  readonly #kind: Kind;
  readonly #directory: string;
  #child: ChildProcess | null = null;
  #output = '';

  private constructor(name: StoreKind, port: number, directory: string) {
    this.name = name;
    this.port = port;
    this.#kind = KINDS[name];
    this.#directory = directory;
  }

  /** Makes one and starts it; it ends with `scope`. */
  static async start(scope: Scope, name: StoreKind): Promise<StoreServer> {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'db'), { mode: 0o700 });
    if ('uid' in USER) {
      chownSync(directory, NOBODY, NOBODY);
      chownSync(join(directory, 'db'), NOBODY, NOBODY);
    }
    const server = new StoreServer(name, await freePort(), directory);
    scope.after(() => server.kill());
    await makeCertificate(directory);
    await server.#kind.make(directory);
    await server.startAgain();
    return server;
  }

  /** How a sink reaches it. */
  get settings(): SinkSettings {
    return this.#kind.settings(this.port);
  }

  /** What has signed its certificate (PEM). */
  get ca(): string {
    return readFileSync(join(this.#directory, CERTIFICATE), 'utf8');
  }

  async startAgain(): Promise<void> {
    const options = this.#kind.options(this.#directory, this.port);
    // A group of its own, for PostgreSQL has children.
    const child = spawn(this.#kind.program(), options, { cwd: this.#directory, detached: true, ...USER });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => (this.#output = (this.#output + bytes.toString()).slice(-4_000)));
    }
    const isUp = async (): Promise<boolean> => {
      if (child.exitCode !== null) throw new Error(`it ended: ${this.#output}`);
      return accepts(this.port);
    };
    await until(`${this.name} listens`, isUp, START_PATIENCE_MS);
  }

  /** kill -9 of all of it. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await exited;
    await until(`${this.name} is gone`, async () => !(await accepts(this.port)));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, ADDRESS, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, ADDRESS);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
