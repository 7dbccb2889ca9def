import assert from 'node:assert/strict';
import { cloneJson } from '../clone.ts';
import { StatusError } from '../status.ts';
import { applyJsonPatch } from './index.ts';

const document = { metadata: { labels: { 'a/b': '1' } }, spec: { list: [1, 2] } };

function codeOf(operations: unknown): number {
  try {
    applyJsonPatch(document, operations);
  } catch (error) {
    assert.ok(error instanceof StatusError);
    return error.code;
  }
  return 200;
}

describe('applyJsonPatch', () => {
  it('applies operations in order and changes neither input', () => {
    const before = cloneJson(document);
    const value = { x: 1 };
    const operations = [
      { op: 'test', path: '/metadata/labels/a~1b', value: '1' },
      { op: 'add', path: '/spec/list/-', value },
      { op: 'add', path: '/spec/list/2/y', value: 2 },
      { op: 'move', from: '/spec/list/0', path: '/spec/first' },
      { op: 'copy', from: '/metadata/labels', path: '/spec/labels' },
      { op: 'replace', path: '/metadata/labels/a~1b', value: '2' },
      { op: 'remove', path: '/spec/list/0' },
    ];
    assert.deepEqual(applyJsonPatch(document, operations), {
      metadata: { labels: { 'a/b': '2' } },
      spec: { list: [{ x: 1, y: 2 }], first: 1, labels: { 'a/b': '1' } },
    });
    assert.deepEqual(document, before);
    assert.deepEqual(value, { x: 1 });
  });

  it('answers 422 where the patch does not fit the document', () => {
    assert.equal(codeOf([{ op: 'test', path: '/spec/list/0', value: 7 }]), 422);
    assert.equal(codeOf([{ op: 'remove', path: '/spec/none' }]), 422);
    assert.equal(codeOf([{ op: 'replace', path: '/none', value: 1 }]), 422);
    assert.equal(codeOf([{ op: 'add', path: '/none/below', value: 1 }]), 422);
    assert.equal(codeOf([{ op: 'add', path: '/spec/list/3', value: 1 }]), 422);
    assert.equal(codeOf([{ op: 'add', path: '/spec/list/x', value: 1 }]), 422);
    assert.equal(codeOf([{ op: 'add', path: '/spec/list/length/x', value: 1 }]), 422);
    assert.equal(codeOf([{ op: 'remove', path: '/spec/list/-' }]), 422);
    assert.equal(codeOf([{ op: 'replace', path: '/spec/list/2', value: 1 }]), 422);
    assert.equal(codeOf([{ op: 'copy', from: '/spec/list/map', path: '/x' }]), 422);
    assert.equal(codeOf([{ op: 'move', from: '/spec', path: '/spec/x' }]), 422);
    assert.equal(codeOf([{ op: 'move', path: '/x' }]), 422);
    assert.equal(codeOf([{ op: 'add', path: 'x', value: 1 }]), 422);
    assert.equal(codeOf([{ op: 'add', path: '/x' }]), 422);
  });

  it('takes the document as a whole only to test it, and to replace it by another one', () => {
    assert.deepEqual(applyJsonPatch(document, [{ op: 'test', path: '', value: document }]), document);
    assert.deepEqual(applyJsonPatch(document, [{ op: 'replace', path: '', value: { a: 1 } }]), { a: 1 });
    for (const op of ['add', 'remove', 'replace', 'test']) assert.equal(codeOf([{ op, path: '' }]), 422);
    assert.equal(codeOf([{ op: 'copy', from: '', path: '/x' }]), 422);
  });

  it('takes null for nothing in tests', () => {
    assert.deepEqual(applyJsonPatch(document, [{ op: 'test', path: '/none', value: null }]), document);
  });

  it('refuses copies that let the document grow without end', () => {
    const double = { op: 'copy', from: '/a', path: '/a/-' };
    const operations = [{ op: 'add', path: '/a', value: ['x'] }, ...Array.from({ length: 40 }, () => double)];
    assert.equal(codeOf(operations), 422);
    assert.equal(codeOf(operations.slice(0, 15)), 200);
  });

  it('answers 400 for what is no patch and 413 for too many operations', () => {
    assert.equal(codeOf({ op: 'add' }), 400);
    assert.equal(codeOf([{ op: 'frob', path: '/a' }]), 400);
    assert.equal(codeOf(['x']), 400);
    assert.equal(codeOf(Array.from({ length: 10_001 }, () => ({ op: 'add', path: '/a', value: 1 }))), 413);
  });
});
