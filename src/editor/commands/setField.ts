import type { KubeObject } from '../../api/meta.ts';
import { FIELD_MANAGER } from '../documents/manifests.ts';
import { viewOf } from '../kinds/index.ts';
import type { EditorCommand } from './command.ts';
import { pickObject } from './pickObject.ts';

/** A command that sets one field of an object's spec, for kinds with a flag. */
export function setField(
  id: EditorCommand['id'],
  title: string,
  flag: string,
  spec: Readonly<Record<string, unknown>>,
): EditorCommand {
  return {
    id,
    async run({ model }, ...args) {
      const picked = await pickObject(
        model,
        args,
        title,
        ({ resource }) => viewOf(resource).can?.includes(flag) === true,
      );
      if (picked === undefined) return;
      const { session, resource, object } = picked;
      await session.client.patch<KubeObject>(
        resource,
        object.metadata,
        'application/merge-patch+json',
        { spec },
        { fieldManager: FIELD_MANAGER },
      );
    },
  };
}
