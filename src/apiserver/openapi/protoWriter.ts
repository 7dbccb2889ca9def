const VARINT = 0;
const LENGTH_DELIMITED = 2;
const encoder = new TextEncoder();

/**
 * Writes protobuf into one growing buffer. A nested message is written in place and moved by the size of its length:
 * unlike a writer that gathers operations first, this one needs no more memory than the message, which counts where a
 * document of half a megabyte is made.
 */
export class ProtoWriter {
  #buffer = new Uint8Array(64 * 1024);
  #at = 0;

  bool(field: number, value: boolean): void {
    this.#varint((field << 3) | VARINT);
    this.#varint(value ? 1 : 0);
  }

  string(field: number, value: string): void {
    this.#varint((field << 3) | LENGTH_DELIMITED);
    this.#reserve(value.length * 3);
    const start = this.#at;
    const { written } = encoder.encodeInto(value, this.#buffer.subarray(start));
    this.#at = start + written;
    this.#lengthBefore(start);
  }

  message(field: number, write: () => void): void {
    this.#varint((field << 3) | LENGTH_DELIMITED);
    const start = this.#at;
    write();
    this.#lengthBefore(start);
  }

  /** The bytes written so far, a copy. */
  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#at);
  }

  /** Puts the length of what was written since `start` before it. */
  #lengthBefore(start: number): void {
    const end = this.#at;
    const length = end - start;
    let size = 1;
    for (let rest = length >>> 7; rest > 0; rest >>>= 7) size++;
    this.#reserve(size);
    this.#buffer.copyWithin(start + size, start, end);
    this.#at = start;
    this.#varint(length);
    this.#at = end + size;
  }

  #varint(value: number): void {
    this.#reserve(5);
    for (; value > 0x7f; value >>>= 7) this.#buffer[this.#at++] = (value & 0x7f) | 0x80;
    this.#buffer[this.#at++] = value;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#at + bytes));
    larger.set(this.#buffer.subarray(0, this.#at));
    this.#buffer = larger;
  }
}
