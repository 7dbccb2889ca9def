import { window } from 'vscode';
import type { DeleteCallOptions } from '../../client/contract.ts';
import { viewOf } from '../kinds/index.ts';
import { isObjectNode, type ObjectNode } from '../tree/objectNode.ts';
import type { EditorCommand } from './command.ts';
import { sessionOf } from './pick.ts';

/** Rows that are selected together are deleted together. What an object owns goes with it, unless it shall stay. */
export const deleteObject: EditorCommand = {
  id: 'wheelhouse.deleteObject',
  async run({ model }, ...args) {
    const [row, selected] = args;
    const rows = (Array.isArray(selected) && selected.length > 1 ? (selected as unknown[]) : [row]).filter(
      isObjectNode,
    );
    const [first] = rows;
    if (first === undefined) throw new Error('Choose an object in the cluster tree.');
    const choices = rows.length === 1 ? choicesOf(first) : [DELETE];
    const answer = await window.showWarningMessage(
      `Delete ${rows.length === 1 ? describe(first) : `${rows.length} objects`} from cluster ${first.cluster}?`,
      { modal: true, ...(rows.length === 1 ? {} : { detail: rows.map(describe).join('\n') }) },
      ...choices.map(({ label }) => label),
    );
    const choice = choices.find(({ label }) => label === answer);
    if (choice === undefined) return;
    await Promise.all(
      rows.map(({ cluster, resource, object }) =>
        sessionOf(model, cluster).client.delete(resource, object.metadata, {
          ...choice.options,
          preconditions: { uid: object.metadata.uid },
        }),
      ),
    );
  },
};

interface Choice {
  readonly label: string;
  readonly options: DeleteCallOptions;
}

const DELETE: Choice = { label: 'Delete', options: { propagationPolicy: 'Background' } };

function choicesOf({ resource }: ObjectNode): readonly Choice[] {
  const owns = viewOf(resource).owns ?? [];
  return [
    DELETE,
    ...(owns.length === 0
      ? []
      : [
          { label: 'Delete and Wait', options: { propagationPolicy: 'Foreground' as const } },
          { label: 'Keep What It Owns', options: { propagationPolicy: 'Orphan' as const } },
        ]),
    ...(resource.plural === 'pods' ? [{ label: 'Delete Now', options: { gracePeriodSeconds: 0 } }] : []),
  ];
}

function describe({ resource, object }: ObjectNode): string {
  const { name, namespace } = object.metadata;
  return `${resource.kind} ${name}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}
