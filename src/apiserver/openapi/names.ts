import type { Kind } from '../../api/kind.ts';
import { modelNames, modelOf } from '../../api/schema/models.ts';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Where Go packages are in the names of definitions; all others are in k8s.io/api. */
const PACKAGES: Readonly<Record<string, string>> = {
  'meta.v1': 'io.k8s.apimachinery.pkg.apis.meta.v1',
  version: 'io.k8s.apimachinery.pkg.version',
  'apiextensions.v1': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
  'apiregistration.v1': 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1',
};

/** Definitions of types that are no models: scalars with a form of their own, and what has no schema. */
export const COMMON = {
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  time: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  microtime: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
  patch: 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  fieldsV1: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  raw: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
} as const;

/** `io.k8s.api.apps.v1.Deployment` for `V1Deployment`. */
export function definitionName(model: string): string {
  if (model === 'VersionInfo') return `${PACKAGES.version ?? ''}.Info`;
  const { goPackage, goName } = modelOf(model);
  return `${PACKAGES[goPackage] ?? `io.k8s.api.${goPackage}`}.${goName}`;
}

/** The Go package of an API group's version: `rbac.v1` for rbac.authorization.k8s.io/v1. */
function goPackageOf(group: string, version: string): string {
  return `${group === '' ? 'core' : (group.split('.')[0] ?? group)}.${version}`;
}

/** Finds the model of a kind by where it is in Go; undefined for kinds without one (PodExecOptions). */
export function modelFinder(): (kind: GroupVersionKind) => string | undefined {
  const models = new Map(
    modelNames().map((name) => {
      const { goPackage, goName } = modelOf(name);
      return [`${goPackage}.${goName}`, name];
    }),
  );
  return ({ group, version, kind }) => models.get(`${goPackageOf(group, version)}.${kind}`);
}

/** The kinds that models stand for, their lists included: what `x-kubernetes-group-version-kind` says. */
export function kindsOfModels(kinds: readonly Kind[]): ReadonlyMap<string, readonly GroupVersionKind[]> {
  const map = new Map<string, GroupVersionKind[]>();
  const everywhere: GroupVersionKind[] = [];
  const seen = new Set<string>();
  for (const kind of kinds) {
    for (const { resource, model } of [kind, ...(kind.alsoServedAs ?? [])]) {
      const { group, version } = resource;
      map.set(model, [{ group, kind: resource.kind, version }]);
      map.set(`${model}List`, [{ group, kind: `${resource.kind}List`, version }]);
      if (seen.has(`${group}/${version}`)) continue;
      seen.add(`${group}/${version}`);
      everywhere.push({ group, kind: 'DeleteOptions', version });
    }
  }
  map.set('V1DeleteOptions', everywhere);
  map.set('V1Status', [{ group: '', kind: 'Status', version: 'v1' }]);
  map.set('V1Scale', [{ group: 'autoscaling', kind: 'Scale', version: 'v1' }]);
  map.set('V1Eviction', [{ group: 'policy', kind: 'Eviction', version: 'v1' }]);
  map.set('V1Binding', [{ group: '', kind: 'Binding', version: 'v1' }]);
  map.set('AuthenticationV1TokenRequest', [
    { group: 'authentication.k8s.io', kind: 'TokenRequest', version: 'v1' },
  ]);
  return map;
}
