import { viewOf } from '../kinds/index.ts';
import { FIELD_MANAGER } from '../documents/manifests.ts';
import type { EditorCommand } from './command.ts';
import { pickObject } from './pickObject.ts';

/** As `kubectl rollout restart`: what is noted in the template makes new pods of the same. */
export const restartRollout: EditorCommand = {
  id: 'wheelhouse.restartRollout',
  async run({ model, clock }, ...args) {
    const picked = await pickObject(
      model,
      args,
      'Restart',
      ({ resource }) => viewOf(resource).can?.includes('rollout') === true,
    );
    if (picked === undefined) return;
    const { session, resource, object } = picked;
    const restartedAt = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const metadata = { annotations: { 'kubectl.kubernetes.io/restartedAt': restartedAt } };
    await session.client.patch(
      resource,
      object.metadata,
      'application/merge-patch+json',
      { spec: { template: { metadata } } },
      { fieldManager: FIELD_MANAGER },
    );
  },
};
