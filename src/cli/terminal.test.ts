import assert from 'node:assert/strict';
import { Duplex, PassThrough } from 'node:stream';
import { createDeferred } from '../base/deferred.ts';
import { connectShell, sizeOfTerminal } from './terminal.ts';

describe('connectShell()', () => {
  class Keyboard extends PassThrough {
    readonly isTTY = true;
    readonly modes: boolean[] = [];
    setRawMode(raw: boolean): this {
      this.modes.push(raw);
      return this;
    }
  }
  class Screen extends PassThrough {
    columns = 100;
    rows = 30;
  }

  it('carries keys and output, follows the size, and gives the terminal back at the end', async () => {
    const input = new Keyboard();
    const output = new Screen();
    const exited = createDeferred<number>();
    const typed: string[] = [];
    const sizes: string[] = [];
    const stream = new Duplex({
      read: () => undefined,
      write(chunk: Buffer, _encoding, done) {
        typed.push(chunk.toString());
        this.push('$ ');
        done();
      },
    });
    assert.deepEqual(sizeOfTerminal({ input, output, errors: output }), { columns: 100, rows: 30 });
    const code = connectShell(
      { stream, resize: (columns, rows) => sizes.push(`${columns}x${rows}`), exited: exited.promise },
      { input, output, errors: output },
    );
    const shown = new Promise<string>((resolve) =>
      output.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    );
    input.write('ls\u0003');
    assert.equal(await shown, '$ ');
    output.columns = 120;
    output.emit('resize');
    exited.resolve(7);
    assert.equal(await code, 7);
    assert.deepEqual([typed, sizes, input.modes], [['ls\u0003'], ['120x30'], [true, false]]);
    assert.equal(output.listenerCount('resize'), 0);
    assert.equal(output.writableEnded, false);
    stream.destroy();
  });

  it('says the end of what is piped in as a terminal does', async () => {
    const input = new PassThrough();
    const exited = createDeferred<number>();
    const typed: string[] = [];
    const stream = new Duplex({
      read: () => undefined,
      write(chunk: Buffer, _encoding, done) {
        typed.push(chunk.toString());
        if (chunk.includes('\u0004')) exited.resolve(0);
        done();
      },
      final: () => assert.fail('the stream carries the output as well'),
    });
    const code = connectShell(
      { stream, resize: () => undefined, exited: exited.promise },
      { input, output: new PassThrough(), errors: new PassThrough() },
    );
    input.end('ls\n');
    assert.equal(await code, 0);
    assert.deepEqual(typed, ['ls\n', '\u0004']);
    stream.destroy();
  });
});
