import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** `npm start` as a user runs it. */
export class Start {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly ended: Promise<unknown>;
  /** Milliseconds without a line. */
  longestSilence = 0;

  constructor(home: string, name: string, ...args: string[]) {
    // A group of its own, as a terminal gives it one.
    this.process = spawn('node', ['scripts/start.mjs', '--name', name, '--nodes', '1', ...args], {
      cwd: root,
      env: { ...process.env, WHEELHOUSE_HOME: home },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    this.ended = once(this.process, 'exit');
    let last = Date.now();
    let rest = '';
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.longestSilence = Math.max(this.longestSilence, Date.now() - last);
      last = Date.now();
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      this.lines.push(...parts);
      this.process.emit('lines');
    });
  }

  /** Resolves with the first line that matches. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (this.process.exitCode !== null) assert.fail(`it ended:\n${this.lines.join('\n')}`);
      await Promise.race([once(this.process, 'lines'), this.ended]);
    }
  }

  /** The address that the editor is opened at; it holds a token. */
  async editor(): Promise<string> {
    return (await this.line(/^Editor /)).split(/\s+/)[1]!;
  }

  /** Ends it, whatever it does; nothing where it has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    await this.ended;
  }

  get log(): Promise<string> {
    return readFile(/(\/\S+\.log)/.exec(this.lines.join('\n'))![1]!, 'utf8');
  }
}
