import assert from 'node:assert/strict';
import { looksLikeManifest, parseManifest } from './manifest.ts';

const text = `# first
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    app.kubernetes.io/name: web
spec:
  containers:
    - name: web
    - name: other
      image: x
`;

describe('fieldSpan()', () => {
  const [object] = parseManifest(text).objects;
  const lineOf = (field: string): number | undefined => object?.spanOf(field).start.line;

  it('finds names, indices and keys with dots', () => {
    assert.equal(lineOf('metadata.name'), 4);
    assert.equal(lineOf('metadata.labels[app.kubernetes.io/name]'), 6);
    assert.equal(lineOf('spec.containers[1].image'), 11);
    assert.equal(lineOf('.spec.containers[0]'), 9);
  });

  it('gives the deepest parent of what is not there, and the first key for nothing', () => {
    assert.equal(lineOf('spec.containers[0].ports[0].containerPort'), 9);
    assert.equal(lineOf('status.phase'), 1);
    assert.equal(lineOf(''), 1);
  });

  it('spans the key alone', () => {
    assert.deepEqual(object?.spanOf('spec.containers'), {
      start: { line: 8, column: 2 },
      end: { line: 8, column: 12 },
    });
  });

  it('finds items by their keys, and the first that has the field where the index is left out', () => {
    assert.equal(lineOf('.spec.containers[name="other"].image'), 11);
    assert.equal(lineOf('.spec.containers[name="other",extra="x"].image'), 11);
    assert.equal(lineOf('spec.containers.image'), 11);
    assert.equal(lineOf('.spec.containers[name="third"].image'), 8);
  });

  it('finds a key with dots that is not marked as one', () => {
    assert.equal(lineOf('.metadata.labels.app.kubernetes.io/name'), 6);
  });
});

describe('looksLikeManifest()', () => {
  it('wants apiVersion and kind at the beginning of lines', () => {
    assert.equal(looksLikeManifest('apiVersion: v1\nkind: [\n'), true);
    assert.equal(looksLikeManifest('services:\n  kind: x\n  apiVersion: y\n'), false);
    assert.equal(looksLikeManifest('kind: x\n'), false);
  });
});
