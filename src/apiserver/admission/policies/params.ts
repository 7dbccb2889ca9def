import { matcherOf } from '../../../api/labels.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { Served } from '../../resources/served.ts';
import type { ResourceSnapshot } from '../../resources/table.ts';
import type { AdmissionReader } from '../contract.ts';
import type { Policy, PolicyBinding } from './policy.ts';

/** The resource of a policy's parameters; undefined if its kind is not served. */
export function paramResource(
  { apiVersion = '', kind = '' }: NonNullable<Policy['paramKind']>,
  { all }: ResourceSnapshot,
): Served | undefined {
  return all.find((served) => served.apiVersion === apiVersion && served.resource.kind === kind);
}

/**
 * The parameter objects that a binding evaluates its policy with, one after the other; only null if it has none
 * (apiserver `plugin/policy/generic/policy_dispatcher.go` CollectParams).
 * @throws Error in upstream's words if the binding does not fit the request or the kind
 */
export function collectParams(
  policy: Policy,
  { paramRef }: PolicyBinding,
  namespace: string,
  snapshot: ResourceSnapshot,
  reader: Pick<AdmissionReader, 'get' | 'list'>,
): readonly (KubeObject | null)[] {
  const { paramKind } = policy;
  if (paramKind === undefined || paramRef === undefined) return [null];
  const served = paramResource(paramKind, snapshot);
  if (served === undefined) {
    const { apiVersion = '', kind = '' } = paramKind;
    throw new Error(`paramKind kind \`${apiVersion}, Kind=${kind}\` not known`);
  }
  const from = namespaceOf(served, paramRef.namespace ?? '', namespace);
  const found = paramsNamed(served, from, paramRef, reader);
  if (found.length === 0 && paramRef.parameterNotFoundAction === 'Deny') {
    throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return found;
}

function namespaceOf({ resource }: Served, given: string, own: string): string {
  if (!resource.namespaced) {
    if (given === '') return '';
    throw new Error('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  if (given !== '') return given;
  if (own !== '') return own;
  throw new Error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
}

function paramsNamed(
  { kind: { resource } }: Served,
  namespace: string,
  { name = '', selector }: NonNullable<PolicyBinding['paramRef']>,
  reader: Pick<AdmissionReader, 'get' | 'list'>,
): readonly KubeObject[] {
  if (name !== '') {
    const param = reader.get(resource, namespace, name);
    return param === undefined ? [] : [param];
  }
  const matcher = matcherOf(selector ?? {});
  return reader.list(resource, namespace).filter(({ metadata }) => matcher.matches(metadata.labels));
}
