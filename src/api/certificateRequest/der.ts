/** A value of ASN.1 in its distinguished encoding. */
export interface DerValue {
  /** The tag's byte: 0x30 for a sequence, 0xa0 for what is `[0]`. */
  readonly tag: number;
  readonly content: Uint8Array;
  /** The value with its tag and length. */
  readonly raw: Uint8Array;
}

export const SEQUENCE = 0x30;
export const SET = 0x31;
export const OBJECT_ID = 0x06;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;

export class DerError extends Error {}

/** The values that follow one another in some bytes. @throws DerError */
export function valuesIn(bytes: Uint8Array): readonly DerValue[] {
  const values: DerValue[] = [];
  let at = 0;
  while (at < bytes.length) {
    const value = valueAt(bytes, at);
    values.push(value);
    at += value.raw.length;
  }
  return values;
}

/** The only value of some bytes, of the tag. @throws DerError */
export function only(bytes: Uint8Array, tag: number): DerValue {
  const [value, ...more] = valuesIn(bytes);
  if (value?.tag !== tag || more.length > 0) throw new DerError('asn1: structure error');
  return value;
}

/** The parts of a value that is made of others. @throws DerError */
export const partsOf = (value: DerValue): readonly DerValue[] => valuesIn(value.content);

function valueAt(bytes: Uint8Array, at: number): DerValue {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  // Tags of several bytes occur in none of what is read here.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) {
    throw new DerError('asn1: syntax error: truncated tag or length');
  }
  let length = first;
  let start = at + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new DerError('asn1: structure error: length too large');
    length = 0;
    for (const byte of bytes.subarray(start, start + count)) length = length * 256 + byte;
    start += count;
    if (length < 0x80) throw new DerError('asn1: structure error: non-minimal length');
  }
  const end = start + length;
  if (end > bytes.length) throw new DerError('asn1: syntax error: data truncated');
  return { tag, content: bytes.subarray(start, end), raw: bytes.subarray(at, end) };
}

/** `2.5.4.3`. */
export function objectIdOf({ content }: DerValue): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...rest] = numbers;
  const head = Math.min(2, Math.floor(first / 40));
  return [head, first - head * 40, ...rest].join('.');
}
