import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { openInside, pathOf } from '../volumes/openInside.ts';

/** More than one variable may be large; a whole disk is none. */
const MAX_BYTES = 64 * 1024;

/**
 * The text of a file of variables in a volume that a pod may write to: read as it is, wherever links in it lead, but
 * never out of the volume. Undefined where it is not there.
 */
export async function readEnvFile(volume: string, path: string): Promise<string | undefined> {
  const handle = await openInside(volume, path, { create: false }).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    if (!(await handle.stat()).isFile()) throw new Error(`${path} is no file`);
    const file = await open(pathOf(handle), constants.O_RDONLY);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0);
      if (bytesRead > MAX_BYTES) throw new Error(`${path} is larger than ${MAX_BYTES} bytes`);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } finally {
    await handle.close();
  }
}

/**
 * The value of a variable in a file of lines `NAME='value'`, as a shell would read them: what is in quotes is taken as it
 * is, over lines too (kubelet `util/env/env_util.go`, KEP-3721). Undefined where the file does not set it. Throws on
 * what is no such line.
 */
export function variableIn(text: string, wanted: string): string | undefined {
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? '').replace(/^[ \t]+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const number = at + 1;
    const [name, rest] = split(line, number);
    if (/^[ \t]/.test(rest)) {
      if (name === wanted) return '';
      continue;
    }
    if (!rest.startsWith("'")) throw wrong(number, 'value must be enclosed in single quotes');
    let value = rest.slice(1);
    while (!value.includes("'")) {
      const next = lines[++at];
      if (next === undefined)
        throw new Error(
          `invalid environment variable format starting at line ${number}: unclosed single quote`,
        );
      value += `\n${next}`;
    }
    const end = value.indexOf("'");
    const after = value.slice(end + 1).trim();
    if (after !== '' && !after.startsWith('#')) throw wrong(at + 1, 'unexpected content after closing quote');
    if (name === wanted) return value.slice(0, end);
  }
  return undefined;
}

function split(line: string, number: number): readonly [name: string, rest: string] {
  const equals = line.indexOf('=');
  if (equals < 0) throw wrong(number, "missing '='");
  const name = line.slice(0, equals);
  if (name.trim() === '') throw wrong(number, 'empty variable name');
  if (/[ \t]$/.test(name)) throw wrong(number, "whitespace before '=' is not allowed");
  return [name, line.slice(equals + 1)];
}

const wrong = (line: number, why: string): Error =>
  new Error(`invalid environment variable format at line ${line}: ${why}`);
