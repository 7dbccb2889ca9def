import { window } from 'vscode';
import { FIELD_MANAGER } from '../documents/manifests.ts';
import { viewOf } from '../kinds/index.ts';
import { revisionsOf, type Revision } from '../kinds/revisions.ts';
import { age } from '../model/age.ts';
import type { EditorCommand } from './command.ts';
import { pickObject } from './pickObject.ts';

/** Shows the revisions of a workload, and brings one of them back, as `kubectl rollout history` and `undo`. */
export const undoRollout: EditorCommand = {
  id: 'wheelhouse.undoRollout',
  async run({ model, clock }, ...args) {
    const picked = await pickObject(
      model,
      args,
      'Rollout History',
      ({ resource }) => viewOf(resource).can?.includes('rollout') === true,
    );
    if (picked === undefined) return;
    const { session, resource, object } = picked;
    const { name } = object.metadata;
    const [current, ...older] = await revisionsOf(session.client, resource, object);
    if (current === undefined || older.length === 0) {
      void window.showInformationMessage(`${resource.kind} ${name} has no earlier revision.`);
      return;
    }
    const items = [current, ...older].map((revision) => itemOf(revision, revision === current, clock.now()));
    const chosen = await window.showQuickPick(items, {
      title: `Rollout History of ${resource.kind} ${name}`,
      placeHolder: 'Which revision shall come back?',
      matchOnDetail: true,
    });
    if (chosen === undefined || chosen.revision === current) return;
    const sure = await window.showWarningMessage(
      `Put ${resource.kind} ${name} back to revision ${chosen.revision.number}?`,
      { modal: true, detail: `Images: ${chosen.revision.images.join(', ')}` },
      'Undo Rollout',
    );
    if (sure !== 'Undo Rollout') return;
    const { type, body } = chosen.revision.patch;
    await session.client.patch(resource, object.metadata, type, body, { fieldManager: FIELD_MANAGER });
  },
};

function itemOf(
  revision: Revision,
  isCurrent: boolean,
  now: number,
): { label: string; description: string; detail: string; revision: Revision } {
  const { number, created, images, cause } = revision;
  return {
    label: `${isCurrent ? '$(check) ' : ''}Revision ${number}`,
    description: isCurrent ? 'current' : `${age(created, now)} ago`,
    detail: [...images, ...(cause === '' ? [] : [cause])].join(' · '),
    revision,
  };
}
