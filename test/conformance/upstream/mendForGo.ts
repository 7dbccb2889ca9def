// The release was made for Go 1.15. Debian 12 builds it with 1.19, whose map iterator is laid out otherwise: without
// this change every JSON encoding of a map crashes.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The fields of the runtime's map iterator (Go 1.18 to 1.23, runtime/map.go, type hiter) after key and value. */
const iteratorFields = [
  'maptype, hmap, buckets, bucket, overflow, oldOverflow unsafe.Pointer',
  'startBucket uintptr',
  'offset uint8',
  'wrapped bool',
  'b, i uint8',
  'bucketIndex, checkBucket uintptr',
];

export async function mendForGo(source: string): Promise<void> {
  const folder = path.join(source, 'vendor/github.com/modern-go/reflect2');
  await replace(path.join(folder, 'unsafe_link.go'), [
    [
      'func mapiterinit(rtype unsafe.Pointer, m unsafe.Pointer) *hiter',
      'func mapiterinit(rtype unsafe.Pointer, m unsafe.Pointer, it *hiter)',
    ],
    ['\t// rest fields are ignored\n', iteratorFields.map((line) => `\t${line}\n`).join('')],
  ]);
  await replace(path.join(folder, 'unsafe_map.go'), [
    [
      '\treturn &UnsafeMapIterator{\n\t\thiter:      mapiterinit(type2.rtype, *(*unsafe.Pointer)(obj)),',
      iteratorSetUp,
    ],
  ]);
}

const iteratorSetUp = `\tit := new(hiter)
\tmapiterinit(type2.rtype, *(*unsafe.Pointer)(obj), it)
\treturn &UnsafeMapIterator{
\t\thiter:      it,`;

async function replace(file: string, changes: readonly (readonly [string, string])[]): Promise<void> {
  let text = await readFile(file, 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${file} has no "${from}": is it another release?`);
    text = text.replace(from, () => to);
  }
  await writeFile(file, text);
}
