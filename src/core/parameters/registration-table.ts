// The system parameters of registration and authentication.

import { choice, onOff, row } from './row.ts';

export const REGISTRATION = {
  SS_SIP_AUTHENTICATION_CODE: choice(
    'registration',
    ['407', '401'],
    '',
    'What challenges a call whose gateway has to prove itself; a REGISTER is always challenged with 401.',
  ),
  SS_SIP_AUTHENTICATION_RETRY: row(
    'registration',
    'count',
    ['3', 0, 10],
    '',
    'Wrong or stale answers to challenges within one call or registration that are challenged again; the next is 403.',
  ),
  SS_SIP_AUTHENTICATION_TIMEOUT: row(
    'registration',
    'seconds',
    ['20', 1, 180],
    '',
    'A challenge that is answered later than this is stale.',
  ),
  SS_AUTHENTICATION_MAX_RETRY: row(
    'registration',
    'count',
    ['6', 0, 999],
    '',
    'Wrong answers from one address, or for one name, after which it is suspended; 0 is never.',
  ),
  SS_AUTHENTICATION_FAILED_SUSPEND: row(
    'registration',
    'seconds',
    ['180', 60, 3600],
    '',
    'How long it is suspended: everything that has to prove itself gets 403.',
  ),
  SS_ENDPOINT_EXPIRE: row('registration', 'seconds', ['3600', 60, 86_400], '', 'Longest registration granted.'),
  SS_ENDPOINTTIMETOLIVE: row(
    'registration',
    'seconds',
    ['60', 10, 3600],
    '',
    'Shortest registration: a device behind NAT is granted it if it asks for less, any other is told by 423.',
  ),
  SS_ENDPOINT_REGISTER_REPLACE: onOff(
    'registration',
    'On',
    '',
    'A registration from elsewhere displaces the old one; Off refuses it while the old one lasts.',
  ),
  SS_SIP_NAT_KEEP_ALIVE_MESSAGE: row(
    'registration',
    'text',
    ['HELLO', 1, 64],
    '',
    'What is sent to registered devices behind NAT; CRLF is two line ends.',
  ),
  SS_SIP_NAT_KEEP_ALIVE_PERIOD: row('registration', 'seconds', ['30', 0, 3600], '', 'How often; 0 is never.'),
  SS_SIP_NAT_KEEP_ALIVE_SEND_INTERVAL: row(
    'registration',
    'count',
    ['500', 10, 60_000],
    '',
    'Milliseconds between two batches of them.',
  ),
  SS_SIP_NAT_KEEP_ALIVE_SEND_ONE_TIME: row('registration', 'count', ['3000', 1, 100_000], '', 'Devices in one batch.'),
} as const;
