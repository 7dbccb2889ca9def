import { equal } from '../../fields/equal.ts';
import { type FieldError, field, invalid } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import type { Draft } from '../../meta.ts';
import { namespaces } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { Namespace } from '../../types.ts';
import { qualifiedNameErrors } from '../../names/names.ts';
import { ageColumn, column, nameColumn } from '../../columns.ts';

/** Holds a namespace until the namespace controller has removed what is in it. */
export const KUBERNETES_FINALIZER = 'kubernetes';
const STANDARD_FINALIZERS = [KUBERNETES_FINALIZER, 'orphan', 'foregroundDeletion'];

export const namespace: Kind = defineKind<Namespace>({
  resource: namespaces,
  schema: builtIn('V1Namespace'),
  shortNames: ['ns'],
  nameRule: 'dns1123Label',
  setDefaults(draft) {
    setNameLabel(draft);
    draft.spec ??= {};
    draft.status ??= {};
    draft.status.phase ??= 'Active';
  },
  prepareForCreate(draft) {
    setNameLabel(draft);
    draft.status = { phase: 'Active' };
    const finalizers = draft.spec?.finalizers ?? [];
    draft.spec = {
      ...draft.spec,
      finalizers: finalizers.includes(KUBERNETES_FINALIZER)
        ? finalizers
        : [...finalizers, KUBERNETES_FINALIZER],
    };
  },
  prepareForUpdate(draft, old) {
    // Finalizers are changed through the subresource finalize only.
    const kept = old as unknown as Draft<Namespace>;
    if (kept.status !== undefined) draft.status = kept.status;
    if (kept.spec !== undefined) draft.spec = kept.spec;
  },
  validate(object) {
    return (object.spec?.finalizers ?? []).flatMap((name) => validateFinalizer(name));
  },
  deletion: {
    keeps: (object) => (object.spec?.finalizers ?? []).length > 0,
    begin(draft) {
      draft.status = { ...draft.status, phase: 'Terminating' };
    },
  },
  status: {
    validateUpdate(object, old) {
      const path = field('status', 'phase');
      const deleting = object.metadata.deletionTimestamp !== undefined;
      const phase = object.status?.phase ?? '';
      const wanted = deleting ? 'Terminating' : 'Active';
      if (phase === wanted || equal(object.status, old.status)) return [];
      return [
        invalid(
          path,
          phase,
          deleting
            ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
            : "may only be 'Active' if `deletionTimestamp` is empty",
        ),
      ];
    },
  },
  // Namespaces go one by one: nobody deletes all of them at once.
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [{ name: 'finalize', kind: 'Namespace', schema: builtIn('V1Namespace'), verbs: ['update'] }],
  selectableFields: (object) => ({ 'status.phase': object.status?.phase ?? '', name: object.metadata.name }),
  columns: [
    nameColumn,
    column(
      'Status',
      'string',
      'Active, or Terminating while it is being emptied.',
      (o) => o.status?.phase ?? '',
    ),
    ageColumn,
  ],
});

/** Selectors find namespaces by name through this label. */
function setNameLabel(draft: Draft<Namespace>): void {
  if (draft.metadata.name === undefined || draft.metadata.name === '') return;
  draft.metadata.labels = { ...draft.metadata.labels, 'kubernetes.io/metadata.name': draft.metadata.name };
}

function validateFinalizer(name: string): FieldError[] {
  const path = field('spec', 'finalizers');
  const errors = qualifiedNameErrors(name).map((text) => invalid(path, name, text));
  if (errors.length === 0 && !name.includes('/') && !STANDARD_FINALIZERS.includes(name)) {
    return [invalid(path, name, 'name is neither a standard finalizer name nor is it fully qualified')];
  }
  return errors;
}

/** An object that is created in a namespace that is being deleted is refused (used by admission). */
export function isTerminating(object: Namespace): boolean {
  return object.metadata.deletionTimestamp !== undefined || object.status?.phase === 'Terminating';
}

/** Namespaces that every cluster has and that cannot be deleted. */
export const IMMORTAL_NAMESPACES: readonly string[] = ['default', 'kube-system', 'kube-public'];
