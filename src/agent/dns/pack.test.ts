import assert from 'node:assert/strict';
import { decode, type Answer } from 'dns-packet';
import fc from 'fast-check';
import { type Message, pack } from './pack.ts';

const NAME = 'Many.default.svc.cluster.local';
const address = (i: number, name = NAME): Answer => ({
  type: 'A',
  name,
  ttl: 5,
  data: `10.0.${i >> 8}.${i & 255}`,
});
const message = (overrides: Partial<Message> = {}): Message => ({
  id: 7,
  flags: 0x0580,
  questions: [{ type: 'A', name: NAME }],
  answers: [],
  authorities: [],
  additionals: [],
  edns: [],
  ...overrides,
});
const datas = (answers: readonly Answer[] = []): unknown[] =>
  answers.map((a) => ('data' in a ? a.data : undefined));

describe('pack', () => {
  it("says what it was given, with pointers in the place of the question's name", () => {
    const answers = [address(1), address(2), address(3, 'other.example')];
    const wire = pack(message({ answers }), 512);
    const read = decode(wire);
    assert.equal(read.id, 7);
    assert.equal(read.flags, 0x0580);
    assert.deepEqual(
      read.answers?.map(({ name }) => name),
      [NAME, NAME, 'other.example'],
    );
    assert.deepEqual(datas(read.answers), ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    // Header, question, 16 bytes for each record with a pointer, 29 for the one without.
    assert.equal(wire.length, 12 + 36 + 16 + 16 + 29);
  });

  it('leaves additional records out before it truncates', () => {
    const answers = Array.from({ length: 28 }, (_, i) => address(i));
    const read = decode(pack(message({ answers, additionals: [address(99, 'x.example')] }), 512));
    assert.equal(read.answers?.length, 28);
    assert.equal(read.additionals?.length, 0);
    assert.equal(read.flag_tc, false);
  });

  it('any response is no longer than the limit and holds as many answers as fit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.constantFrom(512, 1232, 4096, 65_535),
        fc.array(fc.constantFrom('a.example', 'b.c.example', NAME), { maxLength: 5 }),
        (count, limit, names) => {
          const answers = Array.from({ length: count }, (_, i) => address(i));
          const additionals = names.map((name, i) => address(i, name));
          const wire = pack(message({ answers, additionals }), limit);
          assert.ok(wire.length <= limit);
          const read = decode(wire);
          const kept = read.answers?.length ?? 0;
          assert.deepEqual(datas(read.answers), datas(answers.slice(0, kept)));
          assert.equal(read.flag_tc, kept < count);
          if (kept < count) assert.ok(wire.length + 16 > limit);
        },
      ),
    );
  });
});
