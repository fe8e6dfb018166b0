// GET /api/v1/accounts: what accounts have, and who they are.

import type { Account } from '../../store/network.ts';
import type { AccountState } from '../ledger/account-book.ts';

/** An account: its money, and what operators wrote about it; nothing about one that has left the network. */
export type KnownAccount = AccountState & Pick<Account, 'name' | 'contact' | 'tags' | 'memo'>;

/** What an account has of which nothing was written, and one that a switch of an earlier release tells of. */
export const NOTHING_WRITTEN: Pick<Account, 'name' | 'contact' | 'tags' | 'memo'> = {
  name: '',
  contact: '',
  tags: [],
  memo: '',
};

/** `states` with the words of `accounts`; only those with `tag`, '' for all. */
export function knownAccounts(
  states: readonly AccountState[],
  accounts: readonly Account[],
  tag: string,
): KnownAccount[] {
  const written = new Map(accounts.map((account) => [account.account, account]));
  const known = states.map((state) => {
    const { name, contact, tags, memo } = written.get(state.account) ?? NOTHING_WRITTEN;
    return { ...state, name, contact, tags, memo };
  });
  return tag === '' ? known : known.filter(({ tags }) => tags.includes(tag));
}
