import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SipMessage } from '../../../src/core/sip/message.ts';
import { parseMessage } from '../../../src/core/sip/parse-message.ts';
import { resendScheduleOf } from '../../../src/core/timer/resend-schedule.ts';
import type { InviteClientTransaction } from '../../../src/core/transaction/invite-client.ts';
import { DEFAULT_RESENDS } from '../timer/default-resends.ts';
import { Rig, requestText, TARGET } from './rig.ts';
import { walkTransitions } from './rows.ts';

/** An INVITE that has got `statuses`; its trace so far is forgotten. */
function invited(rig: Rig, ...statuses: number[]): InviteClientTransaction {
  const invite = rig.invite();
  for (const status of statuses) rig.answer('INVITE', status);
  rig.drain();
  return invite;
}

/** When the transaction leaves the table, counted from now. */
function lifeMs(rig: Rig, invite: InviteClientTransaction): number {
  const begunMs = rig.wheel.nowMs;
  while (invite.state !== 'terminated') {
    assert.ok(rig.wheel.nextDueMs() < Infinity, 'a timer ends it');
    rig.wheel.advance(rig.wheel.nextDueMs());
  }
  return rig.wheel.nowMs - begunMs;
}

walkTransitions('ict_invite_client_rfc3261_rfc6026.csv', {
  '(start): INVITE from TU': (rig) => {
    const invite = rig.invite();
    assert.deepEqual(rig.drain(), ['0 send INVITE']);
    assert.equal(rig.wheel.size, 2);
    return invite;
  },
  'Calling: Timer A fires': (rig) => {
    const invite = invited(rig);
    rig.at(31_999);
    const seconds = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5];
    assert.deepEqual(
      rig.drain(),
      seconds.map((second) => `${second * 1000} send INVITE`),
    );
    assert.equal(rig.counts.requestResent, 10);
    return invite;
  },
  'Calling: Timer B fires': (rig) => {
    const invite = invited(rig);
    rig.at(32_000);
    assert.equal(rig.trace.at(-1), '32000 up timeout');
    assert.ok(!rig.sent.some((text) => text.startsWith('ACK')));
    rig.assertAtRest();
    return invite;
  },
  'Calling: transport error': (rig) => {
    const invite = invited(rig);
    rig.table.transportError(TARGET.address, TARGET.port);
    assert.deepEqual(rig.drain(), ['0 up transportError']);
    rig.assertAtRest();
    return invite;
  },
  'Calling: 1xx': (rig) => {
    const invite = invited(rig);
    rig.answer('INVITE', 100);
    rig.at(100_000);
    assert.deepEqual(rig.drain(), ['0 up 100']);
    assert.equal(rig.wheel.size, 0);
    return invite;
  },
  'Calling: 2xx': (rig) => {
    const invite = invited(rig);
    rig.at(1000);
    rig.answer('INVITE', 200);
    assert.deepEqual(rig.drain(), ['500 send INVITE', '1000 up 200']);
    assert.equal(rig.wheel.size, 1);
    return invite;
  },
  'Calling: 300-699': (rig) => {
    const invite = invited(rig);
    rig.answer('INVITE', 486);
    assert.deepEqual(rig.drain(), ['0 send ACK', '0 up 486']);
    assert.equal(rig.wheel.size, 1);
    return invite;
  },
  'Proceeding: 1xx': (rig) => {
    const invite = invited(rig, 100);
    for (const status of [180, 183, 180, 199]) rig.answer('INVITE', status);
    assert.deepEqual(rig.drain(), ['0 up 180', '0 up 183', '0 up 180', '0 up 199']);
    return invite;
  },
  'Proceeding: 2xx': (rig) => {
    const invite = invited(rig, 180);
    rig.answer('INVITE', 200);
    assert.deepEqual(rig.drain(), ['0 up 200']);
    return invite;
  },
  'Proceeding: 300-699': (rig) => {
    const invite = invited(rig, 180);
    rig.answer('INVITE', 603);
    assert.deepEqual(rig.drain(), ['0 send ACK', '0 up 603']);
    return invite;
  },
  'Proceeding: (no timer here)': (rig) => {
    const invite = invited(rig, 180);
    rig.at(86_400_000);
    assert.deepEqual(rig.drain(), []);
    return invite;
  },
  'Completed: 300-699 again': (rig) => {
    const invite = invited(rig, 486);
    rig.at(31_000);
    rig.answer('INVITE', 486);
    assert.deepEqual(rig.drain(), ['31000 send ACK']);
    assert.equal(rig.sent.at(-1), rig.sent.at(-2));
    return invite;
  },
  'Completed: 2xx': (rig) => {
    const invite = invited(rig, 486);
    rig.answer('INVITE', 200, { toTag: 'fork' });
    assert.deepEqual(rig.drain(), ['0 up 200']);
    return invite;
  },
  'Completed: 1xx': (rig) => {
    const invite = invited(rig, 486);
    rig.answer('INVITE', 180);
    assert.deepEqual(rig.drain(), []);
    assert.equal(rig.counts.responseAbsorbed, 1);
    return invite;
  },
  'Completed: transport error on ACK': (rig) => {
    const invite = invited(rig, 486);
    rig.table.transportError(TARGET.address, TARGET.port);
    assert.deepEqual(rig.drain(), ['0 up transportError']);
    rig.assertAtRest();
    return invite;
  },
  'Completed: Timer D fires': (rig) => {
    const invite = invited(rig, 486);
    assert.equal(lifeMs(rig, invite), 32_000);
    assert.deepEqual(rig.drain(), []);
    rig.assertAtRest();
    return invite;
  },
  'Accepted: 2xx (repeat or other To tag)': (rig) => {
    const invite = invited(rig, 200);
    rig.answer('INVITE', 200);
    rig.answer('INVITE', 200, { toTag: 'fork' });
    assert.deepEqual(rig.drain(), ['0 up 200', '0 up 200']);
    return invite;
  },
  'Accepted: 1xx or 300-699': (rig) => {
    const invite = invited(rig, 200);
    rig.answer('INVITE', 180);
    rig.answer('INVITE', 486);
    assert.deepEqual(rig.drain(), []);
    assert.equal(rig.counts.responseAbsorbed, 2);
    return invite;
  },
  'Accepted: Timer M fires': (rig) => {
    const invite = invited(rig, 180, 200);
    assert.equal(lifeMs(rig, invite), 32_000);
    assert.deepEqual(rig.drain(), []);
    rig.assertAtRest();
    return invite;
  },
  'any: CANCEL asked by TU': (rig) => {
    const invite = invited(rig);
    rig.cancel(invite);
    rig.at(400);
    assert.deepEqual(rig.drain(), []);
    rig.answer('INVITE', 180);
    assert.deepEqual(rig.drain(), ['400 send CANCEL', '400 up 180']);
    assert.deepEqual(rig.table.counts, { inviteClient: 1, nonInviteClient: 1, inviteServer: 0, nonInviteServer: 0 });
    rig.answer('CANCEL', 200);
    assert.equal(lifeMs(rig, invite), 32_000);
    assert.deepEqual(rig.drain(), ['32400 up timeout']);
    rig.assertAtRest();
    return invite;
  },
});

