// The body of a payment: who, how much, and why.

import { NANOS, parseMoney } from '../../core/rating/money.ts';
import type { Payment, PaymentKind } from '../../store/ledger.ts';
import { TandemError } from '../../tandem-error.ts';
import { adviceOn } from './query.ts';

const KINDS: readonly PaymentKind[] = ['topUp', 'deduction', 'correction'];

/** Largest amount of one payment, in units of its currency: beyond it a typing error is more likely. */
const UNITS_MAX = 1_000_000_000n;
const MEMO_LENGTH_MAX = 256;
const FIELDS = ['account', 'amount', 'kind', 'memo'];
const KEY = /^[\x21-\x7e]{0,64}$/;

/** What stands beside the body. */
export interface PaymentGround {
  readonly operator: string;
  readonly atWallMs: number;
  /** The same payment, sent once more, has the same key; '' for none. */
  readonly key: string;
}

/**
 * The payment in `body`, a JSON object with account, amount, kind and memo. A deduction is written without a sign, and
 * takes away; a correction may have one. Throws TANDEM_PAYMENT_REFUSED.
 */
export function givenPayment(body: string, { operator, atWallMs, key }: PaymentGround): Payment {
  const given = objectIn(body);
  const text = (name: string): string => {
    const value = given[name];
    if (value === undefined) return '';
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    throw refused(`${name} takes a text`);
  };
  const kind = KINDS.find((word) => word === (text('kind') || 'topUp'));
  if (kind === undefined) throw refused(`kind takes ${KINDS.join(', ')}, not "${text('kind')}"`);
  const nanos = parseMoney(text('amount'));
  if (nanos === null) throw refused(`amount takes a number such as 100 or 12.50, not "${text('amount')}"`);
  if (nanos < 0n && kind !== 'correction') throw refused('amount has a sign; say deduction or correction instead');
  if (nanos === 0n || nanos > UNITS_MAX * NANOS || nanos < -UNITS_MAX * NANOS)
    throw refused(`amount is 0, or above ${UNITS_MAX}`);
  const memo = text('memo');
  if (memo.length > MEMO_LENGTH_MAX) throw refused(`memo has more than ${MEMO_LENGTH_MAX} characters`);
  if (!KEY.test(key)) throw refused('the Idempotency-Key takes up to 64 visible characters');
  const signed = kind === 'deduction' ? -nanos : nanos;
  const payment = { account: text('account'), kind, nanos: signed, operator, memo, atWallMs };
  return key === '' ? payment : { ...payment, key };
}

function objectIn(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return knownFields(value as Record<string, unknown>);
  } catch (error) {
    if (error instanceof TandemError) throw error;
    // Told below: no JSON is no object either.
  }
  throw refused('the body takes a JSON object such as {"account": "blue", "amount": "100.00"}');
}

function knownFields(given: Record<string, unknown>): Record<string, unknown> {
  for (const name of Object.keys(given)) {
    if (!FIELDS.includes(name)) throw refused(`${name} is no field of it; ${adviceOn(name, FIELDS)}`);
  }
  return given;
}

function refused(sentence: string): TandemError {
  return new TandemError('TANDEM_PAYMENT_REFUSED', `The payment was refused: ${sentence}.`);
}
