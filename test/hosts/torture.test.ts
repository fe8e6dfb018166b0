// RFC 4475 and RFC 5118 over the wire: every message, byte for byte in one datagram, to a switch that runs. It answers
// what the manifest allows, lives on as it was, and serves the next peer at once.

import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type TortureCase, tortureCases, tortureText } from '../torture/torture-cases.ts';
import { eventually } from './eventually.ts';
import { networkOf } from './networks.ts';
import { Peer, type Place } from './peer.ts';
import type { Scope } from './scope.ts';
import { SwitchProcess } from './switch-process.ts';

/** Where the messages come from: an address whose SIP ports nobody else is likely to have. */
const SOURCE = '127.77.61.1';

/** 18.2.2: without rport an answer goes to the port of the top Via, or to this one. */
const SIP_PORT = 5060;

/** A plain OPTIONS is answered within this time, ms. */
const PROMPT_MS = 100;

/** Asked again once, should the machine have been busy elsewhere. */
const PINGS_MAX = 2;

/** A response, by what can be read without a parser. */
interface Answer {
  readonly status: number;
  readonly callId: string;
  readonly text: string;
}

/** All ports of one address that answers may come to. */
class Tormentor {
  readonly answers: Answer[] = [];
  readonly #sockets = new Map<number, Socket>();

  static async open(scope: Scope, ports: Iterable<number>): Promise<Tormentor> {
    const tormentor = new Tormentor();
    for (const port of new Set([SIP_PORT, ...ports])) {
      const socket = createSocket('udp4');
      socket.on('message', (bytes) => tormentor.#receive(bytes.toString('latin1')));
      const listening = once(socket, 'listening');
      socket.bind({ address: SOURCE, port, exclusive: true });
      await listening;
      scope.after(() => void socket.close());
      tormentor.#sockets.set(port, socket);
    }
    return tormentor;
  }

  send(text: string, to: Place): void {
    this.#sockets.get(SIP_PORT)?.send(Buffer.from(text, 'latin1'), to.port, to.address);
  }

  #receive(text: string): void {
    const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(text)?.[1] ?? 0);
    this.answers.push({ status, callId: callIdOf(text), text });
  }
}

/** The first Call-ID, in whatever form; '' when there is none. */
function callIdOf(text: string): string {
  return /^(?:call-id|i)[ \t]*:\s*(.*?)\s*$/im.exec(text)?.[1] ?? '';
}

/** Ports that stand in a Via of `text`. */
function viaPorts(text: string): number[] {
  const vias = text.matchAll(/^(?:via|v)[ \t]*:\s*SIP\s*\/\s*\S+\s*\/\s*\w+\s+(?:\[[^\]]*\]|[^:;\s]+)\s*:\s*(\d+)/gim);
  return [...vias].map(([, port]) => Number(port)).filter((port) => port > 0 && port < 65_536);
}

/** An INVITE's failure must be acknowledged, or it comes again and again (17.2.1). */
function acknowledge(tormentor: Tormentor, { text, status }: Answer, to: Place): void {
  if (status < 200 || !/^CSeq\s*:\s*\d+\s+INVITE/im.test(text)) return;
  const lines = text.split('\r\n').filter((line) => /^(?:from|to|call-id)\s*:/i.test(line));
  const via = text.split('\r\n').find((line) => /^via\s*:/i.test(line)) ?? '';
  const cseq = /^CSeq\s*:\s*(\d+)/im.exec(text)?.[1] ?? '1';
  const ack = [`ACK sip:nobody@${to.address} SIP/2.0`, via, ...lines, `CSeq: ${cseq} ACK`, 'Content-Length: 0'];
  tormentor.send(`${ack.join('\r\n')}\r\n\r\n`, to);
}

/** One switch under torture. */
interface Stage {
  readonly tandem: SwitchProcess;
  readonly tormentor: Tormentor;
  readonly plain: Peer;
}

/** Asks a plain OPTIONS; answers once its 200 is here. What was sent before has been dealt with by then. */
async function ping({ tandem, plain }: Stage): Promise<number> {
  const sinceMs = performance.now();
  const final = await plain.options(tandem.sip).final;
  assert.equal(final?.status, 200, 'a plain OPTIONS is answered 200');
  return performance.now() - sinceMs;
}

async function checkPrompt(stage: Stage, file: string): Promise<void> {
  let tookMs = Number.POSITIVE_INFINITY;
  for (let asked = 0; asked < PINGS_MAX && tookMs > PROMPT_MS; asked++) tookMs = await ping(stage);
  assert.ok(tookMs <= PROMPT_MS, `after ${file} a plain OPTIONS took ${tookMs} ms`);
}

/** What the manifest's words make of the first answer; null for silence. */
function isAcceptable(outcomes: TortureCase['acceptable_outcomes'], first: Answer | null): boolean {
  if (first === null) return outcomes.includes('silent');
  if (outcomes.includes(first.status)) return true;
  return first.status !== 400 && (outcomes.includes('route') || outcomes.includes('liberal'));
}

