import { stripVTControlCharacters } from 'node:util';

/** A line of Vagrant's output about one machine. */
export interface OutputStep {
  readonly message: string;
  /** Where it tells a percentage: 0 to 1. */
  readonly fraction?: number;
}

/**
 * Cuts Vagrant's output, as it comes, into lines without colours. A line that was written over (carriage return, as
 * progress is) is a line of its own. `rest` is what has no end yet: a question, if it stays.
 */
export class OutputLines {
  #rest = '';

  /** The lines that ended with this text. */
  push(text: string): readonly string[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    return lines.map(plain).filter((line) => line !== '');
  }

  get rest(): string {
    return plain(this.#rest);
  }

  /** What was left without an end. */
  end(): string {
    const rest = this.rest;
    this.#rest = '';
    return rest;
  }
}

function plain(line: string): string {
  return stripVTControlCharacters(line).replaceAll('\r', '').trimEnd();
}

/** What a line says of the machine: `==> NAME: message`, or `    NAME: message`. */
export function stepOf(line: string, machine: string): OutputStep | undefined {
  const match = /^(?:==>|\s{2,})\s*([^\s:]+):\s*(.*)$/.exec(line);
  if (match?.[1] !== machine) return undefined;
  const message = (match[2] ?? '').trim();
  // The settings of a domain, and blank lines between them.
  if (message === '' || message.startsWith('-- ')) return undefined;
  const percent = /(\d{1,3})(?:\.\d+)?%/.exec(message)?.[1];
  return {
    message,
    ...(percent === undefined || Number(percent) > 100 ? {} : { fraction: Number(percent) / 100 }),
  };
}

/** An unfinished line that asks: `Password: `, `Which interface? `, `Are you sure? [y/N] `. */
export function isQuestion(rest: string): boolean {
  return /(?:[?:\]])$/.test(rest) && !/^\s*==> \S+:$/.test(rest);
}

export function isSecret(question: string): boolean {
  return /password|passphrase|secret|token|PIN/i.test(question);
}

/** Why Vagrant failed, of all its output: without what it says of progress. */
export function failureOf(lines: readonly string[]): string {
  const errors = lines.filter((line) => !/^\s*(==>|Bringing machine|\S+: (Progress|Warning))/.test(line));
  const tail = (errors.length > 0 ? errors : lines).map((line) => line.trim()).filter((line) => line !== '');
  return tail.slice(-8).join(' ').slice(0, 1000);
}
