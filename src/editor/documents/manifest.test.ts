import assert from 'node:assert/strict';
import { parseManifest } from './manifest.ts';

describe('parseManifest()', () => {
  it('finds each object of a text with several documents and the line where it starts', () => {
    const { objects, problems } = parseManifest(
      '# comment\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: b\n  namespace: x\n',
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      objects.map(({ kind, name, namespace, line }) => ({ kind, name, namespace, line })),
      [
        { kind: 'ConfigMap', name: 'a', namespace: undefined, line: 1 },
        { kind: 'Deployment', name: 'b', namespace: 'x', line: 5 },
      ],
    );
  });

  it('passes over what is no Kubernetes object', () => {
    assert.deepEqual(parseManifest('services:\n  web: {}\n').objects, []);
    assert.deepEqual(parseManifest('').objects, []);
  });

  it('says where a text is no YAML', () => {
    const { objects, problems } = parseManifest('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [\n');
    assert.deepEqual(objects, []);
    assert.equal(problems[0]?.line, 3);
  });
});
