// The fields that limit a gateway, of either kind, and those of what gateways share: accounts and groups.

import type { Table } from '../../operator-file.ts';
import { entityName, onOff, wholeNumber } from '../../operator-values.ts';
import type { GatewayGroup, LimitEntry } from '../../store/network.ts';
import { type FieldsOf, field, listField, scheduledField } from './gateway-field.ts';
import { burst, COUNT_MAX, callsPerSecond, capacity } from './gateway-values.ts';

export const LIMIT_FIELDS: FieldsOf<LimitEntry> = {
  capacity: field('capacity', capacity, null, 'Concurrent calls; None has no limit.'),
  scheduledCapacity: scheduledField(
    'scheduledCapacity',
    'capacity',
    capacity,
    'Its capacity while a calendar is open; the first that is, before `capacity`.',
  ),
  cps: field('cps', callsPerSecond, null, 'New calls a second; None has no limit.'),
  cpsBurst: field('cpsBurst', burst, null, 'New calls at once, after a rest; left out, as many as a second allows.'),
  availability: field('availability', entityName, null, 'Calendar: it gets new calls while that is open.'),
  gatewayGroups: listField('gatewayGroups', entityName, 'Groups it is in; its calls count in each of them.'),
  groupReservedLines: field(
    'groupReservedLines',
    wholeNumber(0, COUNT_MAX),
    0,
    'It gets no call while fewer lines than these are free in one of its groups.',
  ),
  locked: field('locked', onOff, false, 'A locked gateway gets no new call.'),
};

/** Names of the fields that `readSharedLimits` reads. */
export const SHARED_LIMIT_NAMES = ['capacity', 'cps', 'cpsBurst'];

/** What limits all gateways of an account or of a group together. */
export function readSharedLimits(row: Table): Omit<GatewayGroup, 'name'> {
  return {
    capacity: row.optional<number | null>('capacity', capacity, null),
    cps: row.optional<number | null>('cps', callsPerSecond, null),
    cpsBurst: row.optional<number | null>('cpsBurst', burst, null),
  };
}
