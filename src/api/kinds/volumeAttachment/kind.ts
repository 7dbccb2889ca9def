import { ageColumn, column, nameColumn } from '../../columns.ts';
import {
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
  tooLong,
} from '../../fields/fieldErrors.ts';
import { conforms } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { csiDriverNameErrors } from '../../names/csiDriver.ts';
import { dns1123SubdomainErrors, inclusiveRangeError } from '../../names/names.ts';
import { volumeAttachments } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { VolumeAttachment } from '../../types.ts';
import { validateInlineVolume } from '../persistentVolume/validation.ts';
import { bytesOf } from '../storageClass/parameters.ts';

type Spec = Unchecked<VolumeAttachment['spec']>;
type Shown = Unchecked<VolumeAttachment>;
type Status = NonNullable<Unchecked<VolumeAttachment>['status']>;

const MAX_METADATA_BYTES = 256 * 1024;
const MAX_MESSAGE_BYTES = 1024;
const MAX_INT32 = 2 ** 31 - 1;

/** storage validation `ValidateVolumeAttachment`, as upstream's v1 tightens it. */
export const volumeAttachment: Kind = defineKind<VolumeAttachment>({
  resource: volumeAttachments,
  schema: builtIn('V1VolumeAttachment'),
  unconditionalUpdate: false,
  prepareForCreate(draft) {
    draft.status = { attached: false };
  },
  validate: ({ spec, status }: Unchecked<VolumeAttachment>) => [
    ...validateSpec(spec ?? {}, field('spec')),
    ...validateStatus(status ?? {}, field('status')),
  ],
  validateUpdate: (object, old) => immutableField(object.spec, old.spec, field('spec')),
  status: {
    validateUpdate: ({ status }) => validateStatus(status ?? {}, field('status')),
  },
  returnsDeleted: true,
  columns: [
    nameColumn,
    column('Attacher', 'string', 'The driver that attaches.', (o: Shown) => o.spec?.attacher ?? ''),
    column('PV', 'string', 'The volume.', (o: Shown) => o.spec?.source?.persistentVolumeName ?? ''),
    column('Node', 'string', 'Where it is attached.', (o: Shown) => o.spec?.nodeName ?? ''),
    column('Attached', 'boolean', 'Whether it is.', (o) => o.status?.attached ?? false),
    ageColumn,
  ],
});

function validateSpec({ attacher, source = {}, nodeName = '' }: Spec, path: FieldPath): FieldError[] {
  return [
    ...csiDriverNameErrors(attacher, path.child('attacher')),
    ...validateSource(source, path.child('source')),
    ...conforms(dns1123SubdomainErrors, nodeName, path.child('nodeName')),
  ];
}

function validateSource(source: NonNullable<Spec['source']>, path: FieldPath): FieldError[] {
  const { persistentVolumeName: name, inlineVolumeSpec: inline } = source;
  const exactlyOne = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inline !== undefined) {
    return name === undefined
      ? validateInlineVolume(inline, path.child('inlineVolumeSpec'))
      : [forbiddenField(path, exactlyOne)];
  }
  if (name === undefined) return [required(path, exactlyOne)];
  const at = path.child('persistentVolumeName');
  return name === ''
    ? [required(at, 'must specify non empty persistentVolumeName')]
    : conforms(dns1123SubdomainErrors, name, at);
}

function validateStatus(
  { attachmentMetadata, attachError, detachError }: Status,
  path: FieldPath,
): FieldError[] {
  return [
    ...(bytesOf(Object.entries(attachmentMetadata ?? {})) > MAX_METADATA_BYTES
      ? [tooLong(path.child('attachmentMetadata'), MAX_METADATA_BYTES)]
      : []),
    ...validateError(attachError, path.child('attachError')),
    ...validateError(detachError, path.child('detachError')),
  ];
}

function validateError(error: Status['attachError'], path: FieldPath): FieldError[] {
  const { message = '', errorCode = 0 } = error ?? {};
  return [
    // The bound that the message names is not the one that holds; it is upstream's.
    ...(Buffer.byteLength(message) > MAX_MESSAGE_BYTES
      ? [tooLong(path.child('message'), MAX_METADATA_BYTES)]
      : []),
    ...(errorCode < 0
      ? [invalid(path.child('errorCode'), errorCode, inclusiveRangeError(0, MAX_INT32))]
      : []),
  ];
}
