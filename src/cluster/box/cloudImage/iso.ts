/** A file in the root of an image. */
export interface IsoFile {
  /** As systems that read Rock Ridge see it: `user-data`. */
  readonly name: string;
  readonly content: Uint8Array;
}

const SECTOR = 2_048;
/** Sixteen sectors for the system, the description, the end of the descriptions, two path tables, the root folder. */
const DESCRIPTION = 16;
const PATH_TABLES = [18, 19] as const;
const ROOT = 20;
const FIRST_FILE = 21;
/** Readers look ahead: a smaller image would be taken for one that is cut off. */
const LEAST = 64;

/**
 * An image of a CD (ISO 9660 with Rock Ridge's names, ECMA-119 and IEEE P1282) with some files in its root: what
 * cloud-init's NoCloud source reads, where the label is `cidata`. Nothing in it depends on the time.
 */
export function isoImage(label: string, files: readonly IsoFile[]): Uint8Array {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  let next = FIRST_FILE;
  const placed = sorted.map((file, index) => {
    const sector = next;
    next += Math.max(1, Math.ceil(file.content.length / SECTOR));
    return { ...file, sector, short: `FILE${index}.;1` };
  });
  const sectors = Math.max(next, LEAST);
  const image = Buffer.alloc(sectors * SECTOR);
  const at = (sector: number): number => sector * SECTOR;

  const root = Buffer.concat([
    // The first entry says that Rock Ridge is used.
    record('\u0000', ROOT, SECTOR, true, [susp(), attributes(0o40_555)]),
    record('\u0001', ROOT, SECTOR, true, [attributes(0o40_555)]),
    ...placed.map(({ name, short, sector, content }) =>
      record(short, sector, content.length, false, [attributes(0o100_444), nameField(name)]),
    ),
  ]);
  if (root.length > SECTOR) throw new Error(`${files.length} files do not fit into the folder of an image`);
  root.copy(image, at(ROOT));
  for (const { sector, content } of placed) Buffer.from(content).copy(image, at(sector));

  pathTable(false).copy(image, at(PATH_TABLES[0]));
  pathTable(true).copy(image, at(PATH_TABLES[1]));
  description(label, sectors).copy(image, at(DESCRIPTION));
  Buffer.from('\u00ffCD001\u0001', 'latin1').copy(image, at(DESCRIPTION + 1));
  return image;
}

function description(label: string, sectors: number): Buffer {
  const text = Buffer.alloc(SECTOR);
  text.write('\u0001CD001\u0001', 0, 'latin1');
  text.write(' '.repeat(32) + label.padEnd(32), 8, 'latin1');
  both32(text, 80, sectors);
  both16(text, 120, 1);
  both16(text, 124, 1);
  both16(text, 128, SECTOR);
  both32(text, 132, PATH_TABLE_BYTES);
  text.writeUInt32LE(PATH_TABLES[0], 140);
  text.writeUInt32BE(PATH_TABLES[1], 148);
  record('\u0000', ROOT, SECTOR, true, []).copy(text, 156);
  text.write(' '.repeat(623), 190, 'latin1');
  for (const offset of [813, 830, 847, 864]) text.write('0'.repeat(16), offset, 'latin1');
  text[881] = 1;
  return text;
}

const PATH_TABLE_BYTES = 10;

/** The root alone. */
function pathTable(bigEndian: boolean): Buffer {
  const table = Buffer.alloc(PATH_TABLE_BYTES);
  table[0] = 1;
  if (bigEndian) {
    table.writeUInt32BE(ROOT, 2);
    table.writeUInt16BE(1, 6);
  } else {
    table.writeUInt32LE(ROOT, 2);
    table.writeUInt16LE(1, 6);
  }
  return table;
}

function record(
  name: string,
  sector: number,
  bytes: number,
  folder: boolean,
  fields: readonly Buffer[],
): Buffer {
  const padded = 33 + name.length + ((33 + name.length) % 2);
  const extra = Buffer.concat(fields);
  const entry = Buffer.alloc(padded + extra.length + (extra.length % 2));
  entry[0] = entry.length;
  both32(entry, 2, sector);
  both32(entry, 10, bytes);
  // 1 January 2000, UTC.
  entry.set([100, 1, 1, 0, 0, 0, 0], 18);
  entry[25] = folder ? 2 : 0;
  both16(entry, 28, 1);
  entry[32] = name.length;
  entry.write(name, 33, 'latin1');
  extra.copy(entry, padded);
  return entry;
}

/** SUSP's first entry: extensions are here, from the first byte on. */
function susp(): Buffer {
  return Buffer.from([0x53, 0x50, 7, 1, 0xbe, 0xef, 0]);
}

/** Rock Ridge's PX: mode, links, owner, group. */
function attributes(mode: number): Buffer {
  const field = Buffer.alloc(36);
  field.write('PX', 0, 'latin1');
  field[2] = field.length;
  field[3] = 1;
  both32(field, 4, mode);
  both32(field, 12, 1);
  both32(field, 20, 0);
  both32(field, 28, 0);
  return field;
}

/** Rock Ridge's NM: the name as it is. */
function nameField(name: string): Buffer {
  return Buffer.concat([Buffer.from([0x4e, 0x4d, 5 + name.length, 1, 0]), Buffer.from(name, 'latin1')]);
}

/** Numbers stand in both orders of bytes. */
function both32(target: Buffer, offset: number, value: number): void {
  target.writeUInt32LE(value, offset);
  target.writeUInt32BE(value, offset + 4);
}

function both16(target: Buffer, offset: number, value: number): void {
  target.writeUInt16LE(value, offset);
  target.writeUInt16BE(value, offset + 2);
}
