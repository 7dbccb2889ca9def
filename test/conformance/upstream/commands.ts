// Commands that the preparation runs, with their output in a log and told where they fail.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Written to the command's input. */
  readonly input?: string;
}

export interface Commands {
  /** Runs a command to its end; rejects with the end of its output where it fails. */
  run(command: string, args: readonly string[], options?: CommandOptions): Promise<string>;
}

/** Commands that write all their output to a file as well. */
export function loggedCommands(file: string, signal: AbortSignal): Commands {
  return {
    async run(command, args, { cwd, env, input } = {}) {
      const log = createWriteStream(file, { flags: 'a' });
      log.write(`$ ${[command, ...args].join(' ')}\n`);
      const child = spawn(command, args, { cwd, env, signal, stdio: ['pipe', 'pipe', 'pipe'] });
      let stdout = '';
      let tail = '';
      child.stdout.on('data', (chunk: Buffer) => {
        log.write(chunk);
        stdout += chunk.toString();
        tail = (tail + chunk.toString()).slice(-2000);
      });
      child.stderr.on('data', (chunk: Buffer) => {
        log.write(chunk);
        tail = (tail + chunk.toString()).slice(-2000);
      });
      child.stdin.on('error', () => undefined);
      child.stdin.end(input ?? '');
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
      });
      log.end();
      await finished(log);
      if (code !== 0)
        throw new Error(
          `${command} ${args.join(' ')} failed (${String(code)}); all of it is in ${file}\n${tail}`,
        );
      return stdout;
    },
  };
}
