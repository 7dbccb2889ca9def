import assert from 'node:assert/strict';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { ProtoWriter } from './protoWriter.ts';

type Tree = string | boolean | Tree[];

describe('ProtoWriter', () => {
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.boolean(),
      fc.array(tie('tree'), { maxLength: 5 }),
    ),
  }));

  function write(writer: ProtoWriter, value: Tree, field: number): void {
    if (typeof value === 'string') writer.string(field, value);
    else if (typeof value === 'boolean') writer.bool(field, value);
    else writer.message(field, () => value.forEach((item, index) => write(writer, item, index + 1)));
  }

  function writeExpected(writer: protobuf.Writer, value: Tree, field: number): void {
    if (typeof value === 'boolean') writer.uint32(field << 3).bool(value);
    else if (typeof value === 'string') writer.uint32((field << 3) | 2).string(value);
    else {
      const inner = writer.uint32((field << 3) | 2).fork();
      value.forEach((item, index) => writeExpected(inner, item, index + 1));
      inner.ldelim();
    }
  }

  it('writes the bytes that protobufjs writes', () => {
    fc.assert(
      fc.property(tree, fc.integer({ min: 1, max: 1000 }), (value, field) => {
        const writer = new ProtoWriter();
        write(writer, value, field);
        const expected = protobuf.Writer.create();
        writeExpected(expected, value, field);
        assert.deepEqual(Buffer.from(writer.finish()), Buffer.from(expected.finish()));
      }),
    );
  });

  it('grows for what does not fit', () => {
    const writer = new ProtoWriter();
    const text = 'é'.repeat(200_000);
    writer.message(1, () => writer.string(2, text));
    const reader = protobuf.Reader.create(writer.finish());
    assert.equal(reader.uint32(), (1 << 3) | 2);
    const inner = protobuf.Reader.create(reader.bytes());
    assert.equal(inner.uint32(), (2 << 3) | 2);
    assert.equal(inner.string(), text);
  });
});
