import assert from 'node:assert/strict';
import { applyMergePatch, applyStrategicMergePatch } from './index.ts';

const inherited = Object.getOwnPropertyNames(Object.prototype);
const parse = (text: string): object => JSON.parse(text) as object;

/** The two merges, both on a ConfigMap: keys of its data are the client's. */
const merges: Readonly<Record<string, (document: unknown, patch: object) => unknown>> = {
  'a merge patch': applyMergePatch,
  'a strategic merge patch': (document, patch) => applyStrategicMergePatch('V1ConfigMap', document, patch),
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
        JSON.stringify(applyStrategicMergePatch('V1ConfigMap', parse(document), parse(patch)));
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
});
