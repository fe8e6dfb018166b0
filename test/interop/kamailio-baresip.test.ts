// A vendor's side as it is in life: Kamailio records the route, baresip behind it is registered there. The customer is
// a scripted peer; between the two stands `tandem start`. Kamailio tells what requests came through it, and how.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { before, type TestContext } from 'node:test';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { respond } from '../hosts/caller.ts';
import { PATIENCE_MS, until } from '../hosts/eventually.ts';
import type { Exchange } from '../hosts/exchange.ts';
import { networkOf } from '../hosts/networks.ts';
import { Peer, type RequestParts } from '../hosts/peer.ts';
import { fileScope } from '../hosts/scope.ts';
import { SwitchProcess } from '../hosts/switch-process.ts';
import type { PeerMessage } from '../simulator/peer-message.ts';
import { checkAgreement, checkTimes } from './agreement.ts';
import { Baresip } from './baresip.ts';
import { testWith, whyMissing } from './debian.ts';
import { Kamailio, type ProxiedRequest, VENDOR_PASSWORD } from './kamailio.ts';
import { Linphone } from './linphone.ts';

const CUSTOMER = '127.0.0.2';
const VENDOR = '127.0.0.3';
const USER_AGENT = '127.0.0.5';
const TIMED_AGENT = '127.0.0.6';

/** Who answers them: test/interop/scenarios/kamailio.cfg. */
const PROMPT = '4989100';
const PATIENT = '5989100';
const TIMED = '6989100';

/** Payload type of RTP (RFC 3551). */
const PCMA = 8;

/** As many packets as show that a tone is played, 20 ms each. */
const TONE_PACKETS = 5;

/** The shortest there is. */
const REFRESH_EACH_9_S = { SS_SIP_SESSION_TTL: 90, SS_SIP_SESSION_UPDATE_SEGMENT: 10 };
const REFRESH_MS = 9_000;

/** What a loaded machine may add to it, ms. */
const TOLERANCE_MS = 250;

type Direction = 'sendrecv' | 'sendonly' | 'recvonly';

const ANSWER_TO: Record<Direction, Direction> = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly' };

const scope = fileScope();
const missing = whyMissing([
  { program: 'kamailio', packageName: 'kamailio' },
  { program: 'baresip', packageName: 'baresip-core' },
  { program: 'linphone-daemon', packageName: 'linphone-cli' },
]);
let kamailio: Kamailio;
let baresip: Baresip;
let linphone: Linphone;
let tandem: SwitchProcess;
let cdrCount = 0;

before(async () => {
  if (missing !== null) return;
  kamailio = await Kamailio.start(scope, VENDOR);
  baresip = await Baresip.start(scope, USER_AGENT, kamailio.hostPort);
  linphone = await Linphone.start(scope, TIMED_AGENT, kamailio.hostPort);
  await until('Linphone is registered', () => kamailio.requests().some(({ from }) => from.startsWith(TIMED_AGENT)));
  const at = kamailio.place;
  const right = { sipAuthenticationUser: 'tandem', sipAuthenticationPassword: VENDOR_PASSWORD };
  const wrong = { ...right, sipAuthenticationPassword: 'guessed' };
  const vendors = [
    { name: 'known', at, fields: { prefix: ['407', '401'], ...right } },
    { name: 'mistaken', at, fields: { prefix: '4077', ...wrong } },
    { name: 'open', at, fields: { prefix: ['49', '59', '69'] } },
  ];
  const network = networkOf([CUSTOMER], vendors, REFRESH_EACH_9_S);
  tandem = await SwitchProcess.start(scope, 1, network);
});

/** A customer's call, with media of its own. */
class CustomerCall {
  readonly peer: Peer;
  readonly invite: Exchange;
  /** RTP packets that came from the user agent. */
  packetCount = 0;
  readonly #parts: RequestParts;
  readonly #mediaPort: number;
  #cseq = 1;
  #sdpVersion = 1;

