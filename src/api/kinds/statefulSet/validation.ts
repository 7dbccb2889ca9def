import {
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
} from '../../fields/fieldErrors.ts';
import { equal } from '../../fields/equal.ts';
import { intOrPercent, notMoreThanAll } from '../../fields/intOrPercent.ts';
import { each, oneOf } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { nonNegative } from '../../metadata/metadata.ts';
import { validateWorkload } from '../../podSpec/workload.ts';
import type { StatefulSet } from '../../types.ts';

type Spec = Unchecked<StatefulSet['spec']>;

const POLICIES = ['OrderedReady', 'Parallel'];
const RETENTION = ['Retain', 'Delete'];
/** What an update may change; `template` and the like have rules of their own. */
const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

/** apps validation `ValidateStatefulSetSpec`. */
export function validateStatefulSet(object: { readonly spec?: Spec }): FieldError[] {
  const spec = object.spec ?? {};
  const path = field('spec');
  return [
    ...validatePolicy(spec.podManagementPolicy, path.child('podManagementPolicy')),
    ...validateUpdateStrategy(spec.updateStrategy ?? {}, path.child('updateStrategy')),
    ...validateRetention(
      spec.persistentVolumeClaimRetentionPolicy,
      path.child('persistentVolumeClaimRetentionPolicy'),
    ),
    ...nonNegative(spec.ordinals?.start, path.child('ordinals', 'start')),
    ...each(spec.volumeClaimTemplates, path.child('volumeClaimTemplates'), (claim, at) =>
      (claim.metadata?.name ?? '') === '' ? [required(at.child('metadata', 'name'))] : [],
    ),
    ...validateWorkload({ ...spec, template: withClaims(spec) }, 'StatefulSet', path),
  ];
}

/** The template as its pods have it: a claim is a volume, and takes the place of one of its name. */
function withClaims({ template, volumeClaimTemplates = [] }: Spec): Spec['template'] {
  if (template?.spec === undefined || volumeClaimTemplates.length === 0) return template;
  const names = new Set(volumeClaimTemplates.map(({ metadata }) => metadata?.name));
  const volumes = [
    ...(template.spec.volumes ?? []).filter(({ name }) => !names.has(name)),
    ...[...names].flatMap((name) =>
      name === undefined ? [] : [{ name, persistentVolumeClaim: { claimName: name } }],
    ),
  ];
  return { ...template, spec: { ...template.spec, volumes } };
}

function validatePolicy(policy: string | undefined, path: FieldPath): FieldError[] {
  if (policy === undefined || policy === '') return [required(path)];
  return POLICIES.includes(policy) ? [] : [invalid(path, policy, "must be 'OrderedReady' or 'Parallel'")];
}

function validateUpdateStrategy(
  strategy: NonNullable<Spec['updateStrategy']>,
  path: FieldPath,
): FieldError[] {
  const { type, rollingUpdate } = strategy;
  const rolling = path.child('rollingUpdate');
  switch (type) {
    case undefined:
    case '':
      return [required(path)];
    case 'OnDelete':
      if (rollingUpdate === undefined) return [];
      return [invalid(rolling, rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'")];
    case 'RollingUpdate':
      return rollingUpdate === undefined ? [] : validateRollingUpdate(rollingUpdate, rolling);
    default:
      return [invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'")];
  }
}

function validateRollingUpdate(
  { partition, maxUnavailable }: NonNullable<NonNullable<Spec['updateStrategy']>['rollingUpdate']>,
  path: FieldPath,
): FieldError[] {
  const errors = nonNegative(partition, path.child('partition'));
  if (maxUnavailable === undefined) return errors;
  const at = path.child('maxUnavailable');
  errors.push(...intOrPercent(maxUnavailable, at));
  if (Number.parseInt(String(maxUnavailable), 10) === 0)
    errors.push(invalid(at, maxUnavailable, 'cannot be 0'));
  return [...errors, ...notMoreThanAll(maxUnavailable, at)];
}

function validateRetention(
  policy: Spec['persistentVolumeClaimRetentionPolicy'],
  path: FieldPath,
): FieldError[] {
  if (policy === undefined) return [];
  return [
    ...oneOf(policy.whenDeleted, RETENTION, path.child('whenDeleted')),
    ...oneOf(policy.whenScaled, RETENTION, path.child('whenScaled')),
  ];
}

/** apps validation `ValidateStatefulSetUpdate`. */
export function validateStatefulSetUpdate(object: StatefulSet, old: StatefulSet): FieldError[] {
  const kept = (spec: StatefulSet['spec']): Record<string, unknown> => {
    const rest: Record<string, unknown> = { ...spec };
    for (const name of MUTABLE) Reflect.deleteProperty(rest, name);
    return rest;
  };
  if (equal(kept(object.spec), kept(old.spec))) return [];
  const names = MUTABLE.slice(0, -1).map((name) => `'${name}'`);
  return [
    forbiddenField(
      field('spec'),
      `updates to statefulset spec for fields other than ${names.join(', ')} and 'minReadySeconds' are forbidden`,
    ),
  ];
}

/** apps validation `ValidateStatefulSetStatus`. */
export function validateStatefulSetStatus(object: StatefulSet, old: StatefulSet): FieldError[] {
  const status: Partial<NonNullable<StatefulSet['status']>> = object.status ?? {};
  const path = field('status');
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0, collisionCount } = status;
  const counts = [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
    'availableReplicas',
    'observedGeneration',
    'collisionCount',
  ] as const;
  const errors = counts.flatMap((name) => nonNegative(status[name], path.child(name)));
  for (const name of ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const) {
    if ((status[name] ?? 0) > replicas) {
      errors.push(invalid(path.child(name), status[name], 'cannot be greater than status.replicas'));
    }
  }
  if (availableReplicas > readyReplicas) {
    errors.push(
      invalid(
        path.child('availableReplicas'),
        availableReplicas,
        'cannot be greater than status.readyReplicas',
      ),
    );
  }
  if ((collisionCount ?? 0) < (old.status?.collisionCount ?? 0)) {
    errors.push(invalid(path.child('collisionCount'), collisionCount ?? 0, 'cannot be decremented'));
  }
  return errors;
}
