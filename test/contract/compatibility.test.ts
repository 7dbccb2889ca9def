import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { compatibilityDocument } from '../../scripts/compatibilityDocument.ts';

describe('docs/compatibility.md', () => {
  it('says what is served: `npm run docs:compatibility` writes it', async () => {
    const file = path.join(import.meta.dirname, '../../docs/compatibility.md');
    assert.equal(await readFile(file, 'utf8'), await compatibilityDocument());
  });
});
