import assert from 'node:assert/strict';
import fc from 'fast-check';
import { linesOf } from './jsonLines.ts';

// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable of what is at hand
async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function collect(chunks: readonly Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of linesOf(streamOf(chunks))) {
    assert.ok(batch.length > 0);
    lines.push(...batch);
  }
  return lines;
}

describe('linesOf', () => {
  it('gives every line whole wherever the chunks are cut, in the middle of a character too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.json({ stringUnit: 'grapheme' }), { maxLength: 8 }),
        fc.array(fc.nat(400), { maxLength: 12 }),
        async (documents, cuts) => {
          const lines = documents.map((document) => JSON.stringify(JSON.parse(document)));
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const at = [...new Set(cuts.filter((cut) => cut <= bytes.length))].sort((a, b) => a - b);
          const chunks = [0, ...at].map((from, i) => bytes.subarray(from, at[i]));
          assert.deepEqual(await collect(chunks), lines);
        },
      ),
    );
  });

  it('gives a last line without a line feed and leaves empty lines out', async () => {
    assert.deepEqual(await collect([Buffer.from('{"a":1}\r\n\n{"b"'), Buffer.from(':2}')]), [
      '{"a":1}',
      '{"b":2}',
    ]);
  });
});
