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
    assert.equal(problems[0]?.at.line, 3);
  });

  it('reads YAML as kubectl does: octal modes, merge keys, yes and no', () => {
    const { objects } = parseManifest(
      'apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: &l {q: w}, annotations: {<<: *l, z: v}}\nspec: {hostNetwork: yes, volumes: [{name: v, configMap: {name: z, defaultMode: 0400}}]}\n',
    );
    assert.deepEqual(objects[0]?.value['metadata'], {
      name: 'web',
      labels: { q: 'w' },
      annotations: { q: 'w', z: 'v' },
    });
    assert.deepEqual(objects[0].value['spec'], {
      hostNetwork: true,
      volumes: [{ name: 'v', configMap: { name: 'z', defaultMode: 256 } }],
    });
  });

  it('says that a key is there twice, at the one that counts', () => {
    const { objects, problems } = parseManifest(
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: one\n  a: two\n',
    );
    assert.deepEqual(objects[0]?.value['data'], { a: 'two' });
    assert.deepEqual(
      problems.map(({ at, severity }) => [at.line, severity]),
      [[5, 'warning']],
    );
  });

  it('reads an object before one that is broken', () => {
    const { objects, problems } = parseManifest(
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: {\n',
    );
    assert.deepEqual(
      objects.map(({ name }) => name),
      ['a'],
    );
    assert.ok(problems.length > 0);
  });
});
