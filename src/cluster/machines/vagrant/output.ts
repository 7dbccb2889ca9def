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

/**
 * What Vagrant's lines say of one machine: the stage that it is in (`==> NAME: message`), and how far that is (a
 * percentage, with or without the name before it). What else stands below a stage (addresses, retries, what a script
 * says) is for the log.
 */
export class OutputStages {
  readonly #machine: string;
  #message: string | undefined;

  constructor(machine: string) {
    this.#machine = machine;
  }

  /** Undefined where the line says nothing new. */
  push(line: string): OutputStep | undefined {
    const [, arrow, name = this.#machine, text = ''] = /^(?:(==>|\s{4}) ?([^\s:]+): )?(.*)$/.exec(line) ?? [];
    if (name !== this.#machine) return undefined;
    const percent = /^Progress: (\d{1,3})(?:\.\d+)?%/.exec(text)?.[1];
    if (percent !== undefined && Number(percent) <= 100) {
      return { message: this.#message ?? 'Progress', fraction: Number(percent) / 100 };
    }
    const message = text.trim().replace(/\s*(\.{3}|…)$/, '');
    // The settings of a domain, and blank lines between them.
    if (arrow !== '==>' || message === '' || message.startsWith('-- ')) return undefined;
    this.#message = message;
    return { message };
  }
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
  const errors = lines.filter(
    (line) => !/^\s*(==>|Bringing machine|Progress: |\S+: (Progress|Warning))/.test(line),
  );
  const tail = (errors.length > 0 ? errors : lines).map((line) => line.trim()).filter((line) => line !== '');
  return tail.slice(-8).join(' ').slice(0, 1000);
}
