// A list whose items know their neighbours: to come and to go costs nothing and leaves nothing behind, as a Set that is
// busy does (churn-table.ts). An item is in one list at most.

/** An item, and where it is; all of it is the list's own. */
export interface Linked<T extends Linked<T>> {
  list: LinkedList<T> | null;
  before: T | null;
  after: T | null;
}

/** Items in the order in which they came. */
export class LinkedList<T extends Linked<T>> {
  #first: T | null = null;
  #last: T | null = null;

  get first(): T | null {
    return this.#first;
  }

  /** Puts `item` at the end, out of whatever list it was in. */
  add(item: T): void {
    leave(item);
    item.list = this;
    item.before = this.#last;
    if (this.#last === null) this.#first = item;
    else this.#last.after = item;
    this.#last = item;
  }

  /** Takes out `item`, which is in it. */
  remove(item: T): void {
    const { before, after } = item;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    item.list = null;
    item.before = null;
    item.after = null;
  }
}

/** Takes `item` out of the list it is in, if any. */
export function leave<T extends Linked<T>>(item: T): void {
  item.list?.remove(item);
}
