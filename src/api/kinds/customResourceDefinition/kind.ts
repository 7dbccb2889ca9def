import { createdAtColumn, nameColumn } from '../../columns.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { timeOf } from '../../time.ts';
import { customResourceDefinitions } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { Draft } from '../../meta.ts';
import type { CustomResourceDefinition } from '../../types.ts';
import { isConditionTrue, withCondition } from './conditions.ts';
import { setDefinitionDefaults } from './defaults.ts';
import { unknownFormats } from './formats.ts';
import { validateDefinition, validateDefinitionStatus, validateDefinitionUpdate } from './validation.ts';

/** Keeps a definition until its objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** apiextensions `pkg/registry/customresourcedefinition`. */
export const customResourceDefinition: Kind = defineKind<CustomResourceDefinition>({
  resource: customResourceDefinitions,
  schema: builtIn('V1CustomResourceDefinition'),
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  hasGeneration: true,
  unconditionalUpdate: false,
  setDefaults: setDefinitionDefaults,
  prepareForCreate(draft) {
    draft.status = {};
    noteStoredVersion(draft);
  },
  prepareForUpdate(draft, old) {
    const { status } = old as unknown as Draft<CustomResourceDefinition>;
    draft.status = { ...status };
    noteStoredVersion(draft);
  },
  ratchets: true,
  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
  warnings: unknownFormats,
  status: { validateUpdate: validateDefinitionStatus },
  deletion: {
    keeps: ({ metadata }) => metadata.deletionTimestamp === undefined,
    begin(draft) {
      const { metadata } = draft;
      if (isConditionTrue(draft, 'Terminating')) return;
      if (metadata.finalizers?.includes(CLEANUP_FINALIZER) !== true) {
        metadata.finalizers = [...(metadata.finalizers ?? []), CLEANUP_FINALIZER];
      }
      const pending = {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      } as const;
      const now = metadata.deletionTimestamp ?? timeOf(0);
      draft.status = {
        ...draft.status,
        conditions: [...withCondition(draft.status?.conditions ?? [], pending, now)],
      };
    },
  },
  columns: [nameColumn, createdAtColumn],
});

/** The version that objects are stored in from now on is one that may be found in the store. */
function noteStoredVersion(draft: Draft<CustomResourceDefinition>): void {
  const { spec } = draft as { spec?: Partial<Draft<CustomResourceDefinition>['spec']> };
  const storage = spec?.versions?.find((version) => version.storage)?.name;
  const known = draft.status?.storedVersions ?? [];
  if (storage === undefined || known.includes(storage)) return;
  draft.status = { ...draft.status, storedVersions: [...known, storage] };
}
