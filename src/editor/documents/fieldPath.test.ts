import assert from 'node:assert/strict';
import { stepsOf } from './fieldPath.ts';

describe('stepsOf()', () => {
  const name = (text: string): object => ({ kind: 'name', name: text });

  it('takes names, indices and keys of maps apart', () => {
    assert.deepEqual(stepsOf('.a.b[0].c[d.e/f]'), ['a', 'b', '0', 'c', 'd.e/f'].map(name));
    assert.deepEqual(stepsOf(''), []);
  });

  it('reads what items of lists are chosen by', () => {
    assert.deepEqual(stepsOf('.ports[containerPort=80,protocol="TCP"].hostPort'), [
      name('ports'),
      { kind: 'keys', keys: { containerPort: 80, protocol: 'TCP' } },
      name('hostPort'),
    ]);
    assert.deepEqual(stepsOf('.c[name="a].b"]'), [name('c'), { kind: 'keys', keys: { name: 'a].b' } }]);
    assert.deepEqual(stepsOf('.finalizers[="x.y/z"]'), [
      name('finalizers'),
      { kind: 'value', value: 'x.y/z' },
    ]);
  });

  it('takes a label with an equals sign for a key', () => {
    assert.deepEqual(stepsOf('labels[a]=b'), [name('labels'), name('a'), name('=b')]);
  });
});
