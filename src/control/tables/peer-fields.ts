// The fields that both kinds of gateway have: what the peer behind it can do, and what of the other side it hears.

import { PARAMETERS } from '../../core/parameters/table.ts';
import type { PeerRules } from '../../core/routing/snapshot.ts';
import { Refused, type Table } from '../../operator-file.ts';
import { oneOf, onOff, secondsAsMs } from '../../operator-values.ts';
import { type FieldsOf, field, ownValue } from './gateway-field.ts';

const addressMethod = oneOf(['source', 'statedPort', 'stated']);
const identityRule = oneOf(['none', 'pass', 'caller']);

export const PEER_FIELDS: FieldsOf<PeerRules> = {
  sipTimer: field('sipTimer', onOff, true, 'Session timers (RFC 4028) with this peer.'),
  sip100Rel: field('sip100Rel', onOff, true, 'Reliable provisional responses (RFC 3262) with this peer.'),
  enableCallTransfer: field(
    'enableCallTransfer',
    onOff,
    false,
    'Whether this peer may be sent REFER by the other side of its calls.',
  ),
  maxCallDurationLowerMs: ownValue(
    'maxCallDurationLower',
    talkLimit,
    'SS_MAX_CALL_DURATION',
    'Talk limit: each call gets one drawn from the range that begins here.',
  ),
  maxCallDurationUpperMs: ownValue(
    'maxCallDurationUpper',
    talkLimit,
    'SS_MAX_CALL_DURATION',
    'The end of that range; one of the two alone is a limit without a range.',
  ),
  sipResponseAddressMethod: field(
    'sipResponseAddressMethod',
    addressMethod,
    null,
    'Where responses go: where the request came from, there with the port its Via states, or all as the Via states; ' +
      'left out, as RFC 3261 18.2.2 and RFC 3581 say.',
  ),
  sipRequestAddressMethod: field(
    'sipRequestAddressMethod',
    addressMethod,
    'stated',
    'Where requests inside a dialog go: where the peer’s messages come from, there with the port its Contact states, ' +
      'or all as the Contact states.',
  ),
  sipPAssertedIdentity: field(
    'sipPAssertedIdentity',
    identityRule,
    'none',
    'P-Asserted-Identity toward it: none, the other side’s, or made of the caller number.',
  ),
  sipPPreferredIdentity: field(
    'sipPPreferredIdentity',
    identityRule,
    'none',
    'P-Preferred-Identity toward it: none, the other side’s, or made of the caller number.',
  ),
  sipRemotePartyId: field(
    'sipRemotePartyId',
    identityRule,
    'none',
    'Remote-Party-ID toward it: none, the other side’s, or made of the caller number.',
  ),
  sipDiversion: field('sipDiversion', onOff, false, 'Diversion (RFC 5806) of the other side passes to it.'),
  sipHistoryInfo: field('sipHistoryInfo', onOff, false, 'History-Info (RFC 7044) of the other side passes to it.'),
  sipIdentity: field('sipIdentity', onOff, true, 'Identity (RFC 8224) of the other side passes to it.'),
  sipReason: field('sipReason', onOff, true, 'Reason (RFC 3326) of the other side passes to it.'),
};

/** One end alone is both. Refuses two that make no range: neither may be "none" when the other is a limit. */
export function readTalkLimits(
  row: Table,
  { maxCallDurationLowerMs, maxCallDurationUpperMs }: PeerRules,
): Pick<PeerRules, 'maxCallDurationLowerMs' | 'maxCallDurationUpperMs'> {
  const lowerMs = maxCallDurationLowerMs ?? maxCallDurationUpperMs;
  const upperMs = maxCallDurationUpperMs ?? maxCallDurationLowerMs;
  if (lowerMs !== null && upperMs !== null && (lowerMs > upperMs || (lowerMs === 0) !== (upperMs === 0))) {
    row.refuse('maxCallDurationUpper', 'makes no range with maxCallDurationLower');
  }
  return { maxCallDurationLowerMs: lowerMs, maxCallDurationUpperMs: upperMs };
}

function talkLimit(text: string): number | null | Refused {
  if (text === '-1') return null;
  const { max } = PARAMETERS.SS_MAX_CALL_DURATION;
  const limitMs = secondsAsMs(0, max)(text);
  if (!(limitMs instanceof Refused)) return limitMs;
  return new Refused(`takes -1 for the system's limit, 0 for none, or up to ${max} seconds, not "${text}"`);
}
