import { ageColumn, column, nameColumn, NONE } from '../../columns.ts';
import {
  duplicate,
  type FieldError,
  field,
  type FieldPath,
  invalid,
  notSupported,
} from '../../fields/fieldErrors.ts';
import { each, optionalOneOf } from '../../fields/rules.ts';
import type { Incomplete, Unchecked } from '../../fields/unchecked.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { csiDrivers } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { CSIDriver } from '../../types.ts';

type Requests = NonNullable<Unchecked<CSIDriver>['spec']>['tokenRequests'];

const MODES = ['Persistent', 'Ephemeral'];
const FS_GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const SHORTEST_TOKEN_SECONDS = 600;
const LONGEST_TOKEN_SECONDS = 2 ** 32;

/** storage/v1 `SetDefaults_CSIDriver` and storage validation `ValidateCSIDriver`. */
export const csiDriver: Kind = defineKind<CSIDriver>({
  resource: csiDrivers,
  schema: builtIn('V1CSIDriver'),
  hasGeneration: true,
  unconditionalUpdate: false,
  setDefaults(draft) {
    const spec = ((draft as Incomplete<CSIDriver>).spec ??= {});
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
    if ((spec.volumeLifecycleModes ?? []).length === 0) spec.volumeLifecycleModes = ['Persistent'];
  },
  validate({ spec }) {
    const path = field('spec');
    const { nodeAllocatableUpdatePeriodSeconds: period } = spec;
    return [
      ...optionalOneOf(spec.fsGroupPolicy, FS_GROUP_POLICIES, path.child('fsGroupPolicy')),
      ...validateTokenRequests(spec.tokenRequests, path.child('tokenRequests')),
      ...(spec.volumeLifecycleModes ?? [])
        .filter((mode) => !MODES.includes(mode))
        .map((mode) => notSupported(path.child('volumeLifecycleModes'), mode, MODES)),
      ...(period !== undefined && period < 10
        ? [
            invalid(
              path.child('nodeAllocatableUpdatePeriodSeconds'),
              period,
              'must be greater than or equal to 10 seconds',
            ),
          ]
        : []),
    ];
  },
  validateUpdate: ({ spec }, { spec: old }) => [
    ...immutableField(spec.attachRequired, old.attachRequired, field('spec', 'attachedRequired')),
    ...immutableField(
      spec.volumeLifecycleModes,
      old.volumeLifecycleModes,
      field('spec', 'volumeLifecycleModes'),
    ),
  ],
  returnsDeleted: true,
  columns: [
    nameColumn,
    column(
      'AttachRequired',
      'boolean',
      'Whether volumes are attached.',
      (o) => o.spec.attachRequired ?? true,
    ),
    column(
      'PodInfoOnMount',
      'boolean',
      'Whether it is told about pods.',
      (o) => o.spec.podInfoOnMount ?? false,
    ),
    column(
      'StorageCapacity',
      'boolean',
      'Whether it publishes how much room there is.',
      (o) => o.spec.storageCapacity ?? false,
    ),
    column('TokenRequests', 'string', 'Audiences of the tokens that it gets.', ({ spec }) =>
      (spec.tokenRequests ?? []).length === 0
        ? '<unset>'
        : (spec.tokenRequests ?? []).map(({ audience }) => audience).join(','),
    ),
    column(
      'RequiresRepublish',
      'boolean',
      'Whether volumes are published again and again.',
      (o) => o.spec.requiresRepublish ?? false,
    ),
    column('Modes', 'string', 'How long its volumes live.', ({ spec }) =>
      (spec.volumeLifecycleModes ?? []).length === 0 ? NONE : (spec.volumeLifecycleModes ?? []).join(','),
    ),
    ageColumn,
  ],
});

function validateTokenRequests(requests: Requests, path: FieldPath): FieldError[] {
  const audiences = new Set<string>();
  return each(requests, path, ({ audience = '', expirationSeconds: seconds }, at) => {
    if (audiences.has(audience)) return [duplicate(at.child('audience'), audience)];
    audiences.add(audience);
    if (seconds === undefined) return [];
    const where = at.child('expirationSeconds');
    if (seconds < SHORTEST_TOKEN_SECONDS) {
      return [invalid(where, seconds, 'may not specify a duration less than 10 minutes')];
    }
    return seconds > LONGEST_TOKEN_SECONDS
      ? [invalid(where, seconds, 'may not specify a duration larger than 2^32 seconds')]
      : [];
  });
}
