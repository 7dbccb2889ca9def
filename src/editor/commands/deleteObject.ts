import { window } from 'vscode';
import { isObjectNode } from '../tree/objectNode.ts';
import type { EditorCommand } from './command.ts';
import { sessionOf } from './pick.ts';

export const deleteObject: EditorCommand = {
  id: 'wheelhouse.deleteObject',
  async run({ model }, ...args) {
    const [row] = args;
    if (!isObjectNode(row)) throw new Error('Choose an object in the cluster tree.');
    const session = sessionOf(model, row.cluster);
    const { name, namespace } = row.object.metadata;
    const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
    const sure = await window.showWarningMessage(
      `Delete ${row.resource.kind} ${name}${where} from cluster ${row.cluster}?`,
      { modal: true },
      'Delete',
    );
    if (sure !== 'Delete') return;
    const { uid } = row.object.metadata;
    await session.client.delete(row.resource, row.object.metadata, {
      propagationPolicy: 'Background',
      preconditions: { uid },
    });
  },
};
