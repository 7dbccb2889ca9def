import { ownProperty } from '../../../base/ownProperty.ts';
import { ageColumn, column, nameColumn, orNone, UNKNOWN, wideColumn } from '../../columns.ts';
import { field } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import type { Draft } from '../../meta.ts';
import { claimWarnings } from '../../podSpec/warnings/volumes.ts';
import { BETA_STORAGE_CLASS, classOf } from '../../volumes/storageClass.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import { persistentVolumeClaims } from '../../resources.ts';
import type { PersistentVolumeClaim } from '../../types.ts';
import { setClaimDefaults } from './defaults.ts';
import { validateClaimStatus, validatePersistentVolumeClaimUpdate } from './update.ts';
import { validatePersistentVolumeClaim } from './validation.ts';

const SHORT_MODES: ReadonlyMap<string, string> = new Map([
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
]);

/** `RWO,RWX`: access modes as kubectl prints them. */
export const shortModes = (modes: readonly string[] | undefined): string => {
  const given = new Set(modes ?? []);
  return [...SHORT_MODES].flatMap(([mode, short]) => (given.has(mode) ? [short] : [])).join(',');
};

export const persistentVolumeClaim: Kind = defineKind<PersistentVolumeClaim>({
  resource: persistentVolumeClaims,
  schema: builtIn('V1PersistentVolumeClaim'),
  shortNames: ['pvc'],
  setDefaults: (draft) => setClaimDefaults(draft),
  prepareForCreate(draft) {
    draft.status = { phase: 'Pending' };
    syncSources(draft);
  },
  prepareForUpdate(draft, old) {
    draft.status = (old.status ?? {}) as NonNullable<Draft<PersistentVolumeClaim>['status']>;
    syncSources(draft);
  },
  validate: validatePersistentVolumeClaim,
  validateUpdate: validatePersistentVolumeClaimUpdate,
  warnings: ({ metadata, spec }) => [
    ...(ownProperty(metadata.annotations, BETA_STORAGE_CLASS) === undefined
      ? []
      : [
          `metadata.annotations[${BETA_STORAGE_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`,
        ]),
    ...claimWarnings(spec, field('spec')),
  ],
  status: { validateUpdate: validateClaimStatus },
  returnsDeleted: true,
  selectableFields: (object) => ({ 'spec.volumeName': object.spec.volumeName ?? '' }),
  columns: [
    nameColumn,
    column('Status', 'string', 'Whether it has a volume.', (o) =>
      o.metadata.deletionTimestamp === undefined ? (o.status?.phase ?? '') : 'Terminating',
    ),
    column('Volume', 'string', 'The volume that it has.', (o) => o.spec.volumeName ?? ''),
    column('Capacity', 'string', 'Size of the volume.', (o) =>
      isBound(o) ? (o.status?.capacity?.['storage'] ?? '') : '',
    ),
    column('Access Modes', 'string', 'How the volume can be mounted.', (o) =>
      isBound(o) ? shortModes(o.status?.accessModes) : '',
    ),
    column('StorageClass', 'string', 'Class that the volume is made by.', (o) => classOf(o) ?? ''),
    column('VolumeAttributesClass', 'string', 'Class of the attributes that are wanted.', (o) =>
      (o.spec.volumeAttributesClassName ?? '') === '' ? '<unset>' : (o.spec.volumeAttributesClassName ?? ''),
    ),
    ageColumn,
    wideColumn(
      'VolumeMode',
      'string',
      'A file system or a block device.',
      (o) => o.spec.volumeMode ?? UNKNOWN,
    ),
  ],
});

const isBound = (claim: PersistentVolumeClaim): boolean =>
  orNone(claim.spec.volumeName) === claim.spec.volumeName;

/** The older field for where the data come from and the newer one follow each other (`NormalizeDataSources`). */
function syncSources(draft: Draft<PersistentVolumeClaim>): void {
  const { spec } = draft;
  if (spec.dataSource !== undefined && spec.dataSourceRef === undefined) {
    spec.dataSourceRef = { ...spec.dataSource };
  } else if (spec.dataSourceRef !== undefined && spec.dataSource === undefined) {
    const { namespace = '', apiGroup, kind, name } = spec.dataSourceRef;
    const known =
      ((apiGroup ?? '') === '' && kind === 'PersistentVolumeClaim') ||
      (apiGroup === 'snapshot.storage.k8s.io' && kind === 'VolumeSnapshot');
    if (namespace === '' && known)
      spec.dataSource = { kind, name, ...(apiGroup === undefined ? {} : { apiGroup }) };
  }
}
