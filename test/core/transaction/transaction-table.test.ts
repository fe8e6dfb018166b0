import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Defect } from '../../../src/core/base/assert.ts';
import type { InviteClientTransaction } from '../../../src/core/transaction/invite-client.ts';
import type { ServerTransaction } from '../../../src/core/transaction/ports.ts';
import { TRANSACTIONS_MAX } from '../../../src/core/transaction/transaction-table.ts';
import { DEFAULT_RESENDS } from '../timer/default-resends.ts';
import { type Parts, Rig, request, requestText, TARGET } from './rig.ts';

describe('17.1.3: which client transaction a response belongs to', () => {
  test('branch and CSeq method decide, so the answers to a CANCEL and to its INVITE part', () => {
    const rig = new Rig();
    const invite = rig.invite();
    rig.answer('INVITE', 180);
    rig.cancel(invite);
    rig.drain();
    rig.answer('CANCEL', 200);
    assert.equal(invite.state, 'proceeding');
    assert.deepEqual(rig.drain(), []);
    rig.answer('INVITE', 487);
    assert.deepEqual(rig.drain(), ['0 send ACK', '0 up 487']);
  });

  test('a response with a branch nobody has belongs to nobody', () => {
    const rig = new Rig();
    rig.invite();
    rig.drain();
    for (const branch of ['z9hG4bK-2', '', 'z9hG4bK']) assert.equal(rig.answer('INVITE', 200, { branch }), false);
    assert.equal(rig.answer('BYE', 200), false);
    assert.deepEqual(rig.drain(), []);
  });

  test('a branch used twice is a defect', () => {
    const rig = new Rig();
    rig.invite();
    assert.throws(() => rig.invite(), Defect);
  });
});

describe('17.2.3: which server transaction a request belongs to', () => {
  test('branch, sent-by and method decide', () => {
    const rig = new Rig();
    const first = rig.receive('OPTIONS');
    assert.equal(rig.receive('OPTIONS', { callId: 'other', fromTag: 'other', cseq: 9 }), first);
    for (const parts of [{ branch: 'z9hG4bK-2' }, { sentBy: '192.0.2.2:5060' }, { sentBy: '192.0.2.1:5062' }]) {
      assert.notEqual(rig.receive('OPTIONS', parts), first);
    }
    assert.notEqual(rig.receive('INFO'), first);
    assert.equal(rig.table.size, 5);
  });

  test('18.2.2: an absent port is the default one, and a host name has no case', () => {
    const rig = new Rig();
    const first = rig.receive('OPTIONS', { sentBy: 'pbx.example.com' });
    assert.equal(rig.receive('OPTIONS', { sentBy: 'PBX.example.COM:5060' }), first);
    const secure = rig.receive('OPTIONS', { sentBy: 'pbx.example.com', transport: 'TLS' });
    assert.equal(rig.receive('OPTIONS', { sentBy: 'pbx.example.com:5061', transport: 'TLS' }), secure);
    assert.notEqual(secure, first);
  });

  test('an INVITE, ACK or CANCEL with another sent-by belongs to the INVITE when all else agrees', () => {
    const rig = new Rig();
    const invite = rig.receive('INVITE');
    const elsewhere = { sentBy: '10.0.0.1:5060' };
    assert.equal(rig.receive('INVITE', elsewhere), invite);
    assert.equal(rig.table.inviteOf(request('CANCEL', elsewhere)), invite);
    const differing: Partial<Parts>[] = [{ callId: 'x' }, { fromTag: 'x' }, { cseq: 2 }, { branch: 'z9hG4bK-x' }];
    for (const other of differing) {
      assert.equal(rig.table.inviteOf(request('CANCEL', { ...elsewhere, ...other })), null);
    }
  });

  test('9.2: a CANCEL is new itself, and names its INVITE for as long as that lives', () => {
    const rig = new Rig();
    const invite = rig.receive('INVITE');
    assert.ok(invite);
    const cancel = rig.receive('CANCEL');
    assert.notEqual(cancel, invite);
    assert.equal(rig.receive('CANCEL'), cancel);
    rig.respond(invite, 200);
    assert.equal(rig.table.inviteOf(request('CANCEL')), invite);
    rig.at(32_000);
    assert.equal(rig.table.inviteOf(request('CANCEL')), null);
  });

  test('only a new request is served, and never an ACK', () => {
    const rig = new Rig();
    rig.receive('INVITE');
    assert.throws(() => rig.table.serve(request('INVITE'), TARGET, rig), Defect);
    assert.throws(() => rig.table.serve(request('ACK'), TARGET, rig), Defect);
  });
});

