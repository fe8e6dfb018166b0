import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { causeOfStatus, statusOfCause } from '../../../src/core/base/causes.ts';

/** RFC 3398 7.2.4.1: cause, its name, status. */
const CAUSES = `
  1 unallocated number                               404
  2 no route to network                              404
  3 no route to destination                          404
  17 user busy                                       486
  18 no user responding                              408
  19 no answer from the user                         480
  20 subscriber absent                               480
  21 call rejected                                   403
  22 number changed, without diagnostic              410
  23 redirection to new destination                  410
  26 non-selected user clearing                      404
  27 destination out of order                        502
  28 address incomplete                              484
  29 facility rejected                               501
  31 normal unspecified                              480
  34 no circuit available                            503
  38 network out of order                            503
  41 temporary failure                               503
  42 switching equipment congestion                  503
  47 resource unavailable                            503
  55 incoming calls barred within CUG                403
  57 bearer capability not authorized                403
  58 bearer capability not presently available       503
  65 bearer capability not implemented               488
  70 only restricted digital available               488
  79 service or option not implemented               501
  87 user not member of CUG                          403
  88 incompatible destination                        503
  102 recovery of timer expiry                       504
  111 protocol error                                 500
  127 interworking unspecified                       500`;

/** RFC 3398 8.2.6.1: status, its phrase, cause. */
const STATUSES = `
  400 Bad Request                    41
  401 Unauthorized                   21
  402 Payment Required               21
  403 Forbidden                      21
  404 Not Found                      1
  405 Method Not Allowed             63
  406 Not Acceptable                 79
  407 Proxy Authentication Required  21
  408 Request Timeout                102
  410 Gone                           22
  413 Request Entity Too Long        127
  414 Request-URI Too Long           127
  415 Unsupported Media Type         79
  416 Unsupported URI Scheme         127
  420 Bad Extension                  127
  421 Extension Required             127
  423 Interval Too Brief             127
  480 Temporarily Unavailable        18
  481 Call/Transaction Unknown       41
  482 Loop Detected                  25
  483 Too Many Hops                  25
  484 Address Incomplete             28
  485 Ambiguous                      1
  486 Busy Here                      17
  500 Server Internal Error          41
  501 Not Implemented                79
  502 Bad Gateway                    38
  503 Service Unavailable            41
  504 Server Time-out                102
  505 Version Not Supported          127
  513 Message Too Large              127
  600 Busy Everywhere                17
  603 Decline                        21
  604 Does Not Exist Anywhere        1`;

/** 'number words number' on each line, as [first, words, last]. */
function rowsOf(table: string): [number, string, number][] {
  return table
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+) (.*\S) +(\d+)$/.exec(line) ?? assert.fail(line))
    .map(([, from, words, to]) => [Number(from), words ?? '', Number(to)]);
}

describe('RFC 3398 7.2.4.1', () => {
  const rows = rowsOf(CAUSES);

  for (const [q850, name, status] of rows) {
    test(`cause ${q850}, ${name}: ${status}`, () => assert.equal(statusOfCause(q850), status));
  }

  test('cause 16, normal call clearing, fails nothing', () => assert.equal(statusOfCause(16), 0));

  test('any other cause: 500', () => {
    const named = new Set([16, ...rows.map(([q850]) => q850)]);
    for (let q850 = 1; q850 < 128; q850++) if (!named.has(q850)) assert.equal(statusOfCause(q850), 500, `${q850}`);
  });
});

describe('RFC 3398 8.2.6.1', () => {
  const rows = rowsOf(STATUSES);

  for (const [status, phrase, q850] of rows) {
    test(`${status} ${phrase}: cause ${q850}`, () => assert.equal(causeOfStatus(status), q850));
  }

  test('any other status, 487, 488 and 606 among them: none', () => {
    const named = new Set(rows.map(([status]) => status));
    for (let status = 0; status < 700; status++) {
      if (!named.has(status)) assert.equal(causeOfStatus(status), 0, `${status}`);
    }
  });
});
