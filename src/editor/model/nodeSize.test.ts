import assert from 'node:assert/strict';
import { cpusProblem, memoryOf, memoryProblem, memoryQuantity, memorySummary, sizeText } from './nodeSize.ts';

const GIB = 2 ** 30;

describe('the size of a node', () => {
  it('is told in words', () => {
    assert.equal(sizeText({ cpus: 1, memoryBytes: GIB }), '1 CPU, 1 GiB');
    assert.equal(sizeText({ cpus: 2, memoryBytes: 1.5 * GIB }), '2 CPUs, 1.5 GiB');
    assert.equal(sizeText({ cpus: 2, memoryBytes: 768 * 2 ** 20 }), '2 CPUs, 768 MiB');
  });

  it('takes whole CPUs alone', () => {
    for (const fine of ['1', '2', ' 64 ']) assert.equal(cpusProblem(fine), undefined, fine);
    for (const wrong of ['', '0', '65', '1.5', '500m', 'two', '-1']) {
      assert.match(cpusProblem(wrong) ?? '', /whole number/, wrong);
    }
  });

  it('takes memory as Kubernetes writes it', () => {
    for (const fine of ['2Gi', '1536Mi', '2G', '1.5Gi', '2147483648']) {
      assert.equal(memoryProblem(fine), undefined, fine);
    }
    for (const wrong of ['', 'much', '2 GiB', '2GB']) assert.match(memoryProblem(wrong) ?? '', /such as 2Gi/);
    assert.match(memoryProblem('2') ?? '', /At least 512Mi/);
    assert.match(memoryProblem('2Ti') ?? '', /At most/);
  });

  it('is rounded up to whole MiB, and written as it was typed', () => {
    assert.equal(memoryOf('2Gi'), 2 * GIB);
    assert.equal(memoryOf('2G') % 2 ** 20, 0);
    assert.ok(memoryOf('2G') >= 2e9);
    assert.equal(memoryQuantity(2 * GIB), '2Gi');
    assert.equal(memoryQuantity(1.5 * GIB), '1536Mi');
  });

  it('is added up and compared with what the desktop has', () => {
    const size = { cpus: 2, memoryBytes: 2 * GIB };
    assert.deepEqual(memorySummary(3, size, { free: 8 * GIB, total: 16 * GIB }), {
      text: '6 GiB of memory needed, 8 GiB of 16 GiB free',
      fits: true,
    });
    assert.equal(memorySummary(5, size, { free: 8 * GIB, total: 16 * GIB }).fits, false);
  });
});
