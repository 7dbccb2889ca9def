import {
  forbiddenField,
  field,
  invalid,
  invalidObject,
  type FieldError,
} from '../../../api/fields/fieldErrors.ts';
import type { Draft, KubeObject } from '../../../api/meta.ts';
import { nodes, pods, secrets } from '../../../api/resources.ts';
import { badRequest, conflict, notFound } from '../../../api/status.ts';
import type { Pod, ServiceAccount, TokenRequest } from '../../../api/types.ts';
import type { AdmissionReader } from '../../admission/contract.ts';
import { onNewest } from '../../admission/reader.ts';
import type { BoundReference, KubernetesClaim } from './claims.ts';
import type { TokenIssuer } from './issuer.ts';

export interface TokenRequestOptions {
  readonly issuer: TokenIssuer;
  /** What a request without audiences gets: the API server's own. */
  readonly audiences: readonly string[];
  readonly reader: AdmissionReader;
}

const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
/** An expiry of one hour and seven seconds marks a token that a pod did not ask for itself. */
const INJECTED_SECONDS = 3607;
const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * Answers POST of a TokenRequest to `serviceaccounts/NAME/token`: fills in spec defaults and the status, which holds the
 * token. `account` is the live one (NotFound is the caller's). As `pkg/registry/core/serviceaccount/storage/token.go`.
 */
export async function requestToken(
  options: TokenRequestOptions,
  account: ServiceAccount,
  draft: Draft<TokenRequest>,
): Promise<TokenRequest> {
  const { name, namespace } = account.metadata;
  checkName(draft, name, namespace);
  const spec = draft.spec as Partial<Draft<TokenRequest>['spec']>;
  const audiences = spec.audiences ?? [];
  const seconds = spec.expirationSeconds ?? DEFAULT_SECONDS;
  const errors = validate(seconds);
  if (errors.length > 0) {
    throw invalidObject({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors);
  }
  const { boundObjectRef: reference } = spec;
  const bound =
    reference === undefined
      ? {}
      : await onNewest(options.reader, () => bind(options.reader, account, reference));
  const own = audiences.length === 0 || audiences.every((audience) => options.audiences.includes(audience));
  // Clients from before bound tokens read theirs once; such a token lives on and only says that it is stale.
  const extended = seconds === INJECTED_SECONDS && bound.pod !== undefined && own;
  const issued = await options.issuer.issue({
    account,
    bound,
    audiences: audiences.length === 0 ? options.audiences : audiences,
    expirationSeconds: extended ? YEAR_SECONDS : seconds,
    warnAfterSeconds: extended ? seconds : 0,
  });
  return {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {
      ...(draft.metadata as TokenRequest['metadata']),
      name,
      namespace,
      creationTimestamp: timeOf(issued.issuedAt),
    },
    spec: {
      ...spec,
      audiences: audiences.length === 0 ? [...options.audiences] : audiences,
      expirationSeconds: seconds,
    },
    status: { token: issued.token, expirationTimestamp: timeOf(issued.issuedAt + seconds) },
  };
}

function validate(seconds: number): FieldError[] {
  const path = field('spec', 'expirationSeconds');
  if (seconds < MIN_SECONDS)
    return [invalid(path, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > MAX_SECONDS) {
    return [invalid(path, seconds, 'may not specify a duration larger than 2^32 seconds')];
  }
  return [];
}

/** The body may leave name and namespace out; if they are there they are those of the path. */
function checkName(draft: Draft<TokenRequest>, name: string, namespace: string): void {
  const { metadata } = draft;
  const given = metadata.name ?? '';
  const givenNamespace = metadata.namespace ?? '';
  const errors: FieldError[] = [];
  if (given !== '' && given !== name) {
    errors.push(invalid(field('metadata', 'name'), given, 'must match the service account name'));
  }
  if (givenNamespace !== '' && givenNamespace !== namespace) {
    errors.push(forbiddenField(field('metadata', 'namespace'), 'must match the service account namespace'));
  }
  if (errors.length > 0) {
    throw invalidObject({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, given, errors);
  }
}

function bind(
  reader: AdmissionReader,
  account: ServiceAccount,
  reference: { kind?: string; apiVersion?: string; name?: string; uid?: string },
): Pick<KubernetesClaim, 'pod' | 'secret' | 'node'> {
  const { kind = '', apiVersion = '', name = '', uid = '' } = reference;
  const { namespace } = account.metadata;
  const find = (resource: { group: string; plural: string }, inNamespace: string): KubeObject => {
    const object = reader.get(resource, inNamespace, name);
    if (object === undefined) throw notFound(resource, name);
    if (uid !== '' && uid !== object.metadata.uid) {
      throw conflict(
        resource,
        name,
        `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
      );
    }
    return object;
  };
  if (apiVersion === 'v1' && kind === 'Pod') {
    const pod = find(pods, namespace) as Pod;
    const runsAs = pod.spec.serviceAccountName ?? '';
    if (runsAs !== account.metadata.name) {
      throw badRequest(
        `cannot bind token for serviceaccount ${JSON.stringify(account.metadata.name)} to pod running with serviceaccount ${JSON.stringify(runsAs)}`,
      );
    }
    const nodeName = pod.spec.nodeName ?? '';
    const node = nodeName === '' ? undefined : reader.get(nodes, '', nodeName);
    return {
      pod: referenceTo(pod),
      ...(nodeName === '' ? {} : { node: { name: nodeName, uid: node?.metadata.uid ?? '' } }),
    };
  }
  if (apiVersion === 'v1' && kind === 'Secret') return { secret: referenceTo(find(secrets, namespace)) };
  if (apiVersion === 'v1' && kind === 'Node') return { node: referenceTo(find(nodes, '')) };
  throw badRequest(`cannot bind token to object of type ${apiVersion}, Kind=${kind}`);
}

function referenceTo(object: KubeObject): BoundReference {
  return { name: object.metadata.name, uid: object.metadata.uid };
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
