import { env, window } from 'vscode';
import { isContainerNode } from '../tree/nodes/containers.ts';
import { isContextNode } from '../tree/nodes/contexts.ts';
import { isObjectNode } from '../tree/objectNode.ts';
import type { EditorCommand } from './command.ts';

export const copyName: EditorCommand = {
  id: 'wheelhouse.copyName',
  async run(_context, ...args) {
    const name = nameOf(args[0]);
    if (name === undefined) throw new Error('Choose an object in the cluster tree.');
    await env.clipboard.writeText(name);
    window.setStatusBarMessage(`$(clippy) ${name}`, 3_000);
  },
};

function nameOf(row: unknown): string | undefined {
  if (isContainerNode(row)) return row.container;
  if (isObjectNode(row)) return row.object.metadata.name;
  if (isContextNode(row)) return row.context;
  return typeof row === 'object' && row !== null && 'cluster' in row ? String(row.cluster) : undefined;
}
