// The provisional responses of one INVITE that want a PRACK: RFC 3262 3. One is outstanding at a time; those behind it
// wait, and so does a 2xx while one with SDP is outstanding, for it would overtake half an offer/answer exchange.

import { WAITING_PROVISIONALS_MAX } from '../base/limits.ts';
import { ResponseRepeater, type ResponseRepeaterUser } from '../dialog/response-repeater.ts';
import type { ResendSchedule } from '../timer/resend-schedule.ts';
import type { TimerWheel } from '../timer/wheel.ts';
import { EMPTY_CROSSING, type PrackReader, type Provisional } from './leg-events.ts';

/** RSeq begins between 1 and 2^31 - 1; a fresh INVITE cannot mistake an earlier one's PRACK for its own. */
const RSEQ_FIRST_MAX = 0x3fff_ffff;

/** A response whose PRACK crosses the 2xx: the gateway waits for none any more. */
const OVERTAKEN: Provisional = { status: 180, phrase: '', crossing: EMPTY_CROSSING, rack: '' };

/** What the sender of these responses does, and hears. */
export interface ReliableUser {
  /** Sends `provisional` in the early dialog of `toTag` with this RSeq; answers the text. */
  sendReliably(provisional: Provisional, toTag: string, rseq: number): string;
  /** Sends that text once more. */
  repeatReliably(text: string): void;
  /** Nothing holds the 2xx back any more. */
  onAllPracked(): void;
  /** The list of resends is used up. */
  onNoPrack(): void;
}

interface Waiting {
  readonly provisional: Provisional;
  readonly toTag: string;
}

interface Outstanding extends Waiting {
  readonly rseq: number;
}

/** Sends them in order. */
export class ReliableProvisionals implements ResponseRepeaterUser {
  readonly #wheel: TimerWheel;
  readonly #schedule: ResendSchedule;
  readonly #user: ReliableUser;
  readonly #waiting: Waiting[] = [];
  #outstanding: Outstanding | null = null;
  /** By To tag, the last one in that dialog: a peer counts each fork by itself. */
  readonly #rseqs = new Map<string, number>();
  #rseqLast: number;
  #text = '';
  #repeater: ResponseRepeater | null = null;

  /** `draw`: a whole number below its argument. */
  constructor(wheel: TimerWheel, schedule: ResendSchedule, draw: (bound: number) => number, user: ReliableUser) {
    this.#wheel = wheel;
    this.#schedule = schedule;
    this.#rseqLast = draw(RSEQ_FIRST_MAX);
    this.#user = user;
  }

  /** Whether a 2xx must wait: a description that the peer has not acknowledged is under way. */
  get holdsAnswer(): boolean {
    return this.#outstanding?.provisional.crossing.hasSdp === true || this.#waiting.length > 0;
  }

  /** Sends `provisional`, at once or when those before it have been acknowledged. */
  send(provisional: Provisional, toTag: string): void {
    if (this.#outstanding !== null && this.#waiting.length >= WAITING_PROVISIONALS_MAX) return;
    this.#waiting.push({ provisional, toTag });
    if (this.#outstanding === null) this.#sendNext();
  }

  /**
   * A PRACK with this RAck value arrived in the dialog of `toTag` for the INVITE with `cseq`. Answers what it
   * acknowledges; null when that is nothing outstanding (481).
   */
  acknowledge(rack: string, cseq: number, toTag: string): Provisional | null {
    const outstanding = this.#outstanding;
    if (outstanding?.toTag !== toTag || plainRack(rack) !== rackOf(outstanding, cseq)) return null;
    this.#rest();
    this.#sendNext();
    if (!this.holdsAnswer) this.#user.onAllPracked();
    return outstanding.provisional;
  }

  /** The dialog of `toTag` is answered, the others are over: what they still wanted holds nothing back. */
  keepOnly(toTag: string): void {
    const kept = this.#waiting.filter((waiting) => waiting.toTag === toTag);
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    if (this.#outstanding === null || this.#outstanding.toTag === toTag) return;
    this.#rest();
    this.#sendNext();
  }

  /** The INVITE has its final answer, or the early dialog is given up: nothing is repeated any more. */
  stop(): void {
    this.#waiting.length = 0;
    this.#rest();
  }

  /**
   * The INVITE with `cseq` has a 2xx. Answers what reads a PRACK that crosses it, for that is taken as well (RFC 3262
   * 3); null when none is owed.
   */
  endWithAnswer(cseq: number): PrackReader | null {
    const owed = this.#outstanding === null ? '' : rackOf(this.#outstanding, cseq);
    this.stop();
    return owed === '' ? null : (rack) => (plainRack(rack) === owed ? OVERTAKEN : null);
  }

  repeatResponse(): void {
    this.#user.repeatReliably(this.#text);
  }

  onUnacknowledged(): void {
    this.stop();
    this.#user.onNoPrack();
  }

  #sendNext(): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const { provisional, toTag } = next;
    const rseq = (this.#rseqs.get(toTag) ?? this.#rseqLast) + 1;
    this.#rseqs.set(toTag, rseq);
    this.#rseqLast = Math.max(this.#rseqLast, rseq);
    this.#outstanding = { ...next, rseq };
    this.#repeater = new ResponseRepeater(this.#wheel, this.#schedule, this);
    this.#text = this.#user.sendReliably(provisional, toTag, rseq);
  }

  #rest(): void {
    this.#repeater?.stop();
    this.#repeater = null;
    this.#outstanding = null;
    this.#text = '';
  }
}

/** RAck of the PRACK for `outstanding`, in answer to the INVITE with `cseq`. */
function rackOf({ rseq }: Outstanding, cseq: number): string {
  return `${rseq} ${cseq} INVITE`;
}

function plainRack(rack: string): string {
  return rack.trim().replace(/\s+/g, ' ');
}
