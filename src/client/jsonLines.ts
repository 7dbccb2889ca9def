/**
 * Cuts a stream of bytes into lines; yields the complete lines of each chunk together, empty ones left out. A line
 * may span any number of chunks: its parts are joined once, when its end has come.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly string[], void, undefined> {
  let parts: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      parts.push(chunk.subarray(from, end));
      const line = textOfParts(parts);
      if (line !== '') lines.push(line);
      parts = [];
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  const rest = textOfParts(parts);
  if (rest !== '') yield [rest];
}

const NEWLINE = 10;

function textOfParts(parts: readonly Uint8Array[]): string {
  const [first] = parts;
  if (first === undefined) return '';
  const bytes = parts.length === 1 ? first : Buffer.concat(parts);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').trim();
}
