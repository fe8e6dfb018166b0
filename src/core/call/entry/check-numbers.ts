// Whether the mapping gateway's number lists let the call pass: its numbers as they came, before any translation.

import type { EndReason } from '../../base/end-reason.ts';
import { numberFault } from '../../routing/number-filter.ts';
import type { Entry } from './entry.ts';

export function checkNumbers(entry: Entry): EndReason | null {
  const { gateway, routing, around } = entry;
  const fault = numberFault(gateway.numbers.filter, entry, routing.numberGroups, around.wallMs);
  return fault === '' ? null : 'NumberRestricted';
}
