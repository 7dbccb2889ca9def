// Runs commands for the set-up scripts: plain JavaScript, because nothing is installed yet when it runs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * What a set-up step is given: `log` tells the user a line, `run` runs a command.
 *
 * @typedef {{ log: (line: string) => void, run: typeof run }} Setup
 */

/** How much of what a failed command said is told. */
const TOLD_LINES = 15;

/** Runs a command with its output shown; rejects where it fails. */
export async function run(command, args, options = {}) {
  await ended(spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options }), [
    command,
    ...args,
  ]);
}

/** A `run` whose commands speak to `write` alone; one that fails says how it ended and the last of its words. */
export function runWithOutputTo(write) {
  return async (command, args, options = {}) => {
    write(`$ ${[command, ...args].join(' ')}\n`);
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        said = (said + text).slice(-8_192);
        write(text);
      });
    }
    try {
      await ended(child, [command, ...args]);
    } catch (error) {
      const last = said.trim().split('\n').slice(-TOLD_LINES).join('\n');
      throw last === '' ? error : new Error(`${error.message}\n${last}`);
    }
  };
}

function ended(child, words) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${words.join(' ')}: ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** Whether a command is on the path. */
export function has(command) {
  const endings = process.platform === 'win32' ? (process.env.PATHEXT ?? '.EXE;.CMD').split(';') : [''];
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => endings.some((ending) => existsSync(path.join(folder, command + ending))));
}

/** What a command says on standard output, undefined where it fails; `why` is then the last line of its complaint. */
export function ask(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
    }
    child.once('error', (error) => resolve({ answer: undefined, why: error.message }));
    child.once('close', (code) =>
      resolve({
        answer: code === 0 ? said.stdout.trim() : undefined,
        why: said.stderr.trim().split('\n').at(-1) ?? '',
      }),
    );
  });
}

/** The output of a command, undefined where it fails. */
export async function output(command, args) {
  return (await ask(command, args)).answer;
}
