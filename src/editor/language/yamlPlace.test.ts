import assert from 'node:assert/strict';
import { yamlPlace } from './yamlPlace.ts';

/** The place of `|` in a text. */
function place(text: string) {
  const lines = text.split('\n');
  const line = lines.findIndex((each) => each.includes('|'));
  const column = lines[line]?.indexOf('|') ?? 0;
  lines[line] = (lines[line] ?? '').replace('|', '');
  const found = yamlPlace(lines, line, column);
  return (
    found && {
      path: found.path.join('.'),
      ...(found.key === undefined ? {} : { key: found.key }),
      typed: found.typed,
      siblings: [...found.siblings].toSorted().join(),
      kind: found.kind,
    }
  );
}

const HEAD = 'apiVersion: apps/v1\nkind: Deployment\n';

describe('yamlPlace()', () => {
  it('is at the root, with what is there already', () => {
    assert.deepEqual(place(`${HEAD}sp|\nmetadata:\n  name: a\n`), {
      path: '',
      typed: 'sp',
      siblings: 'apiVersion,kind,metadata',
      kind: 'Deployment',
    });
  });

  it('is in maps and lists, whichever way lists are indented', () => {
    const text = (indent: string): string =>
      `${HEAD}spec:\n  template:\n    spec:\n      containers:\n${indent}- name: a\n${indent}  |\n${indent}  image: b\n`;
    for (const indent of ['        ', '      ']) {
      assert.deepEqual(place(text(indent)), {
        path: 'spec.template.spec.containers.0',
        typed: '',
        siblings: 'image,name',
        kind: 'Deployment',
      });
    }
  });

  it('is the first key of an item', () => {
    assert.deepEqual(place(`${HEAD}spec:\n  containers:\n    - na|\n`)?.path, 'spec.containers.0');
    assert.deepEqual(
      place(`${HEAD}spec:\n  containers:\n    - name: a\n      ports:\n        - con|\n`)?.path,
      'spec.containers.0.ports.0',
    );
    assert.deepEqual(place(`${HEAD}spec:\n  containers:\n    - name: a\n    - im|\n`), {
      path: 'spec.containers.0',
      typed: 'im',
      siblings: '',
      kind: 'Deployment',
    });
  });

  it('is a value', () => {
    const { key, path, typed } = place(`${HEAD}spec:\n  containers:\n    - imagePullPolicy: If|\n`) ?? {};
    assert.deepEqual(
      { key, path, typed },
      { key: 'imagePullPolicy', path: 'spec.containers.0', typed: 'If' },
    );
  });

  it('goes back to a map that is less indented', () => {
    assert.equal(place(`${HEAD}spec:\n  template:\n    spec:\n      a: b\n  re|\n`)?.path, 'spec');
  });

  it('knows one document of several', () => {
    assert.deepEqual(place(`${HEAD}spec: {}\n---\nkind: Pod\nspec:\n  |\n---\nkind: Service\n`), {
      path: 'spec',
      typed: '',
      siblings: '',
      kind: 'Pod',
    });
  });

  it('is nowhere in comments, flow collections and texts', () => {
    for (const text of ['# a|', 'a: {b|', 'a: some text|', 'a: "b|'])
      assert.equal(place(`${HEAD}${text}\n`), undefined, text);
  });
});
