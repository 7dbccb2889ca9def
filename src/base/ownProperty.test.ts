import assert from 'node:assert/strict';
import { ownProperty, setOwnProperty } from './ownProperty.ts';

describe('own properties', () => {
  it('are read without what every object inherits', () => {
    assert.equal(ownProperty({ a: 1 }, 'a'), 1);
    for (const key of Object.getOwnPropertyNames(Object.prototype)) {
      assert.equal(ownProperty({}, key), undefined, key);
      assert.equal(ownProperty(JSON.parse(`{"${key}":"x"}`) as Record<string, unknown>, key), 'x');
    }
  });

  it('are set under every key', () => {
    for (const key of Object.getOwnPropertyNames(Object.prototype)) {
      const object: Record<string, unknown> = {};
      setOwnProperty(object, key, { a: 1 });
      setOwnProperty(object, key, { a: 2 });
      assert.equal(JSON.stringify(object), `{"${key}":{"a":2}}`);
      assert.equal(Object.getPrototypeOf(object), Object.prototype);
      assert.ok(Reflect.deleteProperty(object, key));
    }
  });
});
