import assert from 'node:assert/strict';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { StatusError } from '../status.ts';
import { builtIn, decode, decodeStrict } from './index.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', schema: builtIn('V1ConfigMap') };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const strict = (text: string, type = 'application/json'): ReturnType<typeof decodeStrict> =>
  decodeStrict(bytes(text), type);

describe('decodeStrict', () => {
  it('makes half of a surrogate pair the replacement character, and leaves whole ones', () => {
    const body = Buffer.from('{"a":"x\\ud800y","b":"\\ud83d\\ude00","c":["\\udc00"]}');
    assert.deepEqual(decode(body, 'application/json'), { a: 'x\ufffdy', b: '😀', c: ['\ufffd'] });
  });

  it('names duplicate keys by their path, once each', () => {
    const { object, duplicates } = strict(
      '{"a":1,"b":{"c":1,"c":2,"c":3},"l":[{},{"x":"}","x":"\\"{"}],"a":{"b":2}}',
    );
    assert.deepEqual(duplicates, ['b.c', 'l[1].x', 'a']);
    assert.deepEqual(object, { a: { b: 2 }, b: { c: 3 }, l: [{}, { x: '"{' }] });
  });

  it('finds none in any JSON that was serialised from an object', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { object, duplicates } = strict(JSON.stringify(value, undefined, 1));
        assert.deepEqual(duplicates, []);
        assert.deepEqual(object, JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('finds a repeated key wherever it is', () => {
    const key = fc.string();
    fc.assert(
      fc.property(fc.array(key, { maxLength: 4 }), key, (path, repeated) => {
        const text = path.reduceRight(
          (inner, name) => `{${JSON.stringify(name)}: ${inner}}`,
          `{${JSON.stringify(repeated)}: 1, ${JSON.stringify(repeated)} : [{}]}`,
        );
        assert.equal(strict(text).duplicates.length, 1);
      }),
    );
  });

  it('reads YAML as Go does: octal modes, yes and no, text for dates', () => {
    const { object, duplicates } = strict(
      'mode: 0644\non: yes\noff: "no"\nyy: "y"\ndate: 2020-01-01\ntime: 12:30:45\nnothing: null\nhex: 0x1F\nmode: 0600\n' +
        'base: &base {a: 1}\nmerged: {<<: *base, b: 2}\n',
      'application/yaml',
    );
    assert.deepEqual(object, {
      mode: 0o600,
      true: true,
      false: 'no',
      yy: 'y',
      date: '2020-01-01',
      time: '12:30:45',
      nothing: null,
      hex: 31,
      base: { a: 1 },
      merged: { a: 1, b: 2 },
    });
    assert.deepEqual(duplicates, ['mode']);
  });

  it('reads JSON that is sent as YAML', () => {
    assert.deepEqual(strict('{"a":{"b":1,"b":2}}', 'application/apply-patch+yaml'), {
      object: { a: { b: 2 } },
      duplicates: ['a.b'],
      yamlError: 'yaml: unmarshal errors:\n  line 1: key "b" already set in map',
    });
    const many = strict('\na: 1\nb:\n  c: 1\n  c: 2\na: 2\n', 'application/yaml');
    assert.deepEqual(many.duplicates, ['b.c', 'a']);
    assert.equal(
      many.yamlError,
      'yaml: unmarshal errors:\n  line 5: key "c" already set in map\n  line 6: key "a" already set in map',
    );
    assert.deepEqual(decode(bytes('{a: [x, z]}'), 'application/yaml'), { a: ['x', 'z'] });
  });

  it('answers BadRequest for what is neither', () => {
    for (const [text, type] of [
      ['{"a":', 'application/json'],
      ['a: [', 'application/yaml'],
    ] as const) {
      assert.throws(
        () => decode(bytes(text), type),
        (error) => error instanceof StatusError && error.code === 400 && error.message.startsWith('error '),
      );
    }
  });
});

describe('a body whose objects are nested very deep', () => {
  const nested = (depth: number): string => '{"a":['.repeat(depth / 2) + ']}'.repeat(depth / 2);

  for (const type of ['application/json', 'application/yaml']) {
    it(`is refused in ${type}`, () => {
      for (const read of [decode, decodeStrict]) {
        assert.doesNotThrow(() => read(bytes(nested(500)), type));
        for (const depth of [502, 5_000, 200_000]) {
          assert.throws(
            () => read(bytes(nested(depth)), type),
            (error) => error instanceof StatusError && error.code === 400 && /max depth/.test(error.message),
            `${depth}`,
          );
        }
      }
    });
  }

  it('is refused in protobuf, whose fields may hold JSON', () => {
    const field = (number: number, content: Uint8Array): Uint8Array =>
      protobuf.Writer.create()
        .uint32((number << 3) | 2)
        .bytes(content)
        .finish();
    // A ConfigMap with metadata (1), managedFields (17), fieldsV1 (7) and its JSON (1), as runtime.Unknown.
    const body = (json: string): Uint8Array => {
      const type = Buffer.concat([field(1, bytes('v1')), field(2, bytes('ConfigMap'))]);
      const object = [7, 17, 1].reduce((inner, number) => field(number, inner), field(1, bytes(json)));
      return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, object)]);
    };
    for (const read of [decode, decodeStrict]) {
      assert.doesNotThrow(() =>
        read(body('{"f:data":{}}'), 'application/vnd.kubernetes.protobuf', CONFIG_MAP),
      );
      assert.throws(
        () => read(body(nested(5_000)), 'application/vnd.kubernetes.protobuf', CONFIG_MAP),
        (error) => error instanceof StatusError && error.code === 400 && /max depth/.test(error.message),
      );
    }
  });

  it('may be long', () => {
    const list = JSON.stringify(Array.from({ length: 10_000 }, (_, i) => ({ name: `n${i}`, deep: [[[i]]] })));
    assert.deepEqual(decode(bytes(list), 'application/json'), JSON.parse(list));
  });
});