describe('17.2.3: peers of RFC 2543, and branches that prove nothing', () => {
  for (const branch of ['', '1', 'z9hG4bK']) {
    test(`branch '${branch}': Request-URI, tags, Call-ID, CSeq and top Via decide`, () => {
      const rig = new Rig();
      const first = rig.receive('BYE', { branch, toTag: 'to-1' });
      assert.equal(rig.receive('BYE', { branch, toTag: 'to-1' }), first);
      const differing: Partial<Parts>[] = [
        { uri: 'sip:other@192.0.2.10' },
        { toTag: 'to-2' },
        { fromTag: 'from-2' },
        { callId: 'call-2' },
        { cseq: 2 },
        { sentBy: '192.0.2.2' },
      ];
      for (const parts of differing) assert.notEqual(rig.receive('BYE', { branch, toTag: 'to-1', ...parts }), first);
      assert.equal(rig.table.size, 1 + differing.length);
    });

    test(`branch '${branch}': an ACK belongs to the failure whose To tag it has`, () => {
      const rig = new Rig();
      const invite = rig.receive('INVITE', { branch });
      assert.ok(invite);
      assert.equal(rig.receive('INVITE', { branch }), invite);
      rig.respond(invite, 486, { toTag: 'ours' });
      assert.equal(rig.receive('ACK', { branch, toTag: 'theirs' }), null);
      assert.equal(invite.state, 'completed');
      assert.equal(rig.receive('ACK', { branch, toTag: 'ours' }), invite);
      assert.equal(invite.state, 'confirmed');
      assert.equal(rig.receive('ACK', { branch, toTag: 'ours' }), invite);
    });

    test(`branch '${branch}': the ACK of a 2xx is passed up`, () => {
      const rig = new Rig();
      const invite = rig.receive('INVITE', { branch });
      assert.ok(invite);
      rig.respond(invite, 200, { toTag: 'ours' });
      assert.equal(rig.receive('ACK', { branch, toTag: 'ours' }), null);
    });

    test(`branch '${branch}': another sent-by is another INVITE`, () => {
      const rig = new Rig();
      const first = rig.receive('INVITE', { branch });
      assert.notEqual(rig.receive('INVITE', { branch, sentBy: '10.0.0.1' }), first);
      assert.equal(rig.table.inviteOf(request('CANCEL', { branch, sentBy: '10.0.0.2' })), null);
    });

    test(`branch '${branch}': a CANCEL finds its INVITE`, () => {
      const rig = new Rig();
      const invite = rig.receive('INVITE', { branch });
      assert.equal(rig.table.inviteOf(request('CANCEL', { branch })), invite);
      assert.equal(rig.table.inviteOf(request('CANCEL', { branch, cseq: 2 })), null);
    });
  }
});

describe('8.2.2.2: merged requests', () => {
  test('when the merged INVITE is served too (482), the first one keeps its place', () => {
    const rig = new Rig();
    const first = rig.receive('INVITE');
    const second = rig.receive('INVITE', { branch: 'z9hG4bK-2' });
    assert.ok(first && second && first !== second);
    rig.respond(second, 482);
    rig.receive('ACK', { branch: 'z9hG4bK-2', toTag: 'to-1' });
    rig.at(5000);
    assert.equal(second.state, 'terminated');
    assert.ok(rig.table.isMerged(request('INVITE', { branch: 'z9hG4bK-3' })));
    assert.equal(rig.table.inviteOf(request('CANCEL', { sentBy: '10.0.0.1' })), first);
  });
});

describe('transport errors', () => {
  test('only those who send to that address and port are told', () => {
    const rig = new Rig();
    rig.invite();
    rig.drain();
    rig.table.transportError(TARGET.address, 5080);
    rig.table.transportError('192.0.2.99', TARGET.port);
    assert.deepEqual(rig.drain(), []);
  });

  test('17.1.1.2: an INVITE in proceeding and one in accepted are not concerned', () => {
    for (const status of [180, 200]) {
      const rig = new Rig();
      const invite = rig.invite();
      rig.answer('INVITE', status);
      rig.drain();
      rig.table.transportError(TARGET.address, TARGET.port);
      assert.deepEqual(rig.drain(), []);
      assert.notEqual(invite.state, 'terminated');
    }
  });

  test('a user may send to the dead address again from inside the notice, and is told of that one next time', () => {
    const rig = new Rig();
    rig.onEvent = () => {
      rig.onEvent = () => undefined;
      rig.invite(DEFAULT_RESENDS, { branch: 'z9hG4bK-2' });
    };
    rig.invite();
    rig.table.transportError(TARGET.address, TARGET.port);
    assert.deepEqual(rig.drain(), ['0 send INVITE', '0 up transportError', '0 send INVITE']);
    assert.equal(rig.table.size, 1);
  });
});

