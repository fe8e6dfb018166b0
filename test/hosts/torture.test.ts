// RFC 4475 and RFC 5118 over the wire: every message, byte for byte in one datagram, to a switch that runs. It answers
// what the manifest allows, lives on as it was, and serves the next peer at once.

import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { PeerMessage } from '../simulator/peer-message.ts';
import { type TortureCase, tortureCases, tortureText } from '../torture/torture-cases.ts';
import { respond } from './caller.ts';
import { eventually } from './eventually.ts';
import { networkOf } from './networks.ts';
import { Peer, type Place } from './peer.ts';
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

  static async open(context: TestContext, ports: Iterable<number>): Promise<Tormentor> {
    const tormentor = new Tormentor();
    for (const port of new Set([SIP_PORT, ...ports])) {
      const socket = createSocket('udp4');
      socket.on('message', (bytes) => tormentor.#receive(bytes.toString('latin1')));
      const listening = once(socket, 'listening');
      socket.bind({ address: SOURCE, port, exclusive: true });
      await listening;
      context.after(() => void socket.close());
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
  const callId = plain.mint();
  const uri = `sip:${tandem.hostPort}`;
  const from = `<sip:plain@${plain.hostPort}>;tag=${callId}`;
  const sinceMs = performance.now();
  const options = { method: 'OPTIONS', uri, from, to: `<${uri}>`, callId, cseq: 1 };
  const final = await plain.ask(options, tandem.sip).final;
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

async function torment(stage: Stage, folder: string, { file, acceptable_outcomes, why }: TortureCase): Promise<void> {
  const { tandem, tormentor } = stage;
  const text = tortureText(`${folder}/${file.replace(/\.dat$/, '')}`);
  const callId = callIdOf(text);
  const from = tormentor.answers.length;
  tormentor.send(text, tandem.sip);
  await checkPrompt(stage, file);
  await setImmediate(); // Its answer lies in the kernel by now, perhaps on another socket than that of the ping.
  const mine = (): Answer[] => tormentor.answers.slice(from).filter((answer) => answer.callId === callId);
  const first = mine()[0] ?? null;
  const expected = acceptable_outcomes.join(', ');
  const got = first === null ? 'silence' : first.text;
  assert.ok(isAcceptable(acceptable_outcomes, first), `${file} (${why}): expected ${expected}, got ${got}`);
  if (first === null) return;
  const final = await eventually(`a final answer to ${file}`, () => mine().find(({ status }) => status >= 200) ?? null);
  acknowledge(tormentor, final, tandem.sip);
}

/** A vendor that takes no call. */
async function busyVendor(context: TestContext): Promise<Peer> {
  const vendor = await Peer.open(context, '127.0.0.3');
  vendor.onRequest = (request: PeerMessage, from: Place) => {
    if (request.method !== 'INVITE') return;
    vendor.send(respond(request, 480, 'Temporarily Unavailable', { toTag: `to-${request.callId}` }), from);
  };
  return vendor;
}

for (const folder of ['rfc4475', 'rfc5118'] as const) {
  test(`${folder} over the wire: answers as the manifest allows, and nothing dies of it`, async (context) => {
    const cases = tortureCases(folder);
    const vendor = await busyVendor(context);
    const ports = cases.flatMap(({ file }) => viaPorts(tortureText(`${folder}/${file.replace(/\.dat$/, '')}`)));
    const tormentor = await Tormentor.open(context, ports);
    const plain = await Peer.open(context, '127.0.0.2');
    const network = networkOf([SOURCE], [{ name: 'vendor', at: vendor.place }]);
    const tandem = await SwitchProcess.start(context, 1, network);
    const stage = { tandem, tormentor, plain };
    for (const one of cases) await torment(stage, folder, one);
    await tandem.management.atRest();
    const { shards, calls } = await tandem.management.status();
    for (const { restarts, defects } of shards) assert.deepEqual([restarts, defects], [0, 0]);
    const cdrs = await tandem.cdrs(calls.begun);
    assert.equal(cdrs.length, calls.begun, 'one line of CDR for each call that was let in');
    context.diagnostic(`${cases.length} messages, ${calls.begun} calls, ${vendor.requests('INVITE').length} sent on`);
    await tandem.stop();
  });
}
