import { window } from 'vscode';
import type { ContextState, KubeContexts } from '../model/contexts.ts';
import { isContextNode } from '../tree/nodes/contexts.ts';

/** The context of a row, or one that the user picks of those in such a state. */
export async function pickContext(
  contexts: KubeContexts,
  args: readonly unknown[],
  title: string,
  phases: readonly ContextState['phase'][],
): Promise<string | undefined> {
  const [row] = args;
  if (isContextNode(row)) return row.context;
  await contexts.refresh();
  const items = contexts
    .entries()
    .filter(({ state }) => phases.includes(state.phase))
    .map(({ context }) => ({ label: context.name, description: context.server }));
  if (items.length === 0) throw new Error(`There is no context for this: ${title}.`);
  return (await window.showQuickPick(items, { title, matchOnDescription: true }))?.label;
}
