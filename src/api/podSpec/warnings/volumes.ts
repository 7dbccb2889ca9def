import type { FieldPath } from '../../fields/fieldErrors.ts';
import type { PodSpec } from '../../types.ts';
import { fractionWarnings } from './containers.ts';

type Volume = NonNullable<PodSpec['volumes']>[number];
type Source = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

const OLD_PLUGINS: readonly (readonly [name: keyof Volume, message: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

/** Volumes of plugins that are gone, and files of one volume that are in each other's way. */
export function volumeWarnings(volumes: readonly Volume[], path: FieldPath): string[] {
  return [
    ...volumes.flatMap((volume, i) => {
      const at = path.index(i);
      const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
      return [
        ...OLD_PLUGINS.filter(([name]) => volume[name] !== undefined).map(
          ([name, message]) =>
            `${at.child(name === 'storageos' ? 'storageOS' : name).toString()}: ${message}`,
        ),
        ...(claim === undefined
          ? []
          : claimWarnings(claim, at.child('ephemeral', 'volumeClaimTemplate', 'spec'))),
      ];
    }),
    ...volumes.flatMap(overlapWarnings),
  ];
}

interface ClaimSpec {
  readonly resources?:
    | {
        readonly requests?: Readonly<Record<string, string>> | undefined;
        readonly limits?: Readonly<Record<string, string>> | undefined;
      }
    | undefined;
}

/** Of a claim's spec (`pkg/api/persistentvolumeclaim/util.go`). */
export function claimWarnings({ resources }: ClaimSpec, path: FieldPath): string[] {
  return [
    ...fractionWarnings(resources?.requests, 'storage', path.child('resources', 'requests')),
    ...fractionWarnings(resources?.limits, 'storage', path.child('resources', 'limits')),
  ];
}

const pathsOf = (items: readonly { readonly path: string }[] | undefined): string[] =>
  (items ?? []).map(({ path }) => path);

function overlapWarnings(volume: Volume): string[] {
  const { name, configMap, secret, downwardAPI, projected } = volume;
  const about = (what: string): string => `volume ${JSON.stringify(name)} (${what}): overlapping paths`;
  return [
    ...overlaps(pathsOf(configMap?.items), about(`ConfigMap ${JSON.stringify(configMap?.name ?? '')}`)),
    ...overlaps(pathsOf(secret?.items), about(`Secret ${JSON.stringify(secret?.secretName ?? '')}`)),
    ...overlaps(pathsOf(downwardAPI?.items), about('DownwardAPI')),
    ...projectedOverlaps(name, projected?.sources ?? []),
  ];
}

function projectedOverlaps(name: string, sources: readonly Source[]): string[] {
  const before = new Set<string>();
  return sources.flatMap((source) => {
    const found = sourceOf(source);
    if (found === undefined) return [`volume ${JSON.stringify(name)} (Projected) has no sources provided`];
    const { what, paths } = found;
    if (paths.length === 0) return [];
    const about = `volume ${JSON.stringify(name)} (Projected ${what}): overlapping paths`;
    const own = new Set(paths);
    const warnings = [...overlaps(paths, about), ...overlaps([...own, ...before].sort(), about)];
    own.forEach((path) => before.add(path));
    return warnings;
  });
}

function sourceOf(source: Source): { readonly what: string; readonly paths: string[] } | undefined {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
  if (configMap !== undefined) {
    return { what: `ConfigMap ${JSON.stringify(configMap.name ?? '')}`, paths: pathsOf(configMap.items) };
  }
  if (secret !== undefined) {
    return { what: `Secret ${JSON.stringify(secret.name ?? '')}`, paths: pathsOf(secret.items) };
  }
  if (downwardAPI !== undefined) return { what: 'DownwardAPI', paths: pathsOf(downwardAPI.items) };
  if (serviceAccountToken !== undefined) {
    return { what: 'ServiceAccountToken', paths: [serviceAccountToken.path] };
  }
  if (clusterTrustBundle !== undefined) {
    const name = JSON.stringify(clusterTrustBundle.name ?? clusterTrustBundle.signerName ?? '');
    return { what: `ClusterTrustBundle ${name}`, paths: [clusterTrustBundle.path] };
  }
  if (podCertificate !== undefined) {
    const { credentialBundlePath, keyPath, certificateChainPath } = podCertificate;
    const paths = [credentialBundlePath, keyPath, certificateChainPath];
    return {
      what: `PodCertificate chain ${JSON.stringify(certificateChainPath ?? '')}`,
      paths: paths.flatMap((path) => (path === undefined || path === '' ? [] : [path])),
    };
  }
  return undefined;
}

function overlaps(paths: readonly string[], about: string): string[] {
  const seen: string[] = [];
  return paths.flatMap((each) => {
    const path = each.replace(/\/+$/, '');
    const other = seen.find((one) => overlap(one, path));
    if (!seen.includes(path)) seen.push(path);
    return other === undefined ? [] : [`${about}: ${JSON.stringify(path)} with ${JSON.stringify(other)}`];
  });
}

function overlap(a: string, b: string): boolean {
  if (a === '' || b === '') return false;
  return a === b || `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`);
}
