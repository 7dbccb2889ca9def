import { watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Disposable } from '../../base/disposable.ts';
import type { RuntimeContainer } from '../runtime/contract.ts';
import { parseLogLine } from './logLine.ts';

export interface LogOptions {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Lines from this time on, in ms since the epoch. */
  readonly since: number | undefined;
  readonly stream: 'stdout' | 'stderr' | undefined;
}

export interface LogContainer {
  isAlive(): boolean;
  /** Calls the listener whenever the container's state may have changed. */
  onExit(listener: () => void): Disposable;
}

/** Where the log of a container instance comes from. */
export type LogSource = (
  instance: RuntimeContainer,
  options: LogOptions,
  container: LogContainer,
  signal: AbortSignal,
) => AsyncIterable<Uint8Array>;

/** Logs that the runtime writes into files. */
export const fileLogs: LogSource = (instance, options, container, signal) =>
  followLog(instance.logPath, options, container, signal);

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * The text of a container's log, and with `follow` what is added until the container has ended (kubelet
 * `kuberuntime/logs`). A log that is rotated away is read to its end, then its successor.
 */
export async function* followLog(
  path: string,
  options: LogOptions,
  container: LogContainer,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const changes = watchChanges(path, container);
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    // Without `follow` the log ends where it ended when it was asked for, however fast its container writes.
    const { size } = await file.stat();
    let position = options.tailLines === undefined ? 0 : await tailPosition(file, options.tailLines, size);
    const end = options.follow ? Infinity : size;
    let rest: Buffer = Buffer.alloc(0);
    let left = options.limitBytes ?? Infinity;
    const partials = new Set<string>();
    for (;;) {
      // Before the read: what is written after it is seen by the next round.
      const wasAlive = container.isAlive();
      const buffer = Buffer.allocUnsafe(CHUNK);
      const { bytesRead } = await file.read(buffer, 0, Math.min(CHUNK, end - position), position);
      if (bytesRead > 0) {
        position += bytesRead;
        const seen =
          rest.length === 0
            ? buffer.subarray(0, bytesRead)
            : Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        const whole = seen.lastIndexOf(NEWLINE) + 1;
        rest = Buffer.from(seen.subarray(whole));
        const text = render(seen.subarray(0, whole), options, partials);
        if (text.length > 0) yield text.length <= left ? text : text.subarray(0, left);
        left -= text.length;
        if (left <= 0) return;
        continue;
      }
      if (!options.follow || signal.aborted) return;
      const next = await successor(path, file);
      if (next !== undefined) {
        await file.close();
        file = next;
        position = 0;
        continue;
      }
      if (!wasAlive) return;
      await changes.next(signal);
    }
  } finally {
    changes.dispose();
    await file?.close();
  }
}

/** The file that has taken the path of one that was rotated away. */
async function successor(path: string, file: FileHandle): Promise<FileHandle | undefined> {
  const [old, current] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
  if (current === undefined || current.ino === old.ino) return undefined;
  return open(path, 'r').catch(() => undefined);
}

/** Lines as the user sees them. */
function render(lines: Buffer, options: LogOptions, partials: Set<string>): Buffer {
  const parts: Buffer[] = [];
  for (let start = 0; start < lines.length;) {
    const end = lines.indexOf(NEWLINE, start);
    const line = parseLogLine(lines.subarray(start, end));
    start = end + 1;
    if (line === undefined || (options.stream !== undefined && line.stream !== options.stream)) continue;
    if (options.since !== undefined && Date.parse(line.time) < options.since) continue;
    // A line that was cut in pieces has its time once, and its end after the last piece.
    if (options.timestamps && !partials.has(line.stream)) parts.push(Buffer.from(`${line.time} `));
    if (line.isPartial) partials.add(line.stream);
    else partials.delete(line.stream);
    parts.push(line.text);
    if (!line.isPartial) parts.push(Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}

/** Where the last `lines` lines of the first `size` bytes begin; pieces of one line count once. */
async function tailPosition(file: FileHandle, lines: number, size: number): Promise<number> {
  if (lines === 0) return size;
  let position = size;
  let tail: Buffer = Buffer.alloc(0);
  while (position > 0) {
    const length = Math.min(CHUNK, position);
    position -= length;
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
    tail = Buffer.concat([buffer, tail]);
    let found = 0;
    for (let at = tail.length - 1; at > 0; at = tail.lastIndexOf(NEWLINE, at - 1)) {
      const start = tail.lastIndexOf(NEWLINE, at - 1) + 1;
      if (start === 0 && position > 0) break;
      const isPartial = parseLogLine(tail.subarray(start, at))?.isPartial === true;
      if (!isPartial && ++found > lines) return position + at + 1;
      if (start === 0) break;
    }
  }
  return 0;
}

interface Changes extends Disposable {
  /** Resolves at the next change, or at once where one has come since the last call. */
  next(signal: AbortSignal): Promise<void>;
}

/** Writes to the file, its rotation and the container's end wake the reader. */
function watchChanges(path: string, container: LogContainer): Changes {
  let isPending = false;
  let wake: (() => void) | undefined;
  const notify = (): void => {
    isPending = true;
    wake?.();
  };
  const name = basename(path);
  // The directory, not the file: the watch must outlive a rotation.
  const watcher = watch(dirname(path), (_event, changed) => {
    if (changed === null || changed === name) notify();
  });
  watcher.on('error', notify);
  const exit = container.onExit(notify);
  return {
    async next(signal) {
      if (!isPending) {
        await new Promise<void>((resolve) => {
          const done = (): void => {
            signal.removeEventListener('abort', done);
            resolve();
          };
          wake = done;
          signal.addEventListener('abort', done, { once: true });
          if (signal.aborted) done();
        });
      }
      wake = undefined;
      isPending = false;
    },
    dispose() {
      watcher.close();
      exit.dispose();
    },
  };
}
