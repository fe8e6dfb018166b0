// Who gives a command, as versions and payments keep it.

import { userInfo } from 'node:os';

/** The name of this user; in a container it may have none, but a number. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
