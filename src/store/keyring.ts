// The network at rest, sealed by AES-256-GCM: it has the passwords of gateways and devices. The keys are in a file of
// the operator, outside the data directory: who gets hold of a backup of that has no password.
//
//   0xc1, which begins no MessagePack | 1, the layout | name of the key (8) | nonce (12) | tag (16) | what is sealed
//
// The number of the version is authenticated with it, so that none can be put in the place of another. What was stored
// in clear, by an earlier release or before there was a key, is read as it is.

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { sentenceOf, TandemError } from '../tandem-error.ts';

const CIPHER = 'aes-256-gcm';
const KEY_HEX_DIGITS = 64;
const LAYOUT = Buffer.from([0xc1, 1]);
const NAME_AT = LAYOUT.length;
const NAME_BYTES = 8;
const NONCE_AT = NAME_AT + NAME_BYTES;
const NONCE_BYTES = 12;
const TAG_AT = NONCE_AT + NONCE_BYTES;
const TAG_BYTES = 16;
const SEALED_AT = TAG_AT + TAG_BYTES;

const TODO =
  'Bring its copy back. Where there never was one, (umask 077; openssl rand -hex 32 > FILE) makes it: ' +
  'keep a copy that is not with the backups.';

interface Key {
  /** The beginning of its digest. */
  readonly name: Buffer;
  readonly bytes: Buffer;
}

/** The keys of one file. The first one seals; all of them open. */
export class Keyring {
  readonly #keys: readonly Key[];
  /** How errors call the file; '' for none. */
  readonly #path: string;

  private constructor(path: string, keys: readonly Key[]) {
    this.#path = path;
    this.#keys = keys;
  }

  /** The keys in the file at `path`, one a line; '' has none, and leaves all in clear. Throws TANDEM_KEY_UNUSABLE. */
  static read(path: string): Keyring {
    return new Keyring(path, path === '' ? [] : keysIn(path));
  }

  /** Whether `stored` is as `seal` would leave it. */
  isCurrent(stored: Uint8Array): boolean {
    const [first] = this.#keys;
    if (first === undefined || !isSealed(stored)) return first === undefined && !isSealed(stored);
    return first.name.equals(nameIn(stored));
  }

  /** `clear`, sealed as the content of `version`; as it is where there is no key. */
  seal(clear: Uint8Array, version: number): Uint8Array {
    const [key] = this.#keys;
    if (key === undefined) return clear;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key.bytes, nonce).setAAD(aboutOf(version));
    const sealed = Buffer.concat([cipher.update(clear), cipher.final()]);
    return Buffer.concat([LAYOUT, key.name, nonce, cipher.getAuthTag(), sealed]);
  }

  /** What `seal` was given. Throws TANDEM_KEY_MISSING, TANDEM_STORE_UNUSABLE when it was changed since. */
  open(stored: Uint8Array, version: number): Uint8Array {
    if (!isSealed(stored)) return stored;
    const name = nameIn(stored);
    const key = this.#keys.find((one) => one.name.equals(name));
    if (key === undefined) throw this.#missing(name);
    const decipher = createDecipheriv(CIPHER, key.bytes, stored.subarray(NONCE_AT, TAG_AT))
      .setAAD(aboutOf(version))
      .setAuthTag(stored.subarray(TAG_AT, SEALED_AT));
    try {
      return Buffer.concat([decipher.update(stored.subarray(SEALED_AT)), decipher.final()]);
    } catch (cause) {
      const what = `Version ${version} of the network is damaged: its seal is broken`;
      const sentence = `${what}. Restore a backup of the store.`;
      throw new TandemError('TANDEM_STORE_UNUSABLE', sentence, { cause });
    }
  }

  #missing(name: Buffer): TandemError {
    const what = `The network in the store is sealed with the key ${name.toString('hex')}`;
    const todo =
      this.#path === ''
        ? 'Name the file that has it as keyFile in the start file.'
        : `${this.#path} has it not: add it there as a line of its own, from the copy that you keep.`;
    const without =
      'Without it, move tandem.mdb, history.mdb and calls away, and keep them: the ledger, reports and CDRs that ' +
      'were not exported are in them. Then apply the network anew.';
    const sentence = `${what}. ${todo} ${without}`;
    return new TandemError('TANDEM_KEY_MISSING', sentence);
  }
}

function keysIn(path: string): Key[] {
  const lines = textOf(path).split(/\r?\n/);
  const keys = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  const isEach = keys.every((line) => line.length === KEY_HEX_DIGITS && /^[0-9a-f]+$/i.test(line));
  if (keys.length === 0 || !isEach)
    throw unusable(path, { why: `takes keys of ${KEY_HEX_DIGITS} hexadecimal digits, one a line`, todo: TODO });
  return keys.map((line) => {
    const bytes = Buffer.from(line, 'hex');
    return { name: createHash('sha256').update(bytes).digest().subarray(0, NAME_BYTES), bytes };
  });
}

function textOf(path: string): string {
  try {
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      throw unusable(path, { why: 'can be read by others than its user', todo: `Mend it: chmod 600 ${path}` });
    }
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof TandemError) throw cause;
    // It is there, or may be: whoever made another one would lose what is sealed with it.
    const isForbidden = cause instanceof Error && 'code' in cause && cause.code === 'EACCES';
    const todo = isForbidden ? `Give it to the user that runs the switch: chown USER ${path}` : TODO;
    throw unusable(path, { why: `cannot be read: ${sentenceOf(cause)}`, todo }, cause);
  }
}

function unusable(
  path: string,
  { why, todo }: { readonly why: string; readonly todo: string },
  cause?: unknown,
): TandemError {
  return new TandemError('TANDEM_KEY_UNUSABLE', `The key file ${path} ${why}. ${todo}`, { cause });
}

function isSealed(stored: Uint8Array): boolean {
  return stored.length >= SEALED_AT && LAYOUT.equals(stored.subarray(0, LAYOUT.length));
}

function nameIn(stored: Uint8Array): Buffer {
  return Buffer.from(stored.subarray(NAME_AT, NONCE_AT));
}

function aboutOf(version: number): Buffer {
  return Buffer.from(`version ${version}`);
}
