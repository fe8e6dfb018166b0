// Lines as UTF-8, gathered in one buffer that is used batch after batch. V8 writes UTF-8 character by character, some
// 10 ns each; a line of ASCII alone has the same bytes in Latin-1, which is a copy.

/** Room of an empty one, bytes; it doubles as it is needed. */
const ROOM_BYTES = 256 * 1024;

const NEW_LINE = 0x0a;

/** Lines, each with its end. */
export class LineBytes {
  #room = Buffer.allocUnsafeSlow(ROOM_BYTES);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  get sizeBytes(): number {
    return this.#length;
  }

  /** All that was added; good until the next change. */
  get bytes(): Buffer {
    return this.#room.subarray(0, this.#length);
  }

  add(line: string): void {
    const byteCount = Buffer.byteLength(line);
    const end = this.#length + byteCount;
    if (end >= this.#room.length) this.#enlarge(end + 1);
    this.#room.write(line, this.#length, byteCount === line.length ? 'latin1' : 'utf8');
    this.#room[end] = NEW_LINE;
    this.#length = end + 1;
  }

  clear(): void {
    this.#length = 0;
  }

  #enlarge(byteCount: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(byteCount, 2 * this.#room.length));
    larger.set(this.bytes);
    this.#room = larger;
  }
}