describe('17.1.1.3: the ACK of a failure', () => {
  test('has the Request-URI, top Via, From, Call-ID and CSeq number of the INVITE and the To of the response', () => {
    const rig = new Rig();
    rig.invite();
    rig.answer('INVITE', 404, { toTag: 'theirs' });
    const ack = parseMessage(rig.sent.at(-1) ?? '');
    assert.ok(ack instanceof SipMessage);
    assert.deepEqual([ack.method, ack.uri, ack.cseq, ack.callId], ['ACK', 'sip:bob@192.0.2.10', 1, 'call-1@192.0.2.1']);
    assert.deepEqual([ack.topVia.branch, ack.fromTag, ack.toTag], ['z9hG4bK-1', 'from-1', 'theirs']);
  });
});

describe('9.1: CANCEL', () => {
  test('after a provisional response it goes out at once, and once', () => {
    const rig = new Rig();
    const invite = invited(rig, 180);
    rig.cancel(invite);
    rig.cancel(invite);
    assert.deepEqual(rig.drain(), ['0 send CANCEL']);
  });

  test('asked for from inside the notice of the first provisional response, it goes out at once', () => {
    const rig = new Rig();
    const invite = invited(rig);
    rig.onEvent = (event) => {
      if (event === 'up 100') rig.cancel(invite);
    };
    rig.answer('INVITE', 100);
    assert.deepEqual(rig.drain(), ['0 up 100', '0 send CANCEL']);
  });

  test('a final response that comes first drops a held CANCEL', () => {
    for (const status of [200, 486]) {
      const rig = new Rig();
      const invite = invited(rig);
      rig.cancel(invite);
      rig.answer('INVITE', status);
      rig.answer('INVITE', 180);
      rig.at(100_000);
      assert.ok(!rig.sent.some((text) => text.startsWith('CANCEL')));
      rig.assertAtRest();
    }
  });

  test('after a final response it is not sent', () => {
    for (const status of [200, 486]) {
      const rig = new Rig();
      const invite = invited(rig, 180, status);
      rig.cancel(invite);
      assert.deepEqual(rig.drain(), []);
      rig.at(32_000);
      rig.cancel(invite);
      rig.assertAtRest();
    }
  });

  test('an INVITE without any response goes on being resent while its CANCEL is held, and times out as ever', () => {
    const rig = new Rig();
    rig.cancel(invited(rig));
    rig.at(32_000);
    assert.equal(rig.counts.requestResent, 10);
    assert.equal(rig.trace.at(-1), '32000 up timeout');
    rig.assertAtRest();
  });

  test('an INVITE whose peer is given up is not sent again, but a late response still brings the CANCEL', () => {
    const rig = new Rig();
    const invite = invited(rig);
    rig.at(600);
    rig.table.cancel(invite, requestText('CANCEL', { branch: invite.branch }), DEFAULT_RESENDS, false);
    rig.at(9000);
    assert.equal(rig.counts.requestResent, 1);
    rig.answer('INVITE', 100);
    assert.equal(rig.trace.at(-2), '9000 send CANCEL');
  });

  test('the CANCEL is repeated by the list until it is answered, whatever becomes of the INVITE', () => {
    const rig = new Rig();
    const invite = invited(rig, 180);
    rig.cancel(invite);
    rig.answer('INVITE', 487);
    rig.at(1600);
    rig.answer('CANCEL', 481);
    rig.at(100_000);
    assert.deepEqual(rig.drain(), ['0 send CANCEL', '0 send ACK', '0 up 487', '500 send CANCEL', '1500 send CANCEL']);
    rig.assertAtRest();
  });
});

