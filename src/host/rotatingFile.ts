import { chmod, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

export interface RotatingFileOptions {
  readonly path: string;
  /** A file that has grown beyond it is put aside. */
  readonly maxBytes: number;
  /** How many files that were put aside are kept; the oldest go first. */
  readonly maxBackups: number;
  /** Milliseconds since the epoch, for the names of what is put aside. */
  readonly now: () => number;
  /** Told once of a failure, until writing works again. */
  readonly onError: (error: unknown) => void;
}

/** How much may wait to be written. Beyond it, lines are dropped to save memory. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** A file (0600) that lines are added to, one write at a time. Files put aside are `NAME-TIME.EXT` beside it. */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #file: FileHandle | undefined;
  #size = 0;
  #fails = false;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  /** Adds a line; it is written as soon as those before it are. */
  append(line: string): void {
    if (this.#waitingBytes > MAX_WAITING_BYTES) return;
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    this.#writing ??= this.#drain().finally(() => (this.#writing = undefined));
  }

  /** Resolves when what was added is written, or lost. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** The same, and lets go of the file. */
  async close(): Promise<void> {
    await this.flushed();
    await this.#file?.close();
    this.#file = undefined;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const text = Buffer.from(`${this.#waiting.join('\n')}\n`);
      this.#waiting = [];
      this.#waitingBytes = 0;
      try {
        await this.#write(text);
        this.#fails = false;
      } catch (error) {
        if (!this.#fails) this.#options.onError(error);
        this.#fails = true;
      }
    }
  }

  async #write(text: Buffer): Promise<void> {
    if (this.#file !== undefined && this.#size + text.length > this.#options.maxBytes) await this.#rotate();
    const file = (this.#file ??= await this.#open());
    await file.appendFile(text);
    this.#size += text.length;
  }

  async #open(): Promise<FileHandle> {
    const { path: name } = this.#options;
    await mkdir(path.dirname(name), { recursive: true, mode: 0o700 });
    const file = await open(name, 'a', 0o600);
    await chmod(name, 0o600);
    this.#size = (await stat(name)).size;
    return file;
  }

  async #rotate(): Promise<void> {
    const { path: name, maxBackups, now } = this.#options;
    await this.#file?.close();
    this.#file = undefined;
    const { dir, name: stem, ext } = path.parse(name);
    const time = new Date(now()).toISOString().replace('Z', '').replaceAll(':', '-');
    await rename(name, path.join(dir, `${stem}-${time}${ext}`));
    const aside = (await readdir(dir))
      .filter((one) => one.startsWith(`${stem}-`) && one.endsWith(ext))
      .sort();
    for (const old of aside.slice(0, Math.max(0, aside.length - maxBackups))) await rm(path.join(dir, old));
  }
}
