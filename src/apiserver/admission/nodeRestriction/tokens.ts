import type { Draft, KubeObject } from '../../../api/meta.ts';
import { pods } from '../../../api/resources.ts';
import { notFound } from '../../../api/status.ts';
import type { Pod, TokenRequest, Volume } from '../../../api/types.ts';
import type { AdmissionAttributes, AdmissionReader } from '../contract.ts';
import { refuse } from '../refuse.ts';
import type { NodeRestrictionOptions } from './options.ts';

/** The verb that allows a node to request other audiences than those of its pods. The resource is the audience. */
const AUDIENCE_VERB = 'request-serviceaccounts-token-audience';

/** A node may request only tokens that are bound to a pod on it, for an audience that the pod requests. */
export function checkToken(
  attributes: AdmissionAttributes,
  nodeName: string,
  options: NodeRestrictionOptions,
): void {
  if (attributes.operation !== 'CREATE' || attributes.subresource !== 'token') return;
  const { spec } = attributes.object as unknown as Draft<TokenRequest>;
  const bound = spec.boundObjectRef;
  if (bound?.apiVersion !== 'v1' || bound.kind !== 'Pod' || (bound.name ?? '') === '') {
    throw refuse(attributes, 'node requested token not bound to a pod');
  }
  if ((bound.uid ?? '') === '')
    throw refuse(attributes, 'node requested token with a pod binding without a uid');
  const found = options.reader.get(pods, attributes.namespace, bound.name ?? '') as Pod | undefined;
  if (found === undefined) throw notFound(pods, bound.name ?? '');
  if (found.metadata.uid !== bound.uid) {
    throw refuse(
      attributes,
      `the UID in the bound object reference (${bound.uid ?? ''}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (found.spec.nodeName !== nodeName) {
    throw refuse(attributes, 'node requested token bound to a pod scheduled on a different node');
  }
  checkAudience(attributes, spec.audiences ?? [], found, options);
}

/** `validateNodeServiceAccountAudience`. No audience means the API server's own. */
function checkAudience(
  attributes: AdmissionAttributes,
  audiences: readonly string[],
  pod: Pod,
  { reader, authorizer }: NodeRestrictionOptions,
): void {
  const [audience = '', ...others] = audiences;
  if (others.length > 0) throw refuse(attributes, 'node may only request 0 or 1 audiences');
  if ((pod.spec.volumes ?? []).some((volume) => asksFor(volume, audience, pod, reader))) return;
  const { user, namespace, name } = attributes;
  const { allowed } = authorizer.authorize(user, {
    isResourceRequest: true,
    path: '',
    verb: AUDIENCE_VERB,
    group: '',
    version: 'v1',
    namespace,
    resource: audience,
    subresource: '',
    name,
  });
  if (allowed) return;
  throw refuse(
    attributes,
    `audience ${JSON.stringify(audience)} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`,
  );
}

function asksFor(volume: Volume, audience: string, pod: Pod, reader: AdmissionReader): boolean {
  const projected = volume.projected?.sources ?? [];
  const isProjected = projected.some(
    ({ serviceAccountToken: token }) => token !== undefined && (token.audience ?? '') === audience,
  );
  if (isProjected) return true;
  const driver = reader.get(
    { group: 'storage.k8s.io', plural: 'csidrivers' },
    '',
    driverOf(volume, pod, reader),
  );
  const { tokenRequests = [] } = specOf<{ tokenRequests?: readonly { audience?: string }[] }>(driver);
  return tokenRequests.some((request) => (request.audience ?? '') === audience);
}

/** The CSI driver that mounts a volume, directly or through a claim; '' if there is none. */
function driverOf(volume: Volume, { metadata }: Pod, reader: AdmissionReader): string {
  const claim =
    volume.ephemeral === undefined
      ? volume.persistentVolumeClaim?.claimName
      : `${metadata.name}-${volume.name}`;
  if (claim === undefined) return volume.csi?.driver ?? '';
  const core = (plural: string): { group: string; plural: string } => ({ group: '', plural });
  const found = reader.get(core('persistentvolumeclaims'), metadata.namespace, claim);
  const { volumeName = '' } = specOf<{ volumeName?: string }>(found);
  const stored = reader.get(core('persistentvolumes'), '', volumeName);
  return specOf<{ csi?: { driver: string } }>(stored).csi?.driver ?? '';
}

/** Of kinds that may not be served here. */
function specOf<T extends object>(object: KubeObject | undefined): Partial<T> {
  return (object as { readonly spec?: T } | undefined)?.spec ?? {};
}
