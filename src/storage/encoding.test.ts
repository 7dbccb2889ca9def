import assert from 'node:assert/strict';
import type { KubeObject } from '../api/meta.ts';
import { Value } from './contract.ts';
import { bytesAt, encode, objectAt } from './encoding.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const pod = (): KubeObject & { spec: { containers: { name: string }[] } } => ({
  spec: { containers: [{ name: 'ünï' }] },
  metadata: { resourceVersion: '3', name: 'p', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' },
  kind: 'Pod',
  apiVersion: 'v1',
});

describe('encode', () => {
  it('puts kind, apiVersion and metadata first and leaves the resourceVersion out', () => {
    assert.equal(
      text(encode(pod()).bytes),
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","uid":"u","creationTimestamp":"2026-01-01T00:00:00Z"},"spec":{"containers":[{"name":"ünï"}]}}',
    );
  });

  it('keeps a decoded form that equals its bytes', () => {
    const value = encode(pod());
    assert.deepEqual(value.decode(), JSON.parse(text(value.bytes)));
  });
});

describe('objectAt and bytesAt', () => {
  it('are the same object, with the revision as resourceVersion', () => {
    const value = encode(pod());
    const object = objectAt(value, 7);
    assert.equal(object.metadata.resourceVersion, '7');
    assert.equal(text(bytesAt(value, 7)), JSON.stringify(object));
    assert.equal(
      text(bytesAt(new Value(value.bytes), 7)),
      JSON.stringify(objectAt(new Value(value.bytes), 7)),
    );
  });

  it('take metadata without any field', () => {
    const value = new Value(new TextEncoder().encode('{"kind":"X","apiVersion":"v1","metadata":{}}'));
    assert.equal(
      text(bytesAt(value, 7)),
      '{"kind":"X","apiVersion":"v1","metadata":{"resourceVersion":"7"}}',
    );
  });

  it('freeze all the way down and drop properties without a value', () => {
    const draft = Object.assign(pod(), { status: undefined });
    const object = objectAt(encode(draft), 7) as ReturnType<typeof pod>;
    assert.ok(Object.isFrozen(object.metadata));
    assert.throws(() => object.spec.containers.push({ name: 'x' }), TypeError);
    assert.ok(!('status' in object));
  });
});
