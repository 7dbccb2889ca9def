import assert from 'node:assert/strict';
import { builtIn } from '../schema/index.ts';
import { StatusError } from '../status.ts';
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch } from './index.ts';

const strategic = (model: string, document: unknown, patch: unknown): unknown => {
  const { patchType } = builtIn(model);
  assert.ok(patchType !== undefined);
  return applyStrategicMergePatch(patchType, document, patch);
};

const inherited = Object.getOwnPropertyNames(Object.prototype);
const parse = (text: string): object => JSON.parse(text) as object;

/** The two merges, both on a ConfigMap: keys of its data are the client's. */
const merges: Readonly<Record<string, (document: unknown, patch: object) => unknown>> = {
  'a merge patch': applyMergePatch,
  'a strategic merge patch': (document, patch) => strategic('V1ConfigMap', document, patch),
};

describe('keys that every object inherits', () => {
  for (const [name, merge] of Object.entries(merges)) {
    const merged = (document: string, patch: string): string =>
      JSON.stringify(merge(parse(document), parse(patch)));

    for (const key of inherited) {
      it(`are added, replaced, kept and deleted by ${name}: ${key}`, () => {
        assert.equal(merged('{"data":{}}', `{"data":{"${key}":"1"}}`), `{"data":{"${key}":"1"}}`);
        assert.equal(merged('{}', `{"data":{"${key}":"1"}}`), `{"data":{"${key}":"1"}}`);
        assert.equal(merged(`{"data":{"${key}":"1"}}`, `{"data":{"${key}":"2"}}`), `{"data":{"${key}":"2"}}`);
        assert.equal(
          merged(`{"data":{"${key}":"1"}}`, '{"data":{"a":"2"}}'),
          `{"data":{"${key}":"1","a":"2"}}`,
        );
        assert.equal(merged(`{"data":{"${key}":"1"}}`, `{"data":{"${key}":null}}`), '{"data":{}}');
      });

      it(`merge with the document alone in ${name}: ${key}`, () => {
        const before = Object.getOwnPropertyDescriptors(Object.prototype);
        assert.equal(merged('{}', `{"${key}":{"labels":{"a":"1"}}}`), `{"${key}":{"labels":{"a":"1"}}}`);
        assert.equal(merged('{}', `{"${key}":{"toString":null}}`), `{"${key}":{}}`);
        assert.equal(
          merged(`{"${key}":{"a":{"b":1}}}`, `{"${key}":{"a":{"c":2}}}`),
          `{"${key}":{"a":{"b":1,"c":2}}}`,
        );
        assert.deepEqual(Object.getOwnPropertyDescriptors(Object.prototype), before);
      });
    }
  }

  it('take directives of strategic merge patches', () => {
    const before = Object.getOwnPropertyDescriptors(Object.prototype);
    for (const key of inherited) {
      const merged = (document: string, patch: string): string =>
        JSON.stringify(strategic('V1ConfigMap', parse(document), parse(patch)));
      assert.equal(merged('{}', `{"${key}":{"$retainKeys":[]}}`), `{"${key}":{}}`);
      assert.equal(merged('{}', `{"${key}":{"$patch":"delete"}}`), `{"${key}":{}}`);
      assert.equal(merged('{}', `{"$deleteFromPrimitiveList/${key}":["a"]}`), '{}');
      assert.equal(merged('{}', `{"$setElementOrder/${key}":["a"]}`), '{}');
      assert.equal(merged('{}', `{"$setElementOrder/${key}":["a"],"${key}":["a"]}`), `{"${key}":["a"]}`);
      assert.equal(
        merged(`{"${key}":["a","b"]}`, `{"$deleteFromPrimitiveList/${key}":["a"]}`),
        `{"${key}":["b"]}`,
      );
    }
    assert.deepEqual(Object.getOwnPropertyDescriptors(Object.prototype), before);
  });

  it('are parts that pointers of JSON patches name', () => {
    const before = Object.getOwnPropertyDescriptors(Object.prototype);
    for (const key of inherited) {
      const patched = (document: string, ...operations: object[]): string =>
        JSON.stringify(applyJsonPatch(parse(document), operations));
      const path = `/data/${key}`;
      const one = `{"data":{"${key}":"1"}}`;
      assert.equal(patched('{"data":{}}', { op: 'add', path, value: '1' }), one);
      assert.equal(patched(one, { op: 'replace', path, value: '2' }), `{"data":{"${key}":"2"}}`);
      assert.equal(patched(one, { op: 'test', path, value: '1' }), one);
      assert.equal(patched(one, { op: 'remove', path }), '{"data":{}}');
      assert.equal(patched(one, { op: 'move', from: path, path: '/data/a' }), '{"data":{"a":"1"}}');
      assert.equal(patched('{"data":{"a":"1"}}', { op: 'move', from: '/data/a', path }), one);
      assert.equal(
        patched(`{"${key}":{}}`, { op: 'add', path: `/${key}/keys`, value: 1 }),
        `{"${key}":{"keys":1}}`,
      );
      for (const operation of [
        { op: 'remove', path },
        { op: 'replace', path, value: '1' },
        { op: 'test', path, value: {} },
        { op: 'copy', from: path, path: '/data/a' },
        { op: 'move', from: path, path: '/data/a' },
        { op: 'add', path: `${path}/keys`, value: 1 },
        { op: 'remove', path: `${path}/toString` },
        { op: 'move', from: `${path}/prototype`, path: '/data/a' },
      ]) {
        assert.throws(
          () => patched('{"data":{}}', operation),
          (error) => error instanceof StatusError && error.code === 422,
          JSON.stringify(operation),
        );
      }
    }
    assert.deepEqual(Object.getOwnPropertyDescriptors(Object.prototype), before);
  });
});
