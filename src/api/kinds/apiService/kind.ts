import { ageColumn, column, nameColumn } from '../../columns.ts';
import { type FieldError, field, invalid, notSupported, required } from '../../fields/fieldErrors.ts';
import { conforms, each, present } from '../../fields/rules.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../../names/names.ts';
import { apiServices } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { APIService } from '../../types.ts';

const PORT = 443;
const MAX_GROUP_PRIORITY = 20_000;
const MAX_VERSION_PRIORITY = 1000;
const STATES = ['True', 'False', 'Unknown'];

/** A version of a group that another server serves, or this one (kube-aggregator `pkg/apis/apiregistration`). */
export const apiService: Kind = defineKind<APIService>({
  resource: apiServices,
  schema: builtIn('V1APIService'),
  categories: ['api-extensions'],
  nameRule: 'pathSegment',
  unconditionalUpdate: false,
  setDefaults(draft) {
    const { service } = draft.spec ?? {};
    if (service !== undefined) service.port ??= PORT;
  },
  prepareForCreate(draft, { now }) {
    if (draft.spec?.service !== undefined) delete draft.status;
    else draft.status = { conditions: [localCondition(now)] };
  },
  validate: (object) => [...nameErrors(object), ...specErrors(object)],
  status: {
    validateUpdate: ({ status }) =>
      each(status?.conditions, field('status', 'conditions'), ({ status: state }, path) =>
        STATES.includes(state) ? [] : [notSupported(path.child('status'), state, STATES)],
      ),
  },
  columns: [
    nameColumn,
    column('Service', 'string', 'Who serves it.', ({ spec }) =>
      spec?.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`,
    ),
    column('Available', 'string', 'Whether it can be reached.', availability),
    ageColumn,
  ],
});

type Condition = NonNullable<NonNullable<APIService['status']>['conditions']>[number];

function localCondition(now: string): Condition {
  return {
    type: 'Available',
    status: 'True',
    lastTransitionTime: now,
    reason: 'Local',
    message: 'Local APIServices are always available',
  };
}

function availability({ status }: APIService): string {
  const found = status?.conditions?.find(({ type }) => type === 'Available');
  if (found === undefined) return 'Unknown';
  return found.status === 'True' ? 'True' : `${found.status} (${found.reason ?? ''})`;
}

function nameErrors({ metadata, spec }: APIService): FieldError[] {
  const wanted = `${spec?.version ?? ''}.${spec?.group ?? ''}`;
  const { name = '' } = metadata as { readonly name?: string };
  const text = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`;
  return name === '' || name === wanted ? [] : [invalid(field('metadata', 'name'), name, text)];
}

function specErrors({ spec }: APIService): FieldError[] {
  const path = field('spec');
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0 } = spec ?? {};
  const errors: FieldError[] = [];
  if (group === '' && version !== 'v1') {
    errors.push(
      required(path.child('group'), 'only v1 may have an empty group and it better be legacy kube'),
    );
  }
  if (group !== '') errors.push(...conforms(dns1123SubdomainErrors, group, path.child('group')));
  errors.push(...conforms(dns1035LabelErrors, version, path.child('version')));
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > MAX_GROUP_PRIORITY) {
    const text = `must be positive and less than ${MAX_GROUP_PRIORITY}`;
    errors.push(invalid(path.child('groupPriorityMinimum'), groupPriorityMinimum, text));
  }
  if (versionPriority <= 0 || versionPriority > MAX_VERSION_PRIORITY) {
    const text = `must be positive and less than ${MAX_VERSION_PRIORITY}`;
    errors.push(invalid(path.child('versionPriority'), versionPriority, text));
  }
  return [...errors, ...serviceErrors(spec)];
}

function serviceErrors(spec: APIService['spec']): FieldError[] {
  const path = field('spec');
  const { service, caBundle = '', insecureSkipTLSVerify: isInsecure = false } = spec ?? {};
  const errors: FieldError[] = [];
  if (service === undefined) {
    if (caBundle !== '') {
      const size = `${Buffer.from(caBundle, 'base64').length} bytes`;
      errors.push(invalid(path.child('caBundle'), size, 'local APIServices may not have a caBundle'));
    }
    if (isInsecure) {
      const text = 'local APIServices may not have insecureSkipTLSVerify';
      errors.push(invalid(path.child('insecureSkipTLSVerify'), isInsecure, text));
    }
    return errors;
  }
  errors.push(...present(service.namespace, path.child('service', 'namespace')));
  errors.push(...present(service.name, path.child('service', 'name')));
  if (isInsecure && caBundle !== '') {
    const text = 'may not be true if caBundle is present';
    errors.push(invalid(path.child('insecureSkipTLSVerify'), isInsecure, text));
  }
  return errors;
}