describe('bounds and views', () => {
  test('a full table serves nobody: that is a defect; requests of our own go out', () => {
    const rig = new Rig(3);
    rig.invite();
    rig.send('OPTIONS');
    assert.ok(rig.table.hasRoom);
    rig.receive('INVITE', { branch: 'z9hG4bK-2' });
    assert.ok(!rig.table.hasRoom);
    assert.equal(rig.send('BYE').state, 'trying');
    assert.throws(() => rig.table.serve(request('INFO'), TARGET, rig), Defect);
    rig.at(32_000);
    assert.ok(rig.table.hasRoom);
    assert.ok(TRANSACTIONS_MAX >= 65_536);
  });

  test('INVITE and ACK do not go through `request`', () => {
    const rig = new Rig();
    for (const method of ['INVITE', 'ACK']) assert.throws(() => rig.send(method), Defect);
  });

  test('the table can be looked into', () => {
    const rig = new Rig();
    rig.invite();
    rig.receive('BYE', { branch: 'z9hG4bK-2' });
    const { address, port } = TARGET;
    assert.deepEqual(rig.table.inspect(), [
      { kind: 'inviteClient', key: 'INVITE z9hG4bK-1', state: 'calling', address, port },
      { kind: 'nonInviteServer', key: 'BYE 192.0.2.1:5060 z9hG4bK-2', state: 'trying', address, port },
    ]);
    assert.deepEqual(rig.table.counts, { inviteClient: 1, nonInviteClient: 0, inviteServer: 0, nonInviteServer: 1 });
  });
});

// Anything at all may come from the wire, the user and the clock, in any order.

type Step =
  | {
      readonly act: 'invite' | 'send' | 'receive' | 'answer' | 'respond' | 'cancel';
      readonly which: number;
      readonly status: number;
    }
  | { readonly act: 'wait'; readonly ms: number };

const METHODS = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS'];

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        act: fc.constantFrom('invite', 'send', 'receive', 'answer', 'respond', 'cancel'),
        which: fc.nat(5),
        status: fc.constantFrom(100, 180, 183, 200, 202, 302, 408, 486, 487, 603),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ act: fc.constant('wait' as const), ms: fc.constantFrom(1, 500, 4000, 32_000) }),
    },
  ),
  { maxLength: 80 },
);

function methodOf(which: number): string {
  return METHODS[which % METHODS.length] ?? 'BYE';
}

class Player {
  readonly rig = new Rig();
  readonly #invites: InviteClientTransaction[] = [];
  readonly #servers: ServerTransaction[] = [];
  #branchCount = 0;

  play(step: Step): void {
    if (step.act === 'wait') this.rig.at(this.rig.wheel.nowMs + step.ms);
    else if (step.act === 'invite' || step.act === 'send') this.#send(step.act, methodOf(step.which));
    else if (step.act === 'respond') this.#respond(step.which, step.status);
    else if (step.act === 'cancel') this.#cancel(step.which);
    else this.#receive(step.act, step.which, step.status);
  }

  /** Whoever still waits for its user gets what it waits for. */
  finish(): void {
    for (const server of this.#servers) this.rig.respond(server, 500);
    for (const invite of this.#invites) this.rig.answer('INVITE', 487, { branch: invite.branch });
    this.rig.at(this.rig.wheel.nowMs + 64_000);
  }

  #send(act: 'invite' | 'send', method: string): void {
    const branch = `z9hG4bK-${this.#branchCount++}`;
    if (act === 'invite') this.#invites.push(this.rig.invite(DEFAULT_RESENDS, { branch }));
    else if (method !== 'INVITE' && method !== 'ACK') this.rig.send(method, { branch });
  }

  #receive(act: 'receive' | 'answer', which: number, status: number): void {
    const method = methodOf(which);
    const branch = `z9hG4bK-${which % 3}`;
    if (act === 'answer') {
      this.rig.answer(method === 'ACK' ? 'INVITE' : method, status, { branch });
      return;
    }
    const server = this.rig.receive(method, { branch, toTag: method === 'ACK' ? 'to-1' : '' });
    if (server !== null) this.#servers.push(server);
  }

  #respond(which: number, status: number): void {
    const server = this.#servers.at(-1 - which);
    if (server !== undefined) this.rig.respond(server, status);
  }

  #cancel(which: number): void {
    const invite = this.#invites[which];
    if (invite === undefined) return;
    this.rig.table.cancel(invite, requestText('CANCEL', { branch: invite.branch }), DEFAULT_RESENDS);
  }
}

test('whatever comes, in whatever order: no defect, and at rest the table and the wheel are empty', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const player = new Player();
      for (const step of script) {
        player.play(step);
        const { inviteClient, nonInviteClient, inviteServer, nonInviteServer } = player.rig.table.counts;
        assert.equal(player.rig.table.size, inviteClient + nonInviteClient + inviteServer + nonInviteServer);
      }
      player.finish();
      player.rig.assertAtRest();
    }),
    { numRuns: 400 },
  );
});
