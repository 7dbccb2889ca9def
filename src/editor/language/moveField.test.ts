import assert from 'node:assert/strict';
import { parseManifest } from '../documents/manifest.ts';
import { moveField } from './moveField.ts';

const TEXT = `apiVersion: apps/v1
kind: Deployment
spec:
  nodeSelector:
    disk: ssd # fast

    zone: a
  replicas: 2
  template:
    spec:
      containers:
        - name: a
          image: b

# the end
`;

function move(text: string, key: string, to: readonly string[]): string | undefined {
  const [object] = parseManifest(text).objects;
  assert.ok(object);
  const changes = moveField(text, object.root, text.indexOf(key), to);
  return changes
    ?.toSorted((a, b) => b.from - a.from)
    .reduce((result, { from, to: end, text: put }) => result.slice(0, from) + put + result.slice(end), text);
}

describe('moveField()', () => {
  it('takes the lines of a block to the end of another, indented as it', () => {
    assert.equal(
      move(TEXT, 'nodeSelector', ['spec', 'template', 'spec']),
      `apiVersion: apps/v1
kind: Deployment
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: a
          image: b
      nodeSelector:
        disk: ssd # fast

        zone: a

# the end
`,
    );
  });

  it('moves up as well as down, and to the end of a text without a last line break', () => {
    const text =
      'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      replicas: 1\n      image: b';
    assert.equal(
      move(text, 'replicas', ['spec']),
      'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: b\n  replicas: 1\n',
    );
  });

  it('does nothing where the place is not there, in flow style, or for the first key of an item', () => {
    assert.equal(move(TEXT, 'replicas', ['spec', 'strategy']), undefined);
    assert.equal(
      move(TEXT.replace('replicas: 2', 'strategy: {type: x}'), 'nodeSelector', ['spec', 'strategy']),
      undefined,
    );
    assert.equal(move(TEXT, 'name: a', ['spec']), undefined);
  });
});
