/**
 * A process that writes to a store and compacts it without end and prints `key revision` for every write that was acknowledged: it is
 * made to be killed. Arguments: the store's path, a number that makes its keys unique.
 */
import { writeSync } from 'node:fs';
import { openSqliteStorage } from '../../src/storage/index.ts';
import { Value } from '../../src/storage/contract.ts';

const [path = '', round = ''] = process.argv.slice(2);
const storage = await openSqliteStorage({ path });
writeSync(1, 'open\n');

/** Creates, changes and now and then deletes keys of its own; a line is out before the next write begins. */
async function write(writer: number): Promise<never> {
  for (let i = 0; ; i++) {
    const key = `/crash/${round}/${writer}/${i}`;
    const created = await storage.create(key, text(`${key} created`));
    if (!created.ok) throw new Error(`${key} exists`);
    writeSync(1, `${key} ${created.revision}\n`);
    if (i % 3 === 0) continue;
    const updated = await storage.update(key, text(`${key} updated`), created.revision);
    if (!updated.ok) throw new Error(`${key} has changed`);
    writeSync(1, `${key} ${updated.revision}\n`);
    if (i % 5 === 4) await storage.compact((await storage.status()).revision - 50);
  }
}

function text(content: string): Value {
  return new Value(new TextEncoder().encode(JSON.stringify({ content, padding: 'x'.repeat(500) })));
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
