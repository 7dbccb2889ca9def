import type { Labels } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import { namespaces } from '../../api/resources.ts';
import { isSameResource, type Resource } from '../../api/resource.ts';
import { notFound } from '../../api/status.ts';
import type { RuleWithOperations } from '../../api/types.ts';
import type { AdmissionAttributes, AdmissionReader } from '../admission/contract.ts';
import type { Hook } from './hook.ts';

type Asked = Pick<
  AdmissionAttributes,
  'operation' | 'resource' | 'subresource' | 'namespace' | 'name' | 'object' | 'old'
>;

const EXEMPT: ReadonlySet<string> = new Set([
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
]);

/**
 * Whether a request is about the configuration of admission itself. Hooks do not see it, so that nobody can lock
 * himself out.
 */
export function isExempt({ group, plural }: Pick<Resource, 'group' | 'plural'>): boolean {
  return group === 'admissionregistration.k8s.io' && EXEMPT.has(plural);
}

/** Whether any of these hooks may match a request. */
export function areConcerned(
  hooks: readonly Pick<Hook, 'rules'>[],
  asked: Pick<Asked, 'operation' | 'resource' | 'subresource'>,
): boolean {
  return hooks.length > 0 && hooks.some((hook) => mayConcern(hook, asked)) && !isExempt(asked.resource);
}

/**
 * Finds the resource for which a hook matches a request: that of one of its rules; undefined if no rule matches.
 * `equivalents` are the other addresses of the same objects.
 */
export function wantedForm(
  hook: Pick<Hook, 'rules' | 'matchesEquivalents'>,
  asked: Asked,
  equivalents: readonly Resource[],
): Resource | undefined {
  if (hook.rules.some((rule) => ruleMatches(rule, asked, asked.resource))) return asked.resource;
  if (!hook.matchesEquivalents || equivalents.length === 0) return undefined;
  for (const rule of hook.rules) {
    const found = equivalents.find((resource) => ruleMatches(rule, asked, resource));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Whether a hook may match a request, in any version: a quick check for the many requests that it does not match. All
 * addresses of a kind have the same plural.
 */
export function mayConcern(
  { rules }: Pick<Hook, 'rules'>,
  { operation, resource, subresource }: Pick<Asked, 'operation' | 'resource' | 'subresource'>,
): boolean {
  return rules.some(
    ({ operations = [], resources = [] }) =>
      hasOrAll(operations, operation) &&
      resources.some((text) => isAmong(text, resource.plural, subresource)),
  );
}

/** apiserver `plugin/webhook/predicates/rules`. */
export function ruleMatches(rule: RuleWithOperations, asked: Asked, resource: Resource): boolean {
  const { scope = '*', operations = [], apiGroups = [], apiVersions = [], resources = [] } = rule;
  return (
    (scope === '*' || (scope === 'Namespaced') === resource.namespaced) &&
    hasOrAll(operations, asked.operation) &&
    hasOrAll(apiGroups, resource.group) &&
    hasOrAll(apiVersions, resource.version) &&
    resources.some((text) => isAmong(text, resource.plural, asked.subresource))
  );
}

/** `pods`, `pods/log`, with a star for either or both. */
function isAmong(text: string, plural: string, subresource: string): boolean {
  const slash = text.indexOf('/');
  const [whole, part] = slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)];
  return (whole === '*' || whole === plural) && (part === '*' || part === subresource);
}

function hasOrAll(list: readonly string[], wanted: string): boolean {
  return list.some((item) => item === '*' || item === wanted);
}

/** Whether a hook's selector matches the labels of the object, as it is or as it was. */
export function objectMatches({ objects }: Pick<Hook, 'objects'>, { object, old }: Asked): boolean {
  if (objects.empty) return true;
  return [object as unknown, old as unknown].some((one) => {
    const metadata = (one as Partial<KubeObject> | undefined)?.metadata;
    return metadata !== undefined && objects.matches(metadata.labels);
  });
}

/**
 * Whether a hook's selector matches the namespace of a request. Objects without a namespace always match, except
 * Namespaces themselves.
 * @throws StatusError NotFound if the namespace does not exist
 */
export function namespaceMatches(
  hook: Pick<Hook, 'namespaces'>,
  asked: Asked,
  reader: Pick<AdmissionReader, 'get'>,
): boolean {
  if (hook.namespaces.empty) return true;
  if (!isSameResource(asked.resource, namespaces)) {
    return asked.namespace === '' || hook.namespaces.matches(labelsOf(reader, asked.namespace));
  }
  const isWrite = asked.operation === 'CREATE' || asked.operation === 'UPDATE';
  // A Namespace that is being written may not be stored yet: its new labels count.
  return hook.namespaces.matches(
    isWrite && asked.subresource === '' ? asked.object?.metadata.labels : labelsOf(reader, asked.name),
  );
}

function labelsOf(reader: Pick<AdmissionReader, 'get'>, name: string): Labels | undefined {
  const found = reader.get(namespaces, '', name);
  if (found === undefined) throw notFound(namespaces, name);
  return found.metadata.labels;
}
