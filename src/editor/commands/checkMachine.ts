import { commands, window } from 'vscode';
import { problemText } from '../machineChecks.ts';
import { MACHINE_KINDS } from '../machineKinds.ts';
import type { EditorCommand } from './command.ts';

/** Says what kinds of nodes this desktop can have, and what the others need. */
export const checkMachine: EditorCommand = {
  id: 'wheelhouse.checkMachine',
  async run({ machineChecks, output }) {
    const never = new AbortController().signal;
    const checked = await Promise.all(
      MACHINE_KINDS.map(async (kind) => ({
        ...kind,
        problems: await machineChecks.problems(kind.kind, never),
      })),
    );
    const create = 'Create Cluster…';
    const choice = await window.showInformationMessage(
      'What nodes can be on this machine',
      {
        modal: true,
        detail: checked
          .map(({ label, problems }) =>
            problems.length === 0
              ? `✓ ${label}: ready`
              : `✗ ${label}:\n${problems.map((problem) => `   ${problemText(problem)}`).join('\n')}`,
          )
          .join('\n\n'),
      },
      create,
      'Show Log',
    );
    for (const { label, problems } of checked) {
      output.appendLine(`${label}: ${problems.length === 0 ? 'ready' : problems.map(problemText).join(' ')}`);
    }
    if (choice === 'Show Log') output.show(true);
    if (choice === create) await commands.executeCommand('wheelhouse.createCluster');
  },
};
