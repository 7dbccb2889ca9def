import { window } from 'vscode';
import { FIELD_MANAGER } from '../documents/manifests.ts';
import type { EditorCommand } from './command.ts';
import { pickObject } from './pickObject.ts';

interface WithReplicas {
  readonly spec?: { readonly replicas?: number };
}

/** Gives a workload another number of replicas, through the scale subresource: custom kinds that have one too. */
export const scale: EditorCommand = {
  id: 'wheelhouse.scale',
  async run({ model }, ...args) {
    const picked = await pickObject(model, args, 'Scale', ({ subresources }) =>
      subresources.includes('scale'),
    );
    if (picked === undefined) return;
    const { session, resource, object } = picked;
    const { name, namespace } = object.metadata;
    const now = (object as WithReplicas).spec?.replicas ?? 1;
    const text = await window.showInputBox({
      title: `Scale ${resource.kind} ${name}`,
      prompt: `How many replicas; it has ${now}`,
      value: String(now),
      validateInput: (value) => (/^\d{1,6}$/.test(value.trim()) ? undefined : 'A whole number, 0 or more.'),
    });
    if (text === undefined) return;
    await session.client.patch(
      resource,
      { name, namespace },
      'application/merge-patch+json',
      { spec: { replicas: Number(text) } },
      { subresource: 'scale', fieldManager: FIELD_MANAGER },
    );
  },
};
