import type { Argument, Command, Option } from 'commander';

/** What words of a command line stand for besides commands and options. */
export interface CompletionNames {
  clusters(): Promise<readonly string[]>;
  nodes(cluster: string): Promise<readonly string[]>;
  snapshots(cluster: string): Promise<readonly string[]>;
}

export interface Completion {
  readonly words: readonly string[];
  /** Whether names of files are what belongs here, which the shell knows. */
  readonly files: boolean;
}

const NOTHING: Completion = { words: [], files: false };

/**
 * What can stand in the place of the last word. `words` is the line without the program's own name; its last word is
 * the one at the cursor, possibly empty.
 */
export async function complete(
  program: Command,
  words: readonly string[],
  names: CompletionNames,
): Promise<Completion> {
  const before = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  const { command, given, option } = read(program, before);
  if (option !== undefined) return beginning(last, option.argChoices ?? [], option.argChoices === undefined);
  if (last.startsWith('-')) return beginning(last, optionsOf(command));
  const subcommands = command.commands.filter((each) => !isHidden(each)).map((each) => each.name());
  if (subcommands.length > 0) return beginning(last, subcommands);
  return ofArgument(command.registeredArguments[given.length], given, last, names);
}

/** Walks through the words before the last: the command they name, its arguments, an option that wants a value. */
function read(
  program: Command,
  words: readonly string[],
): { readonly command: Command; readonly given: readonly string[]; readonly option?: Option } {
  let command = program;
  let given: string[] = [];
  let option: Option | undefined;
  for (const word of words) {
    if (option !== undefined) {
      option = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      const found = command.options.find(({ long, short }) => word === long || word === short);
      if (found?.required === true) option = found;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) given.push(word);
    else [command, given] = [next, []];
  }
  return { command, given, ...(option === undefined ? {} : { option }) };
}

async function ofArgument(
  argument: Argument | undefined,
  given: readonly string[],
  last: string,
  names: CompletionNames,
): Promise<Completion> {
  const [cluster = ''] = given;
  switch (argument?.name()) {
    case 'cluster':
      return beginning(last, await names.clusters());
    case 'node':
      return beginning(last, await names.nodes(cluster));
    case 'snapshot':
      return beginning(last, await names.snapshots(cluster));
    case 'file':
    case 'image':
      return { words: [], files: true };
    default:
      return beginning(last, argument?.argChoices ?? []);
  }
}

function optionsOf(command: Command): readonly string[] {
  return [...command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []), '--help'];
}

function beginning(text: string, words: readonly string[], files = false): Completion {
  if (files) return { ...NOTHING, files };
  return { words: words.filter((word) => word.startsWith(text)).sort(), files };
}

function isHidden(command: Command): boolean {
  return command.name().startsWith('_');
}
