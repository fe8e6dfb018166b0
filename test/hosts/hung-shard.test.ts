// A thread that runs in a circle, by a datagram that finds a defect: it is ended, and its calls go on with the next.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { PeerMessage } from '../simulator/peer-message.ts';
import { Answerer } from './answerer.ts';
import { Caller } from './caller.ts';
import { until } from './eventually.ts';
import { HANG_WORD } from './hang-word.ts';
import { networkOf } from './networks.ts';
import { Peer } from './peer.ts';
import { SwitchProcess } from './switch-process.ts';

/** Longer than a shard may stand still, and than its successor takes to begin. */
const PATIENCE_MS = 25_000;

process.env['NODE_OPTIONS'] = `--import=${new URL('./hang-on-word.js', import.meta.url).href}`;

/** A switch with one answered call. */
class Stage {
  readonly tandem: SwitchProcess;
  readonly #caller: Caller;
  readonly #callId: string;
  readonly #answer: PeerMessage;

  private constructor(tandem: SwitchProcess, caller: Caller, callId: string, answer: PeerMessage) {
    this.tandem = tandem;
    this.#caller = caller;
    this.#callId = callId;
    this.#answer = answer;
  }

  static async begin(context: TestContext, shards: number): Promise<Stage> {
    const answerer = new Answerer(await Peer.open(context, '127.0.0.3'), { ringMs: 20 });
    context.after(() => answerer.stop());
    const caller = new Caller(await Peer.open(context, '127.0.0.2'));
    const network = networkOf(['127.0.0.2'], [{ name: 'vendor', at: answerer.peer.place }]);
    const tandem = await SwitchProcess.start(context, shards, network);
    const callId = caller.peer.mint();
    const answer = await caller.invite({ to: tandem.sip, callee: '4930123', holdMs: 0 }, callId).final;
    assert.equal(answer?.status, 200);
    return new Stage(tandem, caller, callId, answer);
  }

  hang(): void {
    this.#caller.peer.send(`OPTIONS sip:${HANG_WORD} SIP/2.0\r\n\r\n`, this.tandem.sip);
  }

  /** The caller hangs up; `tandem` answers and leaves one record. */
  async end(tandem: SwitchProcess): Promise<void> {
    const { contact, from: local, to: remote, cseq } = this.#answer;
    const bye = { method: 'BYE', uri: contact, from: local, to: remote, callId: this.#callId, cseq: cseq + 1 };
    assert.equal((await this.#caller.peer.ask(bye, tandem.sip).final)?.status, 200);
    const [cdr, ...others] = await tandem.cdrs(1);
    assert.deepEqual([cdr?.endReason, others.length], ['Normal', 0]);
  }
}

test('a stop waits no longer for a shard that stands still', async (context) => {
  const peer = await Peer.open(context, '127.0.0.2');
  const tandem = await SwitchProcess.start(context, 2, networkOf(['127.0.0.2'], [{ name: 'vendor', at: peer.place }]));
  const restMs = tandem.cpuMs();
  peer.send(`OPTIONS sip:${HANG_WORD} SIP/2.0\r\n\r\n`, tandem.sip);
  await until('it runs in a circle', () => tandem.cpuMs() > restMs + 1_000);
  await tandem.stop((line) => /shard (?:stands still|died)/.test(line), PATIENCE_MS);
  assert.match(tandem.log, /shard stands still/);
});

test('a shard that stands still is ended, and its call talks on, is hung up and recorded', async (context) => {
  const stage = await Stage.begin(context, 1);
  const { tandem } = stage;
  stage.hang();
  await until('the shard is told to stand still', () => tandem.log.includes('shard stands still'), PATIENCE_MS);
  await until('it has begun again', async () => {
    const { isReady, shards } = await tandem.management.status();
    return isReady && shards[0]?.restarts === 1;
  });
  await stage.end(tandem);
  await tandem.stop((line) => /shard (?:stands still|died)/.test(line));
});

test('an inline shard that stands still takes the process along, and its call goes on in the next', async (context) => {
  const stage = await Stage.begin(context, 0);
  stage.hang();
  await until('the process is ended', () => stage.tandem.endedBy === 'SIGKILL', PATIENCE_MS);
  assert.match(stage.tandem.log, /main stands still/);
  const next = await stage.tandem.again(context, 0);
  await stage.end(next);
  await next.stop();
});
