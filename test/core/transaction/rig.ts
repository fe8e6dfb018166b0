// A transaction table with a wire and users that take notes: script in, trace out. Time is the wheel's own; `at` moves
// it from one due time to the next, as a shard host does.

import assert from 'node:assert/strict';
import type { Target } from '../../../src/core/base/target.ts';
import { SipMessage } from '../../../src/core/sip/message.ts';
import { parseMessage } from '../../../src/core/sip/parse-message.ts';
import type { ResendSchedule } from '../../../src/core/timer/resend-schedule.ts';
import { TimerWheel } from '../../../src/core/timer/wheel.ts';
import type { InviteClientTransaction } from '../../../src/core/transaction/invite-client.ts';
import type { NonInviteClientTransaction } from '../../../src/core/transaction/non-invite-client.ts';
import type {
  ClientTransaction,
  ClientUser,
  ServerTransaction,
  ServerUser,
  TransactionCount,
  TransactionPorts,
} from '../../../src/core/transaction/ports.ts';
import { TransactionTable } from '../../../src/core/transaction/transaction-table.ts';
import { DEFAULT_RESENDS } from '../timer/default-resends.ts';

export const TARGET: Target = { address: '192.0.2.10', port: 5060, listener: 0 };

/** The parts of a request or response that tests vary. */
export interface Parts {
  readonly branch: string;
  readonly sentBy: string;
  readonly transport: string;
  readonly callId: string;
  readonly fromTag: string;
  readonly toTag: string;
  readonly cseq: number;
  readonly uri: string;
}

const PARTS: Parts = {
  branch: 'z9hG4bK-1',
  sentBy: '192.0.2.1:5060',
  transport: 'UDP',
  callId: 'call-1@192.0.2.1',
  fromTag: 'from-1',
  toTag: '',
  cseq: 1,
  uri: 'sip:bob@192.0.2.10',
};

function headersText(method: string, parts: Parts): string {
  const { branch, sentBy, transport, callId, fromTag, toTag, cseq } = parts;
  return [
    `Via: SIP/2.0/${transport} ${sentBy}${branch === '' ? '' : `;branch=${branch}`}`,
    'Max-Forwards: 70',
    `From: <sip:alice@192.0.2.1>${fromTag === '' ? '' : `;tag=${fromTag}`}`,
    `To: <sip:bob@192.0.2.10>${toTag === '' ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}

export function requestText(method: string, parts: Partial<Parts> = {}): string {
  const whole = { ...PARTS, ...parts };
  return `${method} ${whole.uri} SIP/2.0\r\n${headersText(method, whole)}`;
}

export function responseText(method: string, status: number, parts: Partial<Parts> = {}): string {
  return `SIP/2.0 ${status} Any\r\n${headersText(method, { ...PARTS, toTag: 'to-1', ...parts })}`;
}

export function request(method: string, parts: Partial<Parts> = {}): SipMessage {
  return read(requestText(method, parts));
}

export function response(method: string, status: number, parts: Partial<Parts> = {}): SipMessage {
  return read(responseText(method, status, parts));
}

function read(text: string): SipMessage {
  const message = parseMessage(text);
  assert.ok(message instanceof SipMessage);
  return message;
}

/** 'INVITE' or '486', whichever begins `text`. */
function nameOf(text: string): string {
  return text.startsWith('SIP/2.0 ') ? text.slice(8, 11) : text.slice(0, text.indexOf(' '));
}

export class Rig implements ClientUser, ServerUser {
  readonly wheel: TimerWheel;
  readonly table: TransactionTable;
  /** '500 send INVITE', '620 up 180', '32000 up timeout' ... */
  readonly trace: string[] = [];
  /** Every datagram, whole. */
  readonly sent: string[] = [];
  readonly counts: Partial<Record<TransactionCount, number>> = {};
  /** What a test wants done when its transaction speaks. */
  onEvent: (event: string, transaction: ClientTransaction | ServerTransaction) => void = () => undefined;

  constructor(transactionsMax?: number) {
    this.wheel = new TimerWheel(0);
    const ports: TransactionPorts = {
      wheel: this.wheel,
      lingering: this.wheel,
      transmit: (text) => {
        this.sent.push(text);
        this.#note(`send ${nameOf(text)}`);
      },
      count: (what) => {
        this.counts[what] = (this.counts[what] ?? 0) + 1;
      },
    };
    this.table = new TransactionTable(ports, transactionsMax);
  }

  /** Lets time pass until `ms`, waking the wheel when it asks. */
  at(ms: number): void {
    while (this.wheel.nextDueMs() <= ms) this.wheel.advance(this.wheel.nextDueMs());
    this.wheel.advance(ms);
  }

  invite(resend: ResendSchedule = DEFAULT_RESENDS, parts: Partial<Parts> = {}): InviteClientTransaction {
    const { branch, transport } = { ...PARTS, ...parts };
    const text = requestText('INVITE', parts);
    return this.table.invite({ branch, text, target: TARGET, resend, user: this, isReliable: transport !== 'UDP' });
  }

  send(method: string, parts: Partial<Parts> = {}, resend = DEFAULT_RESENDS): NonInviteClientTransaction {
    const { branch, transport } = { ...PARTS, ...parts };
    const text = requestText(method, parts);
    const isReliable = transport !== 'UDP';
    return this.table.request({ method, branch, text, target: TARGET, resend, user: this, isReliable });
  }

  cancel(invite: InviteClientTransaction, parts: Partial<Parts> = {}): void {
    this.table.cancel(invite, requestText('CANCEL', parts), DEFAULT_RESENDS);
  }

  /** Gives a response to our request in; answers whether it belonged to a transaction. */
  answer(method: string, status: number, parts: Partial<Parts> = {}): boolean {
    return this.table.receiveResponse(response(method, status, parts));
  }

  /** Gives a request in; a new one is served. Answers its transaction, null for the ACK of a 2xx. */
  receive(method: string, parts: Partial<Parts> = {}): ServerTransaction | null {
    const message = request(method, parts);
    const known = this.table.receiveRequest(message);
    if (known !== null) return known;
    this.#note(`up ${method}`);
    if (method === 'ACK') return null;
    return this.table.serve(message, TARGET, this, message.topVia.transport !== 'UDP');
  }

  respond(transaction: ServerTransaction, status: number, parts: Partial<Parts> = {}): void {
    transaction.respond(status, responseText(transaction.method, status, parts));
  }

  /** What was noted since the last time, and forgets it. */
  drain(): string[] {
    return this.trace.splice(0);
  }

  assertAtRest(): void {
    assert.equal(this.table.size, 0);
    assert.equal(this.wheel.size, 0);
    assert.deepEqual(Object.values(this.table.counts), [0, 0, 0, 0]);
    assert.equal(this.table.isMerged(request('INVITE', { branch: 'z9hG4bK-other' })), false);
  }

  onResponse(transaction: ClientTransaction, { status }: SipMessage): void {
    this.#tell(`up ${status}`, transaction);
  }

  onTimeout(transaction: ClientTransaction | ServerTransaction): void {
    this.#tell('up timeout', transaction);
  }

  onTransportError(transaction: ClientTransaction | ServerTransaction): void {
    this.#tell('up transportError', transaction);
  }

  #tell(event: string, transaction: ClientTransaction | ServerTransaction): void {
    this.#note(event);
    this.onEvent(event, transaction);
  }

  #note(event: string): void {
    this.trace.push(`${this.wheel.nowMs} ${event}`);
  }
}
