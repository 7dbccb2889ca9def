import { ageColumn, column, nameColumn, wideColumn } from '../../columns.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { persistentVolumes } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { PersistentVolume } from '../../types.ts';
import { classOf } from '../../volumes/storageClass.ts';
import { shortModes } from '../persistentVolumeClaim/kind.ts';
import { setVolumeDefaults } from './defaults.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './validation.ts';
import { persistentVolumeWarnings } from './warnings.ts';

const UNSET = '<unset>';

export const persistentVolume: Kind = defineKind<PersistentVolume>({
  resource: persistentVolumes,
  schema: builtIn('V1PersistentVolume'),
  shortNames: ['pv'],
  setDefaults: (draft) => setVolumeDefaults(draft),
  prepareForCreate(draft, { now }) {
    draft.status = { phase: 'Pending', lastPhaseTransitionTime: now };
  },
  validate: validatePersistentVolume,
  validateUpdate: validatePersistentVolumeUpdate,
  warnings: (volume) => persistentVolumeWarnings(volume),
  status: {
    /** The server sets the time when the phase changed, unless the writer sets it (KEP-3762). */
    prepareForUpdate(draft, old, { now }) {
      const status = (draft.status ??= {});
      const before = old.status?.lastPhaseTransitionTime;
      const given = status.lastPhaseTransitionTime;
      if (status.phase !== old.status?.phase && (given === undefined || given === before)) {
        status.lastPhaseTransitionTime = now;
      }
    },
  },
  returnsDeleted: true,
  selectableFields: (object) => ({ name: object.metadata.name }),
  columns: [
    nameColumn,
    column('Capacity', 'string', 'Size of the volume.', (o) => o.spec.capacity?.['storage'] ?? '0'),
    column('Access Modes', 'string', 'How it can be mounted.', (o) => shortModes(o.spec.accessModes)),
    column(
      'Reclaim Policy',
      'string',
      'What becomes of it when its claim goes.',
      (o) => o.spec.persistentVolumeReclaimPolicy ?? '',
    ),
    column('Status', 'string', 'Whether it is claimed.', (o) =>
      o.metadata.deletionTimestamp === undefined ? (o.status?.phase ?? '') : 'Terminating',
    ),
    column('Claim', 'string', 'The claim that has it.', ({ spec: { claimRef } }) =>
      claimRef === undefined ? '' : `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`,
    ),
    column('StorageClass', 'string', 'Class that it is of.', (o) => classOf(o) ?? ''),
    column(
      'VolumeAttributesClass',
      'string',
      'Class of its attributes.',
      (o) => o.spec.volumeAttributesClassName ?? UNSET,
    ),
    column('Reason', 'string', 'Why it is in its phase.', (o) => o.status?.reason ?? ''),
    ageColumn,
    wideColumn('VolumeMode', 'string', 'A file system or a block device.', (o) => o.spec.volumeMode ?? UNSET),
  ],
});
