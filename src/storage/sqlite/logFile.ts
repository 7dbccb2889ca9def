import { existsSync, readFileSync } from 'node:fs';

/** What SQLite's write-ahead log says of itself (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). */
export interface LogCheck {
  /**
   * SQLite will read all that is in it. Otherwise something in it is cut off: a commit that was never finished, or
   * damage.
   */
  readonly whole: boolean;
  /**
   * Commits that SQLite will pass over although a later one follows, which was only begun when they were on the disk.
   * More than 0 is damage for certain.
   */
  readonly lostCommits: number;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Its lowest bit says in which order of bytes checksums are counted. */
const MAGIC = 0x377f0682;
const PAGE_SIZE_AT = 8;
const SALT_AT = 16;
const HEADER_SUM_AT = 24;
const FRAME_COMMIT_AT = 4;
const FRAME_SALT_AT = 8;
const FRAME_SUM_AT = 16;

type Sum = readonly [number, number];

/** Looks through a store's log without SQLite, which would cut off what it does not take. Undefined where there is none. */
export function checkLog(path: string): LogCheck | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  return bytes.length === 0 ? undefined : new LogReader(bytes).check();
}

class LogReader {
  readonly #bytes: Buffer;
  readonly #frameBytes: number;
  readonly #frames: number;
  /** The bytes as checksums count them. */
  readonly #words: Int32Array;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    const isLog = bytes.length >= HEADER_BYTES && (bytes.readUInt32BE(0) ^ MAGIC) >>> 1 === 0;
    this.#words = isLog ? wordsOf(bytes, (bytes.readUInt32BE(0) & 1) === 1) : new Int32Array();
    this.#frameBytes = FRAME_HEADER_BYTES + (isLog ? bytes.readUInt32BE(PAGE_SIZE_AT) : 0);
    this.#frames = isLog ? Math.floor((bytes.length - HEADER_BYTES) / this.#frameBytes) : 0;
  }

  check(): LogCheck {
    // A header that is torn is no proof of damage: behind it are frames that have long been copied to the store.
    if (!this.#headerIsGood()) return { whole: false, lostCommits: 0 };
    const taken = this.#taken();
    let isCutOff = false;
    let lostCommits = 0;
    for (let i = taken; i < this.#frames; i++) {
      if (!this.#isOfThisLog(i)) continue;
      isCutOff = true;
      if (this.#isCommit(i) && this.#isFollowed(i)) lostCommits++;
    }
    return { whole: !isCutOff, lostCommits };
  }

  #headerIsGood(): boolean {
    const bytes = this.#bytes;
    if (this.#frameBytes === FRAME_HEADER_BYTES || bytes.length < HEADER_BYTES) return false;
    return isAt(bytes, HEADER_SUM_AT, this.#sum([0, 0], 0, HEADER_SUM_AT));
  }

  /** The number of frames that SQLite takes: up to the last commit before the first frame that does not fit. */
  #taken(): number {
    let taken = 0;
    let sum = this.#sumAt(HEADER_SUM_AT);
    for (let i = 0; i < this.#frames && this.#isOfThisLog(i); i++) {
      sum = this.#sumOfFrame(sum, i);
      if (!isAt(this.#bytes, this.#at(i) + FRAME_SUM_AT, sum)) break;
      if (this.#isCommit(i)) taken = i + 1;
    }
    return taken;
  }

  /** Whether the next frame goes on from this one, as only one of the next commit does. */
  #isFollowed(i: number): boolean {
    if (i + 1 >= this.#frames || !this.#isOfThisLog(i + 1)) return false;
    const sum = this.#sumOfFrame(this.#sumAt(this.#at(i) + FRAME_SUM_AT), i + 1);
    return isAt(this.#bytes, this.#at(i + 1) + FRAME_SUM_AT, sum);
  }

  #isCommit(i: number): boolean {
    return this.#bytes.readUInt32BE(this.#at(i) + FRAME_COMMIT_AT) !== 0;
  }

  /** A log is written from its start again and again, with another salt each time. */
  #isOfThisLog(i: number): boolean {
    const at = this.#at(i) + FRAME_SALT_AT;
    return this.#bytes.compare(this.#bytes, SALT_AT, SALT_AT + 8, at, at + 8) === 0;
  }

  #sumOfFrame(before: Sum, i: number): Sum {
    const at = this.#at(i);
    const head = this.#sum(before, at, at + FRAME_SALT_AT);
    return this.#sum(head, at + FRAME_HEADER_BYTES, at + this.#frameBytes);
  }

  #sumAt(at: number): Sum {
    return [this.#bytes.readUInt32BE(at), this.#bytes.readUInt32BE(at + 4)];
  }

  #sum([first, second]: Sum, from: number, to: number): Sum {
    const words = this.#words;
    let [a, b] = [first, second];
    for (let i = from / 4; i < to / 4; i += 2) {
      a = (a + (words[i] as number) + b) | 0;
      b = (b + (words[i + 1] as number) + a) | 0;
    }
    return [a >>> 0, b >>> 0];
  }

  #at(i: number): number {
    return HEADER_BYTES + i * this.#frameBytes;
  }
}

/** In memory of its own where they are not aligned or the other way round; the order is that of all machines Node runs on. */
function wordsOf(bytes: Buffer, isBigEndian: boolean): Int32Array {
  const count = bytes.length >>> 2;
  if (!isBigEndian && bytes.byteOffset % 4 === 0)
    return new Int32Array(bytes.buffer, bytes.byteOffset, count);
  const copy = Buffer.alloc(count * 4);
  bytes.copy(copy);
  if (isBigEndian) copy.swap32();
  return new Int32Array(copy.buffer, copy.byteOffset, count);
}

function isAt(bytes: Buffer, at: number, [first, second]: Sum): boolean {
  return bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second;
}
