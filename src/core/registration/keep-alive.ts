// Keeps the way to registered devices behind NAT open: a datagram to each from time to time, in batches, so that a
// thousand devices do not hear of it in one burst. It is sent by the shard that made the binding, which is that of the
// device's Call-ID; while a shard has none such it has no timer either.

import type { Target } from '../base/target.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import type { Timed, TimerHandle, TimerWheel } from '../timer/wheel.ts';
import type { Bindings } from './bindings.ts';

/** What it needs of its shard. */
export interface KeepAliveSurroundings {
  readonly nowMs: number;
  readonly wheel: TimerWheel;
  readonly bindings: Bindings;
  transmit(text: string, target: Target): void;
}

/** The keep-alives of one shard. */
export class KeepAlive implements Timed {
  readonly #around: KeepAliveSurroundings;
  /** Slots that may be registered. */
  #slots: readonly number[] = [];
  #parameters: ParameterValues;
  /** Where the present round goes on; -1 between two rounds. */
  #nextAt = -1;
  #timer: TimerHandle = 0;

  constructor(around: KeepAliveSurroundings, parameters: ParameterValues) {
    this.#around = around;
    this.#parameters = parameters;
  }

  /** These gateways may register from now on. */
  publish(slots: readonly number[], parameters: ParameterValues): void {
    this.#slots = slots;
    this.#parameters = parameters;
    this.wake(slots);
  }

  /** One of `slots` may have been registered: the next round is due if none was. */
  wake(slots: readonly number[]): void {
    const periodMs = this.#parameters.SS_SIP_NAT_KEEP_ALIVE_PERIOD;
    const { bindings, nowMs } = this.#around;
    if (this.#timer !== 0 || periodMs === 0 || !slots.some((slot) => bindings.isKeptAlive(slot, nowMs))) return;
    this.#timer = this.#around.wheel.arm(this, 0, periodMs);
  }

  due(): void {
    this.#timer = 0;
    const { bindings, nowMs } = this.#around;
    const { SS_SIP_NAT_KEEP_ALIVE_SEND_ONE_TIME, SS_SIP_NAT_KEEP_ALIVE_SEND_INTERVAL } = this.#parameters;
    const text = this.#text;
    let sentCount = 0;
    let at = Math.max(0, this.#nextAt);
    for (; at < this.#slots.length && sentCount < SS_SIP_NAT_KEEP_ALIVE_SEND_ONE_TIME; at++) {
      const slot = this.#slots[at] as number;
      const binding = bindings.isKeptAlive(slot, nowMs) ? bindings.at(slot, nowMs) : null;
      if (binding === null) continue;
      const { address, port, listener } = binding;
      this.#around.transmit(text, { address, port, listener });
      sentCount += 1;
    }
    this.#nextAt = at < this.#slots.length ? at : -1;
    if (this.#nextAt >= 0) this.#timer = this.#around.wheel.arm(this, 0, SS_SIP_NAT_KEEP_ALIVE_SEND_INTERVAL);
    else this.wake(this.#slots);
  }

  get #text(): string {
    const { SS_SIP_NAT_KEEP_ALIVE_MESSAGE } = this.#parameters;
    return SS_SIP_NAT_KEEP_ALIVE_MESSAGE === 'CRLF' ? '\r\n\r\n' : SS_SIP_NAT_KEEP_ALIVE_MESSAGE;
  }
}