  private constructor(peer: Peer, callee: string, mediaPort: number) {
    this.peer = peer;
    this.#mediaPort = mediaPort;
    const uri = `sip:${callee}@${tandem.hostPort}`;
    const callId = peer.mint();
    const from = `<sip:4930555000@${CUSTOMER}>;tag=from-${callId}`;
    this.#parts = { method: 'INVITE', uri, from, to: `<${uri}>`, callId, cseq: 1 };
    peer.onRequest = (request, at) => peer.send(this.#answer(request), at);
    this.invite = peer.ask(this.#withOffer(this.#parts, 'sendrecv'), tandem.sip, PATIENCE_MS);
  }

  /** Dials `callee`. */
  static async place(context: TestContext, callee: string): Promise<CustomerCall> {
    const media = createSocket('udp4').bind(0, CUSTOMER);
    await once(media, 'listening');
    context.after(() => void media.close());
    const call = new CustomerCall(await Peer.open(context, CUSTOMER), callee, media.address().port);
    media.on('message', (packet) => {
      if (((packet[1] ?? 0) & 0x7f) === PCMA) call.packetCount += 1;
    });
    return call;
  }

  /** Waits until the user agent has answered and its tone is heard. */
  async talk(): Promise<PeerMessage> {
    const answer = await this.invite.final;
    assert.equal(answer?.status, 200);
    await until('the tone of the user agent is heard', () => this.packetCount >= TONE_PACKETS);
    return answer;
  }

  /** A re-INVITE with media in `direction`. */
  async reinvite(direction: Direction): Promise<PeerMessage | null> {
    const parts = await this.#next('INVITE');
    return this.peer.ask(this.#withOffer(parts, direction), tandem.sip).final;
  }

  async hangUp(): Promise<void> {
    const bye = await this.peer.ask(await this.#next('BYE'), tandem.sip).final;
    assert.equal(bye?.status, 200);
  }

  async cancel(): Promise<void> {
    const cancel = await this.peer.cancel(this.invite, this.#parts, tandem.sip).final;
    assert.equal(cancel?.status, 200);
  }

  /** The next request in the dialog. */
  async #next(method: string): Promise<RequestParts> {
    const answer = await this.invite.final;
    assert.ok(answer !== null);
    this.#cseq += 1;
    return { ...this.#parts, method, uri: answer.contact, to: answer.to, cseq: this.#cseq };
  }

  /** Whatever the other side asks is granted; an offer is answered. */
  #answer(request: PeerMessage): string {
    if (request.method === 'ACK') return '';
    const offered = directionOf(request);
    const body = offered === null ? '' : this.#sdp(ANSWER_TO[offered]);
    return respond(request, 200, 'OK', { headers: this.#contact(), body });
  }

  #withOffer(parts: RequestParts, direction: Direction): RequestParts {
    return { ...parts, headers: this.#contact(), body: this.#sdp(direction) };
  }

  #contact(): string {
    return `Contact: <sip:customer@${this.peer.hostPort}>\r\n`;
  }

  #sdp(direction: Direction): string {
    this.#sdpVersion += 1;
    return (
      `v=0\r\no=customer 1 ${this.#sdpVersion} IN IP4 ${CUSTOMER}\r\ns=-\r\nc=IN IP4 ${CUSTOMER}\r\nt=0 0\r\n` +
      `m=audio ${this.#mediaPort} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=${direction}\r\n`
    );
  }
}

function directionOf({ body }: PeerMessage): Direction | null {
  return (/^a=(sendrecv|sendonly|recvonly)\r$/m.exec(body)?.[1] as Direction | undefined) ?? null;
}

/** What the customer was offered in re-INVITEs so far, repeats left out. */
function offersTo({ peer }: CustomerCall): (Direction | null)[] {
  const byCseq = new Map(peer.requests('INVITE').map(({ message }) => [message.cseq, directionOf(message)]));
  return [...byCseq.values()];
}

/** The record of the one call since the last one, with what all of them have in common checked. */
async function recordOf(endedBy: string): Promise<Cdr> {
  const cdrs = await tandem.cdrs(cdrCount + 1);
  cdrCount += 1;
  assert.equal(cdrs.length, cdrCount, 'one CDR a call');
  const cdr = cdrs.at(-1);
  assert.ok(cdr !== undefined);
  checkTimes(cdr, 0);
  assert.deepEqual([cdr.endReason, cdr.endedBy, cdr.sipCode], ['Normal', endedBy, 200]);
  return cdr;
}

/**
 * 12.2.1.1: what belongs to the dialog went through the proxy by its Route, to the other end's Contact. Answers the
 * methods that came from the switch and from the user agent, repeats left out.
 */
function checkRoutes({ calleeCallId }: Cdr): { readonly fromTandem: string[]; readonly fromUserAgent: string[] } {
  const all = kamailio.requests(calleeCallId);
  const [first, ...others] = all;
  assert.deepEqual([first?.method, first?.route, first?.from], ['INVITE', '', tandem.hostPort]);
  for (const { method, uri, from, route } of others) {
    assert.match(route, new RegExp(`^<sip:${kamailio.hostPort};lr[^,]*>$`), `the Route of ${method} from ${from}`);
    const target =
      from === tandem.hostPort ? /^sip:(prompt-\w+@127\.0\.0\.5|timed@127\.0\.0\.6):/ : `sip:${tandem.hostPort}`;
    if (typeof target === 'string') assert.equal(uri, target, `the target of ${method}`);
    else assert.match(uri, target, `the target of ${method}`);
  }
  return {
    fromTandem: methodsOf(all.filter(({ from }) => from === tandem.hostPort)),
    fromUserAgent: methodsOf(all.filter(({ from }) => from !== tandem.hostPort)),
  };
}

function methodsOf(requests: readonly ProxiedRequest[]): string[] {
  const steps = requests.map(({ method, cseq }) => `${cseq} ${method}`);
  return steps.filter((step, index) => steps.indexOf(step) === index).map((step) => step.replace(/^\d+ /, ''));
}

/** A test against both programs; when it fails it tells what they said. */
function vendorTest(name: string, body: (context: TestContext) => Promise<void>): void {
  testWith(missing, name, async (context) => {
    baresip.events.length = 0;
    try {
      await body(context);
    } catch (error) {
      const stories = [kamailio, baresip, linphone].map(({ program }) => program.story);
      throw new Error([String(error), ...stories].join('\n'), { cause: error });
    }
  });
}

vendorTest('a call is answered behind the proxy, the caller hangs up', async (context) => {
  const call = await CustomerCall.place(context, PROMPT);
  await call.talk();
  await baresip.said('CALL_ESTABLISHED');
  await call.hangUp();
  await baresip.said('CALL_CLOSED');
  const routes = checkRoutes(await recordOf('caller'));
  assert.deepEqual(routes, { fromTandem: ['INVITE', 'ACK', 'BYE'], fromUserAgent: [] });
});

vendorTest('the user agent hangs up: its BYE comes through the proxy', async (context) => {
  const call = await CustomerCall.place(context, PROMPT);
  await call.talk();
  await baresip.tell('hangup');
  await until('the customer is hung up', () => call.peer.requests('BYE').length > 0);
  const routes = checkRoutes(await recordOf('callee'));
  assert.deepEqual(routes, { fromTandem: ['INVITE', 'ACK'], fromUserAgent: ['BYE'] });
});

vendorTest('the user agent holds and resumes: re-INVITEs in its direction', async (context) => {
  const call = await CustomerCall.place(context, PROMPT);
  await call.talk();
  await baresip.tell('hold');
  await until('the customer is held', () => offersTo(call).length === 1 && isAcknowledged(call));
  await baresip.tell('resume');
  await until('the customer is resumed', () => offersTo(call).length === 2 && isAcknowledged(call));
  assert.deepEqual(offersTo(call), ['sendonly', 'sendrecv']);
  await call.hangUp();
  const routes = checkRoutes(await recordOf('caller'));
  const fromUserAgent = ['INVITE', 'ACK', 'INVITE', 'ACK'];
  assert.deepEqual(routes, { fromTandem: ['INVITE', 'ACK', 'BYE'], fromUserAgent });
});

/** The last re-INVITE to the customer has its ACK. */
function isAcknowledged({ peer }: CustomerCall): boolean {
  return peer.requests('ACK').at(-1)?.message.cseq === peer.requests('INVITE').at(-1)?.message.cseq;
}

vendorTest('the caller holds and resumes: re-INVITEs through the proxy', async (context) => {
  const call = await CustomerCall.place(context, PROMPT);
  await call.talk();
  for (const direction of ['sendonly', 'sendrecv'] as const) {
    const answer = await call.reinvite(direction);
    assert.equal(answer?.status, 200);
    assert.equal(directionOf(answer), ANSWER_TO[direction]);
  }
  const countBefore = call.packetCount;
  await until('the tone is heard again', () => call.packetCount >= countBefore + TONE_PACKETS);
  await call.hangUp();
  await baresip.said('CALL_CLOSED');
  const routes = checkRoutes(await recordOf('caller'));
  const fromTandem = ['INVITE', 'ACK', 'INVITE', 'ACK', 'INVITE', 'ACK', 'BYE'];
  assert.deepEqual(routes, { fromTandem, fromUserAgent: [] });
});

vendorTest('9.1: the caller cancels while it rings behind the proxy', async (context) => {
  const call = await CustomerCall.place(context, PATIENT);
  await baresip.said('CALL_INCOMING');
  await until('it rings', () => call.invite.responses.some(({ status }) => status === 180));
  await call.cancel();
  assert.equal((await call.invite.final)?.status, 487);
  await baresip.said('CALL_CLOSED');
  const [cdr] = (await tandem.cdrs(cdrCount + 1)).slice(cdrCount);
  cdrCount += 1;
  assert.deepEqual([cdr?.endReason, cdr?.endedBy, cdr?.sipCode], ['CallerCancelled', 'caller', 487]);
  const requests = kamailio.requests(cdr?.calleeCallId ?? '');
  assert.deepEqual(methodsOf(requests), ['INVITE', 'CANCEL', 'ACK']);
  // 9.1, 17.1.1.3: both go where the INVITE went, and as it went.
  for (const { uri, route } of requests) assert.deepEqual([uri, route], [requests[0]?.uri, '']);
});

vendorTest('4028: a user agent with session timers is refreshed through the proxy, then hangs up', async (context) => {
  const call = await CustomerCall.place(context, TIMED);
  assert.equal((await call.invite.final)?.status, 200);
  const answeredAtMs = performance.now();
  const updates = (): number =>
    new Set(
      kamailio
        .requests()
        .filter(isUpdate)
        .map(({ cseq }) => cseq),
    ).size;
  for (const count of [1, 2]) {
    await until(`refresh ${count}`, () => updates() === count, 2 * REFRESH_MS);
    const offMs = performance.now() - answeredAtMs - count * REFRESH_MS;
    assert.ok(Math.abs(offMs) < TOLERANCE_MS, `refresh ${count} is off by ${offMs} ms`);
  }
  linphone.hangUp();
  await until('the customer is hung up', () => call.peer.requests('BYE').length > 0);
  const routes = checkRoutes(await recordOf('callee'));
  assert.deepEqual(routes, { fromTandem: ['INVITE', 'ACK', 'UPDATE', 'UPDATE'], fromUserAgent: ['BYE'] });
});

function isUpdate({ method }: ProxiedRequest): boolean {
  return method === 'UPDATE';
}

for (const [callee, status] of [
  ['4079100', 407],
  ['4019100', 401],
] as const) {
  vendorTest(`22: the proxy demands digest by ${status}: the gateway's credentials are sent, once`, async (context) => {
    const call = await CustomerCall.place(context, callee);
    await call.talk();
    assert.ok(
      call.invite.responses.every((response) => response.status !== status),
      'the caller hears nothing of it',
    );
    await call.hangUp();
    await baresip.said('CALL_CLOSED');
    const requests = kamailio.requests((await recordOf('caller')).calleeCallId);
    const steps = requests.map(({ method, cseq, credentials }) => [method, cseq, credentials.slice(0, 6)]);
    // The proxy absorbs the ACK of its own failure. Later requests bring the credentials unasked.
    assert.deepEqual(steps, [
      ['INVITE', 1, ''],
      ['INVITE', 2, 'Digest'],
      ['ACK', 2, 'Digest'],
      ['BYE', 3, 'Digest'],
    ]);
  });
}

vendorTest('22.3: a wrong password is not tried again and again; the call fails', async (context) => {
  const call = await CustomerCall.place(context, '4077100');
  assert.equal((await call.invite.final)?.status, 503);
  const [cdr] = (await tandem.cdrs(cdrCount + 1)).slice(cdrCount);
  cdrCount += 1;
  assert.equal(cdr?.endReason, 'AuthenticationFailed');
  const sent = kamailio.requests(cdr?.calleeCallId ?? '').filter(({ method }) => method === 'INVITE');
  assert.deepEqual(
    sent.map(({ credentials }) => credentials.slice(0, 6)),
    ['', 'Digest'],
  );
});

testWith(missing, 'after all of it CDRs, metrics and limits agree, and the process ends in order', async () => {
  const cdrs = tandem.cdrsOnDisk();
  assert.equal(cdrs.length, cdrCount);
  await checkAgreement(tandem, cdrs);
  await tandem.stop();
});
