// What a start has to say. The first line of a log loads the library that writes it, and calls would wait for that.

/** Lines in their order: from `tell` on at once, until then they wait. */
export class LateLines {
  #waiting: (() => void)[] | null = [];

  /** `line` writes it. */
  say(line: () => void): void {
    if (this.#waiting === null) line();
    else this.#waiting.push(line);
  }

  tell(): void {
    const lines = this.#waiting ?? [];
    this.#waiting = null;
    for (const line of lines) line();
  }
}
