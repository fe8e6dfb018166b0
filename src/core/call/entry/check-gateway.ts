// Whether the mapping gateway may call at all, and its account.

import type { EndReason } from '../../base/end-reason.ts';
import { isAvailableAt } from '../../routing/gateway-hours.ts';
import type { Entry } from './entry.ts';

export function checkGateway({ gateway, around }: Entry): EndReason | null {
  if (gateway.locked) return 'CallerNotAllowed';
  return isAvailableAt(gateway, around.wallMs) ? null : 'CallerNotAllowed';
}

export function checkAccount({ gateway, around }: Entry): EndReason | null {
  const { accountLocked, accountExpiresAtWallMs } = gateway;
  if (accountLocked) return 'AccountLocked';
  return accountExpiresAtWallMs !== null && around.wallMs >= accountExpiresAtWallMs ? 'AccountExpired' : null;
}
