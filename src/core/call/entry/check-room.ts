// Whether the shard has room for one more call.

import type { EndReason } from '../../base/end-reason.ts';
import type { Entry } from './entry.ts';

export function checkRoom({ hasRoom }: Entry): EndReason | null {
  return hasRoom ? null : 'Overload';
}