/** Sends one message; answers what was wrong with what came of it, null when nothing was. */
async function torment(stage: Stage, { text, one }: Torture): Promise<string | null> {
  const { tandem, tormentor } = stage;
  const { file, acceptable_outcomes, why } = one;
  const callId = callIdOf(text);
  const from = tormentor.answers.length;
  tormentor.send(text, tandem.sip);
  await checkPrompt(stage, file);
  await ping(stage); // A new call waits until the sockets hold nothing else: the first ping may have passed it.
  await setImmediate(); // Its answer lies in the kernel by now, perhaps on another socket than that of the ping.
  const mine = (): Answer[] => tormentor.answers.slice(from).filter((answer) => answer.callId === callId);
  const first = mine()[0] ?? null;
  if (first !== null) {
    const final = await eventually(
      `${file} gets a final answer`,
      () => mine().find(({ status }) => status >= 200) ?? null,
    );
    acknowledge(tormentor, final, tandem.sip);
  }
  if (isAcceptable(acceptable_outcomes, first)) return null;
  return `${file}: expected ${acceptable_outcomes.join(', ')} (${why}), got ${first?.text ?? 'silence'}`;
}

/** A vendor that takes no call, whatever else crosses to it: it reads only the lines the switch writes itself. */
async function busyVendor(scope: Scope): Promise<Place> {
  const socket = createSocket('udp4');
  scope.after(() => void socket.close());
  socket.on('message', (bytes, { address, port }) => {
    const text = bytes.toString('latin1');
    if (!text.startsWith('INVITE ')) return;
    const lines = text.split('\r\n').filter((line) => /^(?:Via|From|To|Call-ID|CSeq): /.test(line));
    const answer = lines.map((line) => (line.startsWith('To: ') ? `${line};tag=vendor` : line));
    socket.send(`SIP/2.0 480 Temporarily Unavailable\r\n${answer.join('\r\n')}\r\n\r\n`, port, address);
  });
  const listening = once(socket, 'listening');
  socket.bind({ address: '127.0.0.3', port: 0 });
  await listening;
  return { address: '127.0.0.3', port: socket.address().port };
}

interface Torture {
  readonly folder: 'rfc4475' | 'rfc5118';
  readonly one: TortureCase;
  readonly text: string;
}

const TORTURES: readonly Torture[] = (['rfc4475', 'rfc5118'] as const).flatMap((folder) =>
  tortureCases(folder).map((one) => ({
    folder,
    one,
    text: tortureText(`${folder}/${one.file.replace(/\.dat$/, '')}`),
  })),
);

/**
 * Many of the messages share their transaction (method, branch, sent-by), so that the second is a repeat of the first
 * to anyone who had both. Each round has no two such, and a switch of its own.
 */
function roundsOf(tortures: readonly Torture[]): Torture[][] {
  const rounds: Torture[][] = [];
  const seen: Set<string>[] = [];
  for (const torture of tortures) {
    const method = torture.text.split(' ', 1)[0] ?? '';
    const via = /^(?:via|v)[ \t]*:\s*(.*)$/im.exec(torture.text)?.[1] ?? torture.one.file;
    const key = `${method} ${via.replaceAll(/\s/g, '').toLowerCase()}`;
    let round = seen.findIndex((keys) => !keys.has(key));
    if (round < 0) round = seen.push(new Set()) - 1;
    seen[round]?.add(key);
    rounds[round] = [...(rounds[round] ?? []), torture];
  }
  return rounds;
}

for (const [index, tortures] of roundsOf(TORTURES).entries()) {
  const name = `RFC 4475 and RFC 5118 over the wire, round ${index + 1} (${tortures.length} of ${TORTURES.length})`;
  test(`${name}: answers as the manifest allows, and nothing dies of it`, async (context) => {
    const vendor = await busyVendor(context);
    const ports = tortures.flatMap(({ text }) => viaPorts(text));
    const tormentor = await Tormentor.open(context, ports);
    const plain = await Peer.open(context, '127.0.0.2');
    const tandem = await SwitchProcess.start(context, 1, networkOf([SOURCE], [{ name: 'vendor', at: vendor }]));
    const stage = { tandem, tormentor, plain };
    const wrong: string[] = [];
    for (const torture of tortures) {
      const fault = await torment(stage, torture);
      if (fault !== null) wrong.push(fault);
    }
    assert.deepEqual(wrong, []);
    await tandem.management.atRest();
    const { shards, calls } = await tandem.management.status();
    for (const { restarts, defects } of shards) assert.deepEqual([restarts, defects], [0, 0]);
    const cdrs = await tandem.cdrs(calls.begun);
    assert.equal(cdrs.length, calls.begun, 'one line of CDR for each call that was let in');
    context.diagnostic(`${calls.begun} of them calls`);
    await tandem.stop();
  });
}
