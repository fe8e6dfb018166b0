// The fields of a mapping gateway: a customer's trunk, where calls enter. Names are VOS3000's where it has the field.

import type { FailedCodeRule } from '../../core/routing/snapshot.ts';
import { Refused, type Table } from '../../operator-file.ts';
import { addressOrNetwork, entityName, oneOf, onOff, prefixDigits } from '../../operator-values.ts';
import type { MappingGatewayEntry } from '../../store/network.ts';
import { type FieldsOf, field, type GatewayField, listField, neededField, ownTime } from './gateway-field.ts';
import { callsPerSecond, capacity, priority, refuseRepeats } from './gateway-values.ts';
import { PEER_FIELDS } from './peer-fields.ts';

export const MAPPING_FIELDS: FieldsOf<MappingGatewayEntry> = {
  name: neededField('name', entityName, '', 'Its name, in CDRs, metrics and every list.'),
  account: neededField('account', entityName, '', 'The account that pays; one of those in `accounts`.'),
  remoteIps: addresses(),
  calleePrefix: field(
    'calleePrefix',
    prefixDigits,
    '',
    'Digits that called numbers begin with here; they are taken off.',
  ),
  priority: field(
    'priority',
    priority,
    0,
    'Where several gateways have the address of a call, the lowest has the call.',
  ),
  capacity: field('capacity', capacity, null, 'Concurrent calls; None has no limit.'),
  cps: field('cps', callsPerSecond, null, 'New calls a second; None has no limit.'),
  locked: field('locked', onOff, false, 'A locked gateway gets no new call.'),
  timeoutCallProceedingMs: ownTime(
    'timeoutCallProceeding',
    'SS_TIMEOUT_CALL_PROCEEDING',
    'Longest time a call of it may be neither ringing nor answered.',
  ),
  tryProtectRouteDelayMs: ownTime(
    'tryProtectRouteDelay',
    'SS_TRY_PROTECT_ROUTE_DELAY',
    'How long its calls hunt before protect gateways are tried.',
  ),
  callFailedSipCode: listField(
    'callFailedSipCode',
    failedCode,
    'SIP codes told to it: the reason (a SIP code, a server’s end reason, 0 for any other) and what it hears instead.',
  ),
  sipRemoteRingSignal: field(
    'sipRemoteRingSignal',
    oneOf(['auto', '183', '180']),
    'auto',
    'Provisional responses with SDP reach it as they come, as 183, or as 180.',
  ),
  ...PEER_FIELDS,
};

function addresses(): GatewayField<readonly string[]> {
  const list = listField('remoteIps', addressOrNetwork, 'Addresses and networks this customer calls from.');
  const read = (row: Table): readonly string[] => {
    const remoteIps = list.read(row);
    if (!row.has('remoteIps')) row.refuse('remoteIps', 'is missing: the addresses this customer calls from');
    refuseRepeats(row, 'remoteIps', remoteIps);
    return remoteIps;
  };
  return { ...list, isNeeded: true, read };
}

/** `reason:target`, such as 486:480 or -5:503; 0 stands for any other reason, or for no change. */
function failedCode(text: string): FailedCodeRule | Refused {
  const match = /^(-\d{1,3}|0|[3-6]\d\d):(0|[3-6]\d\d)$/.exec(text);
  if (match === null) return new Refused(`takes reason:target, such as 486:480 or 0:503, not "${text}"`);
  return { reason: Number(match[1]), target: Number(match[2]) };
}
