// The accounts of a network file: who pays and who is paid, by which rates, how far below zero, and how much at once.

import { AGENT_LEVELS_MAX } from '../../core/rating/rating-limits.ts';
import { Refused, type Table } from '../../operator-file.ts';
import { entityName, moment, oneOf, onOff } from '../../operator-values.ts';
import type { Account, Package, RateTable } from '../../store/network.ts';
import { accountAmount } from './account-amounts.ts';
import { zone } from './calendar-fields.ts';
import { readSharedLimits, SHARED_LIMIT_NAMES } from './limit-fields.ts';
import type { NameReferences } from './name-references.ts';
import { currency, uniqueName } from './names.ts';
import { ACCOUNT_PACKAGE_NAMES, NO_PACKAGE, readAccountPackage } from './package-rows.ts';

const FIELDS = [
  'account',
  'name',
  'type',
  'locked',
  'expires',
  'agent',
  'currency',
  'rateTable',
  'privateRateTable',
  'creditLimit',
  'lowBalance',
  'contact',
  'tags',
  'memo',
  'timeZone',
  ...ACCOUNT_PACKAGE_NAMES,
  ...SHARED_LIMIT_NAMES,
];

const TEXT_LENGTH_MAX = 256;
const TAGS_MAX = 16;

/** What an account is that says nothing but its name. */
export const OPEN_ACCOUNT: Omit<Account, 'account'> = {
  name: '',
  type: 'general',
  locked: false,
  expiresAtWallMs: null,
  agent: '',
  currency: '',
  rateTable: '',
  privateRateTable: '',
  creditLimitNanos: 0n,
  lowBalanceNanos: null,
  contact: '',
  tags: [],
  memo: '',
  timeZone: 'UTC',
  ...NO_PACKAGE,
  capacity: null,
  cps: null,
  cpsBurst: null,
};

/** What accounts may name. */
interface Named {
  readonly rateTables: readonly RateTable[];
  readonly packages: readonly Package[];
  readonly references: NameReferences;
}

/** The list `accounts`. */
export function readAccounts(root: Table, named: Named): Account[] {
  const { references } = named;
  const seen = new Set<string>();
  const rows: (readonly [Table, Account])[] = [];
  root.rows('accounts', FIELDS, (row) => rows.push([row, readAccount(row, seen, named)]));
  const accounts = new Map(rows.toReversed().map(([, account]) => [account.account, account]));
  accounts.delete(''); // One whose name was refused is nobody's agent, least of all of those that have none.
  for (const [row, account] of rows) {
    references.add(row, 'rateTable', 'rateTables', [account.rateTable]);
    references.add(row, 'privateRateTable', 'rateTables', [account.privateRateTable]);
    references.add(row, 'agent', 'accounts', [account.agent]);
    checkAgent(row, account, accounts);
  }
  return rows.map(([, account]) => account);
}

function readAccount(row: Table, seen: Set<string>, { rateTables, packages, references }: Named): Account {
  const rateTable = row.optional('rateTable', entityName, '');
  const privateRateTable = row.optional('privateRateTable', entityName, '');
  const currencies = [rateTable, privateRateTable]
    .map((name) => rateTables.find((table) => table.name === name)?.currency)
    .filter((word) => word !== undefined);
  const own = row.optional('currency', currency, currencies[0] ?? '');
  for (const word of currencies) {
    if (word !== own) row.refuse('currency', `is ${own}, and its rates are in ${word}`);
  }
  const inForce = currencies[0] ?? own;
  const creditLimit = row.optional<bigint | 'None'>('creditLimit', limit, 0n);
  return {
    account: uniqueName(row, 'account', seen),
    name: row.optional('name', words, ''),
    type: row.optional('type', oneOf(['general', 'settlement', 'agent']), OPEN_ACCOUNT.type),
    locked: row.optional('locked', onOff, false),
    expiresAtWallMs: row.optional<number | null>('expires', moment, null),
    agent: row.optional('agent', entityName, ''),
    currency: inForce,
    rateTable,
    privateRateTable,
    creditLimitNanos: creditLimit === 'None' ? null : creditLimit,
    lowBalanceNanos: row.optional<bigint | null>('lowBalance', amount, null),
    contact: row.optional('contact', words, ''),
    tags: readTags(row),
    memo: row.optional('memo', words, ''),
    timeZone: row.optional('timeZone', zone, OPEN_ACCOUNT.timeZone),
    ...readAccountPackage(row, row.optional('package', entityName, ''), { currency: inForce, packages, references }),
    ...readSharedLimits(row),
  };
}

/** Agents are accounts of that type, all of the same currency as far as they have one, and nobody's in a circle. */
function checkAgent(row: Table, account: Account, accounts: ReadonlyMap<string, Account>): void {
  const agent = accounts.get(account.agent);
  if (agent === undefined) return; // None, or none that there is.
  if (agent.type !== 'agent') return row.refuse('agent', `names "${account.agent}", which is not of type agent`);
  const passed = new Set([account.account]);
  for (let above: Account | undefined = agent; above !== undefined; above = accounts.get(above.agent)) {
    if (above === account) return row.refuse('agent', `makes a circle: ${above.account} is above itself`);
    if (passed.has(above.account)) return; // A circle of others, which is told there.
    passed.add(above.account);
    if (![above.currency, account.currency].includes('') && above.currency !== account.currency) {
      const whose = above === agent ? '' : `is below ${above.account}, which `;
      return row.refuse('agent', `${whose}has its account in ${above.currency}`);
    }
    if (passed.size > AGENT_LEVELS_MAX)
      return row.refuse('agent', `makes more than ${AGENT_LEVELS_MAX} agents in a row`);
  }
}

function amount(text: string): bigint | Refused {
  return accountAmount(text, 'an amount such as 100 or -2.50', true);
}

function limit(text: string): bigint | 'None' | Refused {
  return text === 'None' ? text : accountAmount(text, 'None or an amount such as 100 or 2.50', false);
}

function words(text: string): string | Refused {
  return text.length <= TEXT_LENGTH_MAX ? text : new Refused(`takes at most ${TEXT_LENGTH_MAX} characters`);
}

function readTags(row: Table): string[] {
  const tags = [...new Set(row.many('tags', entityName))];
  if (tags.length > TAGS_MAX) row.refuse('tags', `has more than ${TAGS_MAX} tags`);
  return tags;
}
