import { Option } from 'commander';

export interface JsonOptions {
  readonly json: boolean;
}

/** On every command that lists something. */
export function jsonOption(): Option {
  return new Option('--json', 'for programs: the same as JSON').default(false);
}

export function printJson(print: (line: string) => void, value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}
