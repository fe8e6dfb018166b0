// The system parameters of the dynamic blacklist.

import { choice, row } from './row.ts';

const SECTION = 'blackList';
const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365 * DAY_SECONDS;
const COUNT_MAX = 60_000;

export const BLACK_LIST = {
  SS_BLACK_LIST_DYNAMIC_RUN_MODE: choice(
    SECTION,
    ['Global', 'Standalone'],
    '',
    'Global: for all calls; Standalone: for those of mapping gateways with `dynamicBlackListInStandalone`.',
  ),
  SS_BLACK_LIST_CALLER_MALICIOUS_CALL_LIMIT: row(
    SECTION,
    'count',
    ['0', 0, COUNT_MAX],
    '',
    'A caller number that tries more calls than this within the interval is blocked; 0 is never.',
  ),
  SS_BLACK_LIST_CALLER_MALICIOUS_CALL_CHECK_INTERVAL: row(
    SECTION,
    'seconds',
    ['600', 1, DAY_SECONDS],
    '',
    'That interval; it moves in twelfths.',
  ),
  SS_BLACK_LIST_CALLER_MALICIOUS_CALL_EXPIRE: row(
    SECTION,
    'seconds',
    ['3600', 1, YEAR_SECONDS],
    '',
    'How long such a caller is blocked.',
  ),
  SS_BLACK_LIST_NO_ANSWER_LIMIT: row(
    SECTION,
    'count',
    ['0', 0, COUNT_MAX],
    '',
    'A called number that was alerted so often within the periods, and never answered, is blocked; 0 is never.',
  ),
  SS_BLACK_LIST_NO_ANSWER_PERIODS: row(
    SECTION,
    'seconds',
    ['600', 1, DAY_SECONDS],
    '',
    'That time; it moves in twelfths.',
  ),
  SS_BLACK_LIST_NO_ANSWER_EXPIRE: row(
    SECTION,
    'seconds',
    ['3600', 1, YEAR_SECONDS],
    '',
    'How long such a number is blocked.',
  ),
  SS_BLACK_LIST_CALLER_CONCURRENT_LIMIT: row(
    SECTION,
    'count',
    ['0', 0, 10_000],
    '',
    'A caller number that would have more calls at once than this is blocked; 0 is never.',
  ),
  SS_BLACK_LIST_CALLER_CONCURRENT_EXPIRE: row(
    SECTION,
    'seconds',
    ['3600', 1, YEAR_SECONDS],
    '',
    'How long such a caller is blocked.',
  ),
} as const;
