// The fields by which a gateway registers, or proves who it is.

import { DIGEST_ALGORITHMS, type HashFunction } from '../../core/base/digest-algorithms.ts';
import type { RegisterRules } from '../../core/routing/snapshot.ts';
import { Refused, type Table } from '../../operator-file.ts';
import { oneOf } from '../../operator-values.ts';
import { type FieldsOf, field, type GatewayField, listField } from './gateway-field.ts';
import { refuseRepeats } from './gateway-values.ts';

export const REGISTER_FIELDS: FieldsOf<RegisterRules> = {
  registerType: field(
    'registerType',
    oneOf(['static', 'dynamic']),
    'static',
    'static: it is at the addresses configured here; dynamic: wherever it has registered from.',
  ),
  registerUser: field('registerUser', credential, '', 'User name that it registers with, and answers challenges with.'),
  registerPassword: field('registerPassword', credential, '', 'Password of that user.'),
  registerAlgorithms: algorithms(),
};

function algorithms(): GatewayField<readonly HashFunction[]> {
  const help = 'Digest algorithms that user is challenged with, the preferred first; nothing listed: all, MD5 last.';
  const list = listField('registerAlgorithms', oneOf(DIGEST_ALGORITHMS), help);
  const read = (row: Table): readonly HashFunction[] => {
    const listed = list.read(row);
    refuseRepeats(row, 'registerAlgorithms', listed);
    return listed.length > 0 ? listed : DIGEST_ALGORITHMS;
  };
  return { ...list, absent: DIGEST_ALGORITHMS, read };
}

/** What digest authentication can carry in quotes without escapes. */
export function credential(text: string): string | Refused {
  if (/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(text)) return text;
  return new Refused('takes 1 to 64 visible characters without spaces, quotes and backslashes');
}

/**
 * Refuses credentials that are not whole, or missing where they are needed, and users that stand twice. `devices`:
 * the users so far, by name; `users`: those of this kind of gateway.
 */
export function checkRegister(
  row: Table,
  gateway: RegisterRules,
  isNeeded: boolean,
  { devices, users }: { readonly devices: Map<string, RegisterRules>; readonly users: Set<string> },
): void {
  const { registerUser, registerPassword, registerAlgorithms } = gateway;
  if (isNeeded && registerUser === '') row.refuse('registerUser', 'is missing: the user who is to prove himself');
  if ((registerUser === '') !== (registerPassword === '')) {
    row.refuse('registerPassword', 'and registerUser belong together');
  }
  if (registerUser === '') return;
  if (users.has(registerUser)) row.refuse('registerUser', `is "${registerUser}", which another gateway has already`);
  const device = devices.get(registerUser) ?? gateway;
  if (device.registerPassword !== registerPassword) {
    row.refuse('registerPassword', `is another than that of "${registerUser}" above: one device has one password`);
  }
  if (String(device.registerAlgorithms) !== String(registerAlgorithms)) {
    row.refuse('registerAlgorithms', `is another list than that of "${registerUser}" above: one device has one`);
  }
  users.add(registerUser);
  devices.set(registerUser, device);
}
