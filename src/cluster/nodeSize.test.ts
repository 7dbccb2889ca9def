import assert from 'node:assert/strict';
import { bytesText, sizedNode, sizeText } from './nodeSize.ts';

const GIB = 2 ** 30;

describe('sizedNode()', () => {
  it('gives virtual machines a size, and no more cores than the desktop has', () => {
    const size = { cpus: 2, memoryBytes: 2 * GIB };
    assert.deepEqual(sizedNode({ name: 'n' }, 'vagrant', 8), { name: 'n', ...size });
    assert.deepEqual(sizedNode({ name: 'n' }, 'vagrant', 1), { name: 'n', ...size, cpus: 1 });
    assert.deepEqual(sizedNode({ name: 'n', cpus: 6, memoryBytes: GIB }, 'vagrant', 2), {
      name: 'n',
      ...size,
      cpus: 6,
      memoryBytes: GIB,
    });
  });

  it('lets containers declare what they are allowed, unless they declare something else', () => {
    assert.deepEqual(sizedNode({ name: 'n' }, 'docker', 8), { name: 'n' });
    assert.deepEqual(sizedNode({ name: 'n', cpus: 2, memoryBytes: GIB }, 'docker', 8), {
      name: 'n',
      cpus: 2,
      memoryBytes: GIB,
      capacity: { cpu: '2', memory: '1073741824' },
    });
    assert.deepEqual(sizedNode({ name: 'n', cpus: 2, capacity: { cpu: '9' } }, 'docker', 8).capacity, {
      cpu: '9',
    });
    assert.throws(() => sizedNode({ name: 'n', diskBytes: 20 * GIB }, 'docker', 8), /no disk of their own/);
  });

  it('leaves simulated machines as they are', () => {
    assert.deepEqual(sizedNode({ name: 'n', cpus: 2 }, 'simulated', 1), { name: 'n', cpus: 2 });
  });
});

describe('sizeText() and bytesText()', () => {
  it('are as people say it', () => {
    assert.equal(
      sizeText({ cpus: 1, memoryBytes: 1.5 * GIB, diskBytes: 20 * GIB }),
      '1 CPU, 1.5 GiB, 20 GiB disk',
    );
    assert.equal(sizeText({ cpus: 2 }), '2 CPUs');
    assert.equal(sizeText({}), '');
    assert.deepEqual([5, 12 * 1024, 768 * 2 ** 20, 64 * GIB].map(bytesText), [
      '5 bytes',
      '12 KiB',
      '768 MiB',
      '64 GiB',
    ]);
  });
});
