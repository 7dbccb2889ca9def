import { open } from 'node:fs/promises';
import { parseLogLine } from './logLine.ts';

/** The last words of a container's log: so many lines, so many bytes, whichever is less. */
export async function readLogTail(path: string, limit: { bytes: number; lines: number }): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    // Every line has a head of some 45 bytes; twice the text is enough for most, and the rest is cut anyway.
    const length = Math.min(size, limit.bytes * 2 + limit.lines * 64);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8').split('\n');
    // The first may have lost its beginning.
    if (length < size) lines.shift();
    const texts = lines.flatMap((line) => {
      const parsed = parseLogLine(Buffer.from(line));
      return parsed === undefined ? [] : [parsed.text.toString('utf8') + (parsed.isPartial ? '' : '\n')];
    });
    return Buffer.from(texts.slice(-limit.lines).join('')).subarray(-limit.bytes).toString('utf8');
  } finally {
    await file.close();
  }
}
