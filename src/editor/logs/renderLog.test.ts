import assert from 'node:assert/strict';
import { inTimeOrder, LogRenderer } from './renderLog.ts';

const A = { pod: 'a', container: 'app' };
const B = { pod: 'b', container: 'app' };
const line = (second: number, text: string): { time: string; text: string } => ({
  time: `2026-01-02T03:04:0${second}Z`,
  text,
});

describe('LogRenderer', () => {
  it('puts the pod before each line, in a colour of its own', () => {
    const renderer = new LogRenderer({ prefix: 'pod', timestamps: false });
    assert.deepEqual(
      [renderer.line(A, line(1, 'one')), renderer.line(B, line(2, 'two')), renderer.line(A, line(3, 'x'))],
      ['\x1b[36ma\x1b[0m one\r\n', '\x1b[33mb\x1b[0m two\r\n', '\x1b[36ma\x1b[0m x\r\n'],
    );
  });

  it('shows errors red, and leaves the colours of a program alone', () => {
    const renderer = new LogRenderer({ prefix: 'none', timestamps: false });
    assert.equal(renderer.line(A, line(1, 'ERROR no')), '\x1b[31mERROR no\x1b[0m\r\n');
    assert.equal(renderer.line(A, line(1, 'ERROR \x1b[1mno\x1b[0m\r')), 'ERROR \x1b[1mno\x1b[0m\r\n');
  });

  it('shows containers and times where that is wanted', () => {
    const renderer = new LogRenderer({ prefix: 'container', timestamps: true });
    assert.equal(
      renderer.line(A, line(1, 'one')),
      '\x1b[36ma/app\x1b[0m \x1b[90m2026-01-02T03:04:01Z\x1b[0m one\r\n',
    );
    assert.equal(renderer.note('gone'), '\x1b[90m— gone —\x1b[0m\r\n');
  });
});

describe('inTimeOrder()', () => {
  it('merges logs by time, and keeps the order within one', () => {
    const lines = [
      { source: A, line: line(3, 'a3') },
      { source: B, line: line(1, 'b1') },
      { source: B, line: line(3, 'b3') },
      { source: A, line: line(3, 'a3 again') },
    ];
    assert.deepEqual(
      inTimeOrder(lines).map((pending) => pending.line.text),
      ['b1', 'a3', 'b3', 'a3 again'],
    );
  });
});
