// How each gateway did lately: answered over all calls (ASR) and talk time over answered calls (ACD), over the
// last hour in slices of five minutes. The shards count from the beginning of time; a window is the
// difference between now and what was seen when its first slice began.

import type { GatewayCalls, SwitchView } from './switch-view.ts';

const SLICES = 12;
/** Length of one slice. */
export const SLICE_MS = 300_000;

/** Quality of one gateway over the window; null where nothing was counted. */
export interface GatewayQuality {
  readonly calls: number;
  /** Answered share of finished calls, 0 to 1. */
  readonly asr: number | null;
  readonly acdSeconds: number | null;
}

const NOTHING: GatewayCalls = { calls: 0, answered: 0, talkSeconds: 0 };

/** The windows of all gateways. */
export class QualityWindow {
  readonly #view: SwitchView;
  /** What was counted when each slice began, oldest first. */
  readonly #marks = new Map<number, GatewayCalls[]>();

  constructor(view: SwitchView) {
    this.#view = view;
  }

  /** Begins a new slice for each of `slots`; other slots are forgotten. Call once every SLICE_MS. */
  beginSlice(slots: readonly number[]): void {
    const known = new Set(slots);
    for (const slot of this.#marks.keys()) if (!known.has(slot)) this.#marks.delete(slot);
    for (const slot of slots) {
      const marks = this.#marks.get(slot) ?? [];
      marks.push(this.#view.gatewayCalls(slot));
      if (marks.length > SLICES) marks.shift();
      this.#marks.set(slot, marks);
    }
  }

  /** The gateway in `slot` over the window. */
  quality(slot: number): GatewayQuality {
    const start = this.#marks.get(slot)?.[0] ?? NOTHING;
    const now = this.#view.gatewayCalls(slot);
    const calls = now.calls - start.calls;
    const answered = now.answered - start.answered;
    return {
      calls,
      asr: calls > 0 ? answered / calls : null,
      acdSeconds: answered > 0 ? (now.talkSeconds - start.talkSeconds) / answered : null,
    };
  }
}