describe('SS_SIP_RESEND_INTERVAL and SS_SIP_SEND_RETRY', () => {
  test('a list cut by the count fails after the wait that follows the last resend', () => {
    const rig = new Rig();
    rig.invite(resendScheduleOf([500, 1000, 2000, 4000], 2));
    rig.at(100_000);
    assert.deepEqual(rig.drain(), ['0 send INVITE', '500 send INVITE', '1500 send INVITE', '3500 up timeout']);
    rig.assertAtRest();
  });

  test('the waits may be any, rising or falling', () => {
    const rig = new Rig();
    rig.invite(resendScheduleOf([3000, 50], 10));
    rig.at(100_000);
    assert.deepEqual(rig.drain(), ['0 send INVITE', '3000 send INVITE', '3050 send INVITE', '6050 up timeout']);
  });
});

test('17.1.1.2: over a reliable transport nothing is resent, and a failure ends the transaction at once', () => {
  const rig = new Rig();
  const invite = rig.invite(DEFAULT_RESENDS, { transport: 'TCP' });
  rig.at(31_000);
  rig.answer('INVITE', 486);
  assert.deepEqual(rig.drain(), ['0 send INVITE', '31000 send ACK', '31000 up 486']);
  assert.equal(invite.state, 'terminated');
  rig.assertAtRest();
});

test('a user may begin the next attempt from inside a failure, a timeout or a transport error', () => {
  for (const fail of ['failure', 'timeout', 'transportError']) {
    const rig = new Rig();
    let attemptsCount = 1;
    rig.onEvent = () => {
      if (attemptsCount++ < 3) rig.invite(DEFAULT_RESENDS, { branch: `z9hG4bK-${attemptsCount}` });
    };
    rig.invite();
    if (fail === 'failure') rig.answer('INVITE', 503);
    else if (fail === 'transportError') rig.table.transportError(TARGET.address, TARGET.port);
    rig.at(100_000);
    assert.equal(attemptsCount, 4);
    rig.assertAtRest();
  }
});
