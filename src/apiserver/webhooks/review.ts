import { apiVersionOf, type GroupVersionKind, type Resource } from '../../api/resource.ts';
import type { AdmissionAttributes } from '../admission/contract.ts';

/** A request in the version that a hook asks for. */
export interface ReviewedForm {
  readonly resource: Resource;
  readonly kind: GroupVersionKind;
  readonly object: unknown;
  readonly old: unknown;
}

export type ReviewVersion = 'v1' | 'v1beta1';

const GROUP = 'admission.k8s.io';

/** The AdmissionReview that is sent to a webhook (`plugin/webhook/request`), as JSON. */
export function reviewText(
  version: ReviewVersion,
  uid: string,
  attributes: AdmissionAttributes,
  form: ReviewedForm,
): string {
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: `${GROUP}/${version}`,
    request: {
      uid,
      ...reviewedRequest(attributes, form),
      object: form.object ?? null,
      oldObject: form.old ?? null,
    },
  });
}

/** The request in a review, without its objects. Match conditions see it as `request`. */
export function reviewedRequest(
  attributes: AdmissionAttributes,
  { resource, kind }: Pick<ReviewedForm, 'resource' | 'kind'>,
): object {
  const { subresource, name, namespace, user } = attributes;
  return {
    kind: kindOf(kind),
    resource: resourceOf(resource),
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: kindOf(attributes.kind),
    requestResource: resourceOf(attributes.resource),
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...namespaceOf(namespace, attributes),
    operation: attributes.operation,
    userInfo: {
      username: user.name,
      ...(user.uid === undefined || user.uid === '' ? {} : { uid: user.uid }),
      groups: user.groups,
      ...(user.extra === undefined ? {} : { extra: user.extra }),
    },
    dryRun: attributes.dryRun,
    options: attributes.options ?? null,
  };
}

const kindOf = ({ group, version, kind }: GroupVersionKind): object => ({ group, version, kind });
const resourceOf = ({ group, version, plural }: Resource): object => ({ group, version, resource: plural });

/** A Namespace counts as being in itself. */
function namespaceOf(namespace: string, { resource, name }: AdmissionAttributes): object {
  const own = resource.group === '' && resource.plural === 'namespaces' ? name : namespace;
  return own === '' ? {} : { namespace: own };
}

/** The answer of a webhook, after its types were checked. */
export interface ReviewResponse {
  readonly allowed: boolean;
  readonly status: ResponseStatus | undefined;
  /** The decoded text of a JSON Patch; undefined if there is none. */
  readonly patch: string | undefined;
  readonly patchType: string;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** The fields of an answer's Status that are used. */
export interface ResponseStatus {
  readonly code?: number;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: object;
}

/** @throws Error if this does not answer the question, in upstream's words (VerifyAdmissionResponse) */
export function readReview(
  version: ReviewVersion,
  uid: string,
  isMutating: boolean,
  review: unknown,
): ReviewResponse {
  const { kind = '', apiVersion = '', response } = objectOf(review, 'AdmissionReview');
  if (response === undefined || response === null) throw new Error('webhook response was absent');
  const given = objectOf(response, 'AdmissionResponse');
  const patch = textOf(given, 'patch');
  const patchType =
    given.patchType === undefined || given.patchType === null ? undefined : textOf(given, 'patchType');
  // Answers of version v1beta1 are accepted without these two.
  if (version === 'v1') {
    if (given.uid !== uid) {
      throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(given.uid ?? '')}`);
    }
    const expected = { group: GROUP, version };
    if (kind !== 'AdmissionReview' || apiVersion !== apiVersionOf(expected)) {
      throw new Error(
        `expected webhook response of ${GROUP}/${version}, Kind=AdmissionReview, got ${String(apiVersion)}, Kind=${String(kind)}`,
      );
    }
    checkPatch(isMutating, patch, patchType);
  }
  return {
    allowed: given.allowed === true,
    status:
      given.status === undefined || given.status === null ? undefined : objectOf(given.status, 'Status'),
    patch: isMutating && patch !== '' ? Buffer.from(patch, 'base64').toString() : undefined,
    patchType: version === 'v1' ? (patchType ?? '') : 'JSONPatch',
    warnings: listOf(given.warnings),
    auditAnnotations: mapOf(given.auditAnnotations),
  };
}

function checkPatch(isMutating: boolean, patch: string, patchType: string | undefined): void {
  if (!isMutating) {
    if (patch !== '') throw new Error('validating webhook may not return response.patch');
    if (patchType !== undefined) throw new Error('validating webhook may not return response.patchType');
  } else if (patch !== '' && patchType === undefined) {
    throw new Error('webhook returned response.patch but not response.patchType');
  } else if (patch === '' && patchType !== undefined) {
    throw new Error('webhook returned response.patchType but not response.patch');
  } else if (patchType === '') throw new Error('webhook returned invalid response.patchType of ""');
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`json: cannot unmarshal ${goType(value)} into Go value of type v1.${what}`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function textOf(object: Readonly<Record<string, unknown>>, name: string): string {
  const value = object[name] ?? '';
  if (typeof value === 'string') return value;
  throw new Error(
    `json: cannot unmarshal ${goType(value)} into Go struct field .response.${name} of type string`,
  );
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function mapOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'null' : typeof value;
}
