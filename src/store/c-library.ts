// Functions of the C library that Node has not. koffi, which is optional, calls them.

import { createRequire } from 'node:module';

/** What is used of koffi; its own types are not there where it is not. */
interface Koffi {
  /** Null: what the process has loaded already. */
  load(library: null): { func(prototype: string): unknown };
  view(address: bigint, length: number): ArrayBuffer;
  errno(): number;
  readonly os: { readonly errno: Readonly<Record<string, number>> };
}

const load = createRequire(import.meta.url);

/** Whether there is a koffi; it is not loaded by that. */
export function hasCLibrary(): boolean {
  try {
    load.resolve('koffi');
    return true;
  } catch {
    return false;
  }
}

/** The function that `prototype` declares. Throws where there is no koffi, or no such function. */
export function cFunction(prototype: string): unknown {
  return koffi().load(null).func(prototype);
}

/** The memory at `address`. */
export function memoryAt(address: bigint, length: number): ArrayBuffer {
  return koffi().view(address, length);
}

/** Whether the latest call failed with `name`, such as EWOULDBLOCK. */
export function hasFailedWith(name: string): boolean {
  const { os, errno } = koffi();
  return os.errno[name] === errno();
}

/** A second time it comes from Node's own table. */
function koffi(): Koffi {
  return load('koffi') as Koffi;
}
