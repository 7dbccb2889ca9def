import { field, type FieldError, forbiddenField, notSupported } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { priorityClasses } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { PriorityClass } from '../../types.ts';
import { HIGHEST_USER_PRIORITY, SYSTEM_PRIORITIES } from '../../priority.ts';
import { immutableField } from '../../metadata/metadata.ts';
import { ageColumn, column, nameColumn } from '../../columns.ts';

const POLICIES = ['Never', 'PreemptLowerPriority'];

export const priorityClass: Kind = defineKind<PriorityClass>({
  resource: priorityClasses,
  schema: builtIn('V1PriorityClass'),
  shortNames: ['pc'],
  setDefaults(draft) {
    draft.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  validate(object) {
    // A class without a name is refused for that; until then it is like any other.
    const { name = '' } = object.metadata as { readonly name?: string };
    const errors: FieldError[] = [];
    const system = SYSTEM_PRIORITIES.find((known) => known.name === name);
    if (name.startsWith('system-')) {
      if (system === undefined || system.value !== object.value || (object.globalDefault ?? false)) {
        errors.push(
          forbiddenField(
            field('metadata', 'name'),
            "priority class names with 'system-' prefix are reserved for system use only. error: " +
              systemMismatch(object, system),
          ),
        );
      }
    } else if ((object.value ?? 0) > HIGHEST_USER_PRIORITY) {
      errors.push(
        forbiddenField(
          field('value'),
          `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`,
        ),
      );
    }
    const policy = object.preemptionPolicy;
    if (policy !== undefined && !POLICIES.includes(policy)) {
      errors.push(notSupported(field('preemptionPolicy'), policy, ['PreemptLowerPriority', 'Never']));
    }
    return errors;
  },
  validateUpdate(object, old) {
    return [
      ...(object.value === old.value
        ? []
        : [forbiddenField(field('value'), 'may not be changed in an update.')]),
      ...immutableField(object.preemptionPolicy, old.preemptionPolicy, field('preemptionPolicy')),
    ];
  },
  columns: [
    nameColumn,
    column('Value', 'integer', 'The priority of its pods.', (o) => o.value ?? 0),
    column(
      'Global-Default',
      'boolean',
      'Whether pods without a class get it.',
      (o) => o.globalDefault ?? false,
    ),
    ageColumn,
    column(
      'PreemptionPolicy',
      'string',
      'Whether its pods displace others.',
      (o) => o.preemptionPolicy ?? '',
    ),
  ],
});

function systemMismatch(
  object: PriorityClass,
  system: (typeof SYSTEM_PRIORITIES)[number] | undefined,
): string {
  if (system === undefined) return `${object.metadata.name} is not a known system priority class`;
  return system.value === object.value
    ? `globalDefault of ${system.name} must be false`
    : `value of ${system.name} PriorityClass must be ${system.value}`;
}
