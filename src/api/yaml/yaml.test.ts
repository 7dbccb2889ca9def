import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { readYaml, type YamlDocument } from './index.ts';

const QUOTED = 'QUOTE_DOUBLE';
const only = (text: string): YamlDocument => {
  const [document] = readYaml(text).documents;
  assert.ok(document);
  return document;
};
const value = (text: string): unknown => {
  const { value: read, problems } = only(text);
  assert.deepEqual(problems, [], text);
  return read;
};

describe("YAML's plain scalars", () => {
  // What sigs.k8s.io/yaml makes of them.
  const forms: Readonly<Record<string, unknown>> = {
    '0': 0,
    '10': 10,
    '-10': -10,
    '+10': 10,
    '0644': 420,
    '0o644': 420,
    '0O644': 420,
    '-0o17': -15,
    '00': 0,
    '08': 8,
    '0o8': '0o8',
    '0x1a4': 420,
    '0X1A4': 420,
    '0x_0A_74_AE': 685230,
    '0xg': '0xg',
    '0x': '0x',
    '0b101': 5,
    '0B101': 5,
    '-0b101010': -42,
    '0b1010_0111_0100_1010_1110': 685230,
    '0b102': '0b102',
    '02472256': 685230,
    '+685_230': 685230,
    '1_000': 1000,
    '1_': 1,
    _1: '_1',
    '-b_c': '-b_c',
    '50cent_of_dollar': '50cent_of_dollar',
    '9223372036854775807': 2 ** 63,
    '18446744073709551615': 2 ** 64,
    '18446744073709551616': 2 ** 64,
    '-9223372036854775808': -(2 ** 63),
    '0x10000000000000000': '0x10000000000000000',
    '0.1': 0.1,
    '.1': 0.1,
    '-.1': -0.1,
    '+.5': 0.5,
    '1.': 1,
    '1.0': 1,
    '1e3': 1000,
    '1E3': 1000,
    '123456e1': 1234560,
    '6.8523e+5': 685230,
    '685.230_15e+03': 685230.15,
    '685_230.15': 685230.15,
    '.5_0': 0.5,
    '._5': '._5',
    '.': '.',
    '..': '..',
    '+': '+',
    '1e999': '1e999',
    '1.2.3': '1.2.3',
    '10.0.0.1': '10.0.0.1',
    '100m': '100m',
    '1e': '1e',
    '0x1.8p1': '0x1.8p1',
    Infinity: 'Infinity',
    NaN: 'NaN',
    '190:20:30': '190:20:30',
    '12:30:45.1': '12:30:45.1',
    '2020-01-01': '2020-01-01',
    '2015-02-24T18:19:39.12Z': '2015-02-24T18:19:39.12Z',
    '2015-02-24 18:19:39': '2015-02-24 18:19:39',
    y: true,
    Y: true,
    yes: true,
    Yes: true,
    YES: true,
    on: true,
    On: true,
    true: true,
    True: true,
    TRUE: true,
    tRUE: 'tRUE',
    n: false,
    no: false,
    NO: false,
    off: false,
    Off: false,
    false: false,
    yep: 'yep',
    none: 'none',
    '~': null,
    null: null,
    Null: null,
    NULL: null,
    nULL: 'nULL',
    '': null,
    '<foo>': '<foo>',
    '=': '=',
  };
  for (const [text, expected] of Object.entries(forms)) {
    it(`reads ${text === '' ? 'nothing' : text} as ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(value(`v: ${text}\n`), { v: expected });
      if (text === '' || text === '<foo>' || text === '=') return;
      assert.deepEqual(value(`v: "${text}"\nw: '${text}'\n`), { v: text, w: text });
    });
  }

  it('has no JSON for what is not finite', () => {
    for (const [text, shown] of [
      ['.nan', 'NaN'],
      ['.inf', '+Inf'],
      ['+.INF', '+Inf'],
      ['-.Inf', '-Inf'],
    ] as const) {
      assert.deepEqual(only(`a: 1\nv: ${text}\n`).problems, [
        { message: `json: unsupported value: ${shown}`, offset: 8 },
      ]);
    }
  });

  it('reads each integer in every base as itself', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (number) => {
        const digits = (radix: number): string => Math.abs(number).toString(radix);
        const sign = number < 0 ? '-' : '';
        for (const text of [
          `${sign}${digits(10)}`,
          `${sign}0x${digits(16)}`,
          `${sign}0o${digits(8)}`,
          `${sign}0${digits(8)}`,
          `${sign}0b${digits(2)}`,
        ]) {
          assert.equal(value(text), number === 0 ? 0 : number, text);
        }
      }),
    );
  });
});

describe('YAML with tags', () => {
  it('converts as it is told', () => {
    assert.deepEqual(
      value(
        'a: !!str 0644\nb: !!int "0o17"\nc: !!float 1\nd: !!bool "yes"\ne: !!null ""\nf: !!binary aGVsbG8=\n' +
          'g: !!timestamp "2015-01-01"\nh: ! 12\ni: !local {a: 1}\nj: !!map {a: 1}\nk: !mine x\n',
      ),
      {
        a: '0644',
        b: 15,
        c: 1,
        d: true,
        e: null,
        f: 'hello',
        g: '2015-01-01',
        h: '12',
        i: { a: 1 },
        j: { a: 1 },
        k: 'x',
      },
    );
  });

  it('says what does not fit', () => {
    assert.equal(only('v: !!int x').problems[0]?.message, 'cannot decode !!str `x` as a !!int');
    assert.equal(only('v: !!bool 3').problems[0]?.message, 'cannot decode !!int `3` as a !!bool');
    assert.equal(only('v: !!int 1.5').problems[0]?.message, 'cannot decode !!float `1.5` as a !!int');
    assert.equal(only('v: !!binary "*"').problems[0]?.message, '!!binary value contains invalid base64 data');
  });
});

describe("YAML's mappings", () => {
  it('have text for keys', () => {
    assert.deepEqual(value('0x10: a\nyes: b\n1.50: c\n"on": d\n'), {
      '16': 'a',
      true: 'b',
      '1.5': 'c',
      on: 'd',
    });
    assert.equal(only('~: a').problems[0]?.message, 'unsupported map key of type: %!s(<nil>)');
    assert.equal(only('[a]: b').problems[0]?.message, 'invalid map key');
  });

  it('may have keys that every object inherits', () => {
    const read = value('__proto__: {a: 1}\nconstructor: b\n') as object;
    assert.deepEqual(Object.entries(read), [
      ['__proto__', { a: 1 }],
      ['constructor', 'b'],
    ]);
  });

  it('tell duplicate keys', () => {
    const document = only('a: {b: 1, b: 2}\nc:\n- d: 1\n  d: [3]\n');
    assert.deepEqual(document.value, { a: { b: 2 }, c: [{ d: [3] }] });
    assert.deepEqual(document.duplicates, [
      { path: 'a.b', key: 'b', offset: 13, merged: false },
      { path: 'c[0].d', key: 'd', offset: 31, merged: false },
    ]);
  });

  it('merge others where the merge key stands', () => {
    const base = 'x: &x {a: 1, b: 2}\ny: &y {a: 3, c: 4}\n';
    const merged = (text: string): unknown => (value(base + text) as { z: unknown }).z;
    assert.deepEqual(merged('z: {<<: *x, b: 9}'), { a: 1, b: 9 });
    assert.deepEqual(merged('z: {b: 9, <<: *x}'), { a: 1, b: 2 });
    assert.deepEqual(merged('z: {<<: [*x, *y]}'), { a: 1, b: 2, c: 4 });
    assert.deepEqual(merged('z: {<<: {q: 1}}'), { q: 1 });
    assert.deepEqual(merged('z: {"<<": 1}'), { '<<': 1 });
    assert.deepEqual(
      only(`${base}z: {<<: *x, b: 9}`).duplicates.map(({ path, merged: m }) => [path, m]),
      [['z.b', true]],
    );
    assert.equal(
      only('z: {<<: 3}').problems[0]?.message,
      'map merge requires map or sequence of maps as the value',
    );
  });
});

describe("YAML's aliases", () => {
  it('stand for the last anchor before them', () => {
    assert.deepEqual(value('a: &x 1\nb: *x\nc: &x 2\nd: *x\ne: &k key\n*k : f\n'), {
      a: 1,
      b: 1,
      c: 2,
      d: 2,
      e: 'key',
      key: 'f',
    });
  });

  it('must not contain themselves, nor be unknown', () => {
    assert.match(only('a: &x [*x]').problems[0]?.message ?? '', /anchor 'x' value contains itself/);
    assert.match(only('a: *y').problems[0]?.message ?? '', /y/);
  });

  it('must not unfold into a huge object', () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) =>
        `l${i}: &l${i} [${Array(9)
          .fill(i === 0 ? 'x' : `*l${i - 1}`)
          .join(', ')}]`,
    );
    assert.equal(only(levels.join('\n')).problems[0]?.message, 'document contains excessive aliasing');
  });

  it('must not repeat more text than the largest body has', () => {
    const repeated = (text: string, times: number): string =>
      `a: &a ${text}\nb: [${Array(times).fill('*a').join(', ')}]`;
    const [long, longer] = ['x'.repeat(4096), 'x'.repeat(40_960)];
    assert.equal(only(repeated(long, 700)).problems.length, 0);
    for (const text of [longer, `{${longer}: 1}`]) {
      assert.equal(only(repeated(text, 100)).problems[0]?.message, 'document contains excessive aliasing');
    }
  });
});

describe('A YAML text', () => {
  it('has documents, each read when it is asked for', () => {
    const { documents, lines } = readYaml('a: 1\n---\nb: [\n--- {c: 3}\n');
    assert.deepEqual(
      [...documents].map(({ value: read, problems }) => [read, problems.length > 0]),
      [
        [{ a: 1 }, false],
        [undefined, true],
        [{ c: 3 }, false],
      ],
    );
    assert.deepEqual(lines.linePos(9), { line: 3, col: 1 });
    assert.equal(value(''), null);
  });

  it('may be JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (json) => {
        const text = JSON.stringify(json);
        assert.deepEqual(value(text), JSON.parse(text), text);
      }),
    );
  });

  it('says what another writer meant', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3, values: [fc.integer(), fc.boolean(), fc.string()] }), (object) => {
        const json: unknown = JSON.parse(JSON.stringify(object));
        assert.deepEqual(
          value(stringify(json, { version: '1.1', defaultKeyType: QUOTED, defaultStringType: QUOTED })),
          json,
        );
      }),
    );
  });
});
