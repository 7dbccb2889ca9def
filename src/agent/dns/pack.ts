import { encode } from 'dns-packet';
import type { Answer, Question } from './message.ts';

const HEADER = 12;
/** A pointer to the question's name, right after the header. */
const QUESTION_NAME = Buffer.from([0xc0, HEADER]);

export interface Message {
  readonly id: number;
  /** Without the truncation bit. */
  readonly flags: number;
  readonly questions: readonly Question[];
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  /** A courtesy: left out where they do not fit. */
  readonly additionals: readonly Answer[];
  /** Goes with every answer. */
  readonly edns: readonly Answer[];
}

/**
 * A response as it goes out, no longer than `limit`. Records of the question's own name carry a pointer in its place
 * (RFC 1035 4.1.4), which the library does not do: a service with many endpoints fits much longer. Answers that do
 * not fit are left out and the client is told to come again over TCP.
 */
export function pack(message: Message, limit: number): Buffer {
  const base = encode({ type: 'response', questions: [...message.questions] });
  const name = nameOf(base);
  const wire = (records: readonly Answer[]): Buffer[] => records.map((record) => compressed(record, name));
  const answers = wire(message.answers);
  const authorities = wire(message.authorities);
  const edns = wire(message.edns);
  const fixed = [...authorities, ...edns].reduce((sum, record) => sum + record.length, base.length);
  const fitting = prefixWithin(answers, limit - fixed);
  const used = fitting.reduce((sum, record) => sum + record.length, fixed);
  const all = wire(message.additionals);
  const isTruncated = fitting.length < answers.length;
  const fitsWhole = !isTruncated && all.reduce((sum, record) => sum + record.length, used) <= limit;
  const additionals = [...(fitsWhole ? all : []), ...edns];

  base.writeUInt16BE(message.id, 0);
  base.writeUInt16BE(0x8000 | message.flags | (isTruncated ? 0x0200 : 0), 2);
  base.writeUInt16BE(fitting.length, 6);
  base.writeUInt16BE(authorities.length, 8);
  base.writeUInt16BE(additionals.length, 10);
  return Buffer.concat([base, ...fitting, ...authorities, ...additionals]);
}

/** The question's name as it is on the wire; empty without a question. */
function nameOf(base: Buffer): Buffer {
  let end = HEADER;
  for (let length = base[end]; length !== undefined && length !== 0; length = base[end]) end += length + 1;
  return base.subarray(HEADER, end + 1);
}

function compressed(record: Answer, questionName: Buffer): Buffer {
  const wire = encode({ type: 'response', answers: [record] }).subarray(HEADER);
  const isShorter = questionName.length > QUESTION_NAME.length;
  if (!isShorter || !wire.subarray(0, questionName.length).equals(questionName)) return wire;
  return Buffer.concat([QUESTION_NAME, wire.subarray(questionName.length)]);
}

function prefixWithin(records: readonly Buffer[], room: number): readonly Buffer[] {
  let left = room;
  const count = records.findIndex((record) => (left -= record.length) < 0);
  return count < 0 ? records : records.slice(0, count);
}
