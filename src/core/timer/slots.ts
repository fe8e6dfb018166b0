// The face of the wheel: which slot a tick belongs to, when the wheel gets there, and which slot is next.
//
// A tick's number is read as five digits of base 64. Seen from the wheel's own tick, a tick belongs to the
// highest digit in which the two differ, and there to the slot that its own digit names:
//
//                          digit 4      digit 3      digit 2      digit 1     digit 0
//    one slot lasts        18.6 h       17.5 min     16.4 s       256 ms      4 ms
//    64 slots reach        49.7 days    18.6 h       17.5 min     16.4 s      256 ms
//
// Slots are numbered digit by digit, 0 to 63 for digit 0. The numbers above the fifth digit are cut off: the
// top digit goes round, the others never do, since a slot before the wheel's own belongs to the next turn of
// the digit above and stands there.

/** Digits of a tick's number that the wheel tells apart. */
export const DIGITS = 5;

/** Slots of one digit. */
export const SLOTS = 64;

/** Slots in all. */
export const SLOT_COUNT = DIGITS * SLOTS;

/** Ticks until the top digit has gone round. */
export const TURN_TICKS = 2 ** 30;

const DIGIT_BITS = 6;
const DIGIT_MASK = SLOTS - 1;
const POSITION_MASK = TURN_TICKS - 1;
const TOP = DIGITS - 1;

/** The slot of `tick`, less than half a turn ahead of `wheelTick`. */
export function slotOf(tick: number, wheelTick: number): number {
  const position = tick & POSITION_MASK;
  const differing = position ^ (wheelTick & POSITION_MASK);
  const digit = differing === 0 ? 0 : ((31 - Math.clz32(differing)) / DIGIT_BITS) | 0;
  return digit * SLOTS + ((position >>> (digit * DIGIT_BITS)) & DIGIT_MASK);
}

/** The tick at which a wheel that stands at `wheelTick` reaches `slot`. */
export function slotStart(slot: number, wheelTick: number): number {
  const shift = digitOf(slot) * DIGIT_BITS;
  const position = wheelTick & POSITION_MASK;
  const turnMask = (1 << (shift + DIGIT_BITS)) - 1;
  const start = (position & ~turnMask) | ((slot & DIGIT_MASK) << shift);
  return wheelTick + ((start - position) & POSITION_MASK);
}

/** The digit that `slot` belongs to. */
export function digitOf(slot: number): number {
  return slot >>> DIGIT_BITS;
}

/** One bit a slot: whether anyone stands in it. The next one is found by counting zeros. */
export class SlotBits {
  readonly #words = new Int32Array(SLOT_COUNT / 32);

  set(slot: number): void {
    this.#words[slot >>> 5]! |= 1 << (slot & 31);
  }

  clear(slot: number): void {
    this.#words[slot >>> 5]! &= ~(1 << (slot & 31));
  }

  /** The slot that a wheel at `wheelTick` reaches first; -1 when all are empty. */
  first(wheelTick: number): number {
    for (let digit = 0; digit < TOP; digit++) {
      const found = this.#firstFrom(digit, 0);
      if (found >= 0) return found;
    }
    const ahead = this.#firstFrom(TOP, (wheelTick >>> (TOP * DIGIT_BITS)) & DIGIT_MASK);
    return ahead >= 0 ? ahead : this.#firstFrom(TOP, 0);
  }

  /** The first slot of `digit` whose own number is `from` or more; -1 when there is none. */
  #firstFrom(digit: number, from: number): number {
    const low = from < 32 ? this.#words[2 * digit]! & (-1 << from) : 0;
    if (low !== 0) return digit * SLOTS + trailingZeros(low);
    const high = this.#words[2 * digit + 1]! & (from < 32 ? -1 : -1 << (from - 32));
    return high === 0 ? -1 : digit * SLOTS + 32 + trailingZeros(high);
  }
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
