import { MIRROR_ANNOTATION } from '../../api/kinds/pod/validation.ts';
import type { Unchecked } from '../../api/fields/unchecked.ts';
import { podReferences } from '../../api/podSpec/references.ts';
import { freezeJson } from '../../api/freeze.ts';
import { pods } from '../../api/resources.ts';
import type { Draft } from '../../api/meta.ts';
import type { Pod, ServiceAccount, Volume } from '../../api/types.ts';
import type { Random } from '../../base/random.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts';
import { isAbout, refuse } from './refuse.ts';

export const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
/** An hour and seven seconds: upstream recognizes its own tokens by these seconds. */
const TOKEN_SECONDS = 3607;

export interface ServiceAccountOptions {
  readonly random: Random;
  /** Finds the account. It waits a moment for a `default` that the controller has not made yet. */
  findAccount(
    namespace: string,
    name: string,
  ): Promise<ServiceAccount | undefined> | ServiceAccount | undefined;
}

/** Gives every pod a service account, which must exist, and its token (`plugin/pkg/admission/serviceaccount`). */
export function serviceAccount(options: ServiceAccountOptions): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    handles: (attributes) => attributes.operation === 'CREATE' && isAbout(attributes, pods),
    mutate(attributes) {
      const { spec, metadata } = attributes.object as unknown as Draft<Pod>;
      if (metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) {
        refuseReferences(attributes);
        return undefined;
      }
      const name = spec.serviceAccountName ?? '';
      spec.serviceAccountName = name === '' ? 'default' : name;
      spec.serviceAccount = spec.serviceAccountName;
      const account = options.findAccount(attributes.namespace, spec.serviceAccountName);
      if (account instanceof Promise)
        return account.then((found) => runAs(found, attributes, options.random));
      runAs(account, attributes, options.random);
      return undefined;
    },
  };
}

/** Sets the fields of a pod that come from its account. */
function runAs(account: ServiceAccount | undefined, attributes: AdmissionAttributes, random: Random): void {
  const { spec } = attributes.object as unknown as Draft<Pod>;
  if (account === undefined) {
    const name = spec.serviceAccountName ?? '';
    throw refuse(
      attributes,
      `error looking up service account ${attributes.namespace}/${name}: serviceaccount "${name}" not found`,
    );
  }
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) {
    mountToken(spec, random);
  }
  if ((spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0) {
    spec.imagePullSecrets = structuredClone(account.imagePullSecrets) as never;
  }
}

/** Mirror pods show static pods of a node. They must not refer to objects of the API. */
function refuseReferences(attributes: AdmissionAttributes): void {
  const references = podReferences(attributes.object as Unchecked<Pod>);
  const needs = (resource: string): boolean => references.some((each) => each.resource === resource);
  if (references.some(({ resource, name }) => resource === 'serviceaccounts' && name !== '')) {
    throw refuse(attributes, 'a mirror pod may not reference service accounts');
  }
  if (needs('secrets')) throw refuse(attributes, 'a mirror pod may not reference secrets');
  if (needs('serviceaccounts')) {
    throw refuse(attributes, 'a mirror pod may not use service account token volume projections');
  }
}

function mountToken(spec: Draft<Pod>['spec'], random: Random): void {
  const existing = spec.volumes?.find(
    (volume) => volume.projected !== undefined && volume.name.startsWith(VOLUME_PREFIX),
  );
  const name = existing?.name ?? `${VOLUME_PREFIX}${random.suffix(5)}`;
  let mounted = false;
  for (const container of [...(spec.initContainers ?? []), ...containersOf(spec)]) {
    if (container.volumeMounts?.some((mount) => mount.mountPath === TOKEN_PATH) === true) continue;
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name, readOnly: true, mountPath: TOKEN_PATH },
    ];
    mounted = true;
  }
  if (existing === undefined && mounted) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

/** This runs before validation, so there may be none. */
function containersOf(spec: Draft<Pod>['spec']): Draft<Pod>['spec']['containers'] {
  return (spec as Partial<typeof spec>).containers ?? [];
}

/** All pods share this object. */
const TOKEN_PROJECTION = freezeJson({
  sources: [
    { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ],
  defaultMode: 0o644,
} satisfies Volume['projected']);

function tokenVolume(name: string): NonNullable<Draft<Pod>['spec']['volumes']>[number] {
  return { name, projected: TOKEN_PROJECTION };
}
