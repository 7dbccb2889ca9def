import { window } from 'vscode';
import { checkClusterName, type MachinesKind } from '../../cluster/profile.ts';
import { problemText, type Engine } from '../engine.ts';
import type { EditorCommand } from './command.ts';
import { withProgress } from './progress.ts';

interface Answers {
  readonly name: string;
  readonly machines: MachinesKind;
  readonly nodes: number;
}

/** Also called with its answers as argument, by tests and other extensions: then nothing is asked. */
export const createCluster: EditorCommand = {
  id: 'wheelhouse.createCluster',
  async run({ model, engine, output }, ...args) {
    const answers = isAnswers(args[0])
      ? args[0]
      : await ask(new Set(model.entries().map((entry) => entry.name)), engine);
    if (answers === undefined) return;
    await withProgress(
      `Creating cluster ${answers.name}`,
      output,
      (progress, signal) => model.create(answers, progress, signal),
      'Nothing of it is left.',
    );
  },
};

async function ask(taken: ReadonlySet<string>, engine: Engine): Promise<Answers | undefined> {
  await engine.look();
  const title = 'Create Cluster';
  const name = await window.showInputBox({
    title: `${title} (1/3)`,
    prompt: 'Name of the cluster',
    value: taken.has('dev') ? '' : 'dev',
    validateInput: (value) => problemOf(value, taken),
  });
  if (name === undefined) return undefined;
  const machines = await window.showQuickPick(
    [
      {
        label: 'Containers',
        description: 'Docker Engine',
        machines: 'docker' as const,
        ...(engine.problems.length === 0
          ? {}
          : { detail: `$(warning) ${engine.problems.map(problemText).join(' ')}` }),
      },
      {
        label: 'Simulated',
        description: 'no machines: nodes and pods that only pretend',
        machines: 'simulated' as const,
      },
    ],
    { title: `${title} (2/3)`, placeHolder: 'What are the nodes?' },
  );
  if (machines === undefined) return undefined;
  const nodes = await window.showInputBox({
    title: `${title} (3/3)`,
    prompt: 'How many nodes',
    value: '3',
    validateInput: (value) => (/^[1-9]\d?$/.test(value) ? undefined : 'A whole number from 1 to 99.'),
  });
  return nodes === undefined ? undefined : { name, machines: machines.machines, nodes: Number(nodes) };
}

function problemOf(name: string, taken: ReadonlySet<string>): string | undefined {
  if (taken.has(name)) return `There is a cluster "${name}" already.`;
  try {
    checkClusterName(name);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isAnswers(value: unknown): value is Answers {
  return (
    typeof value === 'object' && value !== null && 'name' in value && 'machines' in value && 'nodes' in value
  );
}
