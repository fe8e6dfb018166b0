// Whether the mapping gateway may call at all, and its account.

import type { EndReason } from '../../base/end-reason.ts';
import type { Entry } from './entry.ts';

export function checkGateway({ gateway }: Entry): EndReason | null {
  return gateway.locked ? 'CallerNotAllowed' : null;
}

export function checkAccount({ gateway, around }: Entry): EndReason | null {
  const { accountLocked, accountExpiresAtWallMs } = gateway;
  if (accountLocked) return 'AccountLocked';
  return accountExpiresAtWallMs !== null && around.wallMs >= accountExpiresAtWallMs ? 'AccountExpired' : null;
}
