import type { FieldPath } from '../../fields/fieldErrors.ts';
import type { PodSpec } from '../../types.ts';
import { fractionWarnings } from './containers.ts';
import { anyOverlap, MOST_PATHS, overlapsOf } from './overlaps.ts';

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
export function volumeWarnings(volumes: readonly Volume[], path: FieldPath, warnings: string[]): void {
  for (const [i, volume] of volumes.entries()) {
    for (const [name, message] of OLD_PLUGINS) {
      if (volume[name] === undefined) continue;
      const at = path.index(i).child(name === 'storageos' ? 'storageOS' : name);
      warnings.push(`${at.toString()}: ${message}`);
    }
    const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
    if (claim === undefined) continue;
    warnings.push(...claimWarnings(claim, path.index(i).child('ephemeral', 'volumeClaimTemplate', 'spec')));
  }
  for (const volume of volumes) overlapWarnings(volume, warnings);
}

interface ClaimSpec {
  readonly resources?:
    | {
        readonly requests?: Readonly<Record<string, string>> | undefined;
        readonly limits?: Readonly<Record<string, string>> | undefined;
      }
    | undefined;
}

/** The warnings for a claim's spec (`pkg/api/persistentvolumeclaim/util.go`). */
export function claimWarnings({ resources }: ClaimSpec, path: FieldPath): string[] {
  const warnings: string[] = [];
  if (resources !== undefined) {
    const at = path.child('resources');
    fractionWarnings(resources.requests, 'storage', at, 'requests', warnings);
    fractionWarnings(resources.limits, 'storage', at, 'limits', warnings);
  }
  return warnings;
}

/** What puts files into a volume. */
interface Files {
  readonly paths: readonly string[];
  /** Such as `ConfigMap "a"`. */
  what(): string;
}

const NO_PATHS: readonly string[] = [];

const pathsOf = (items: readonly { readonly path: string }[] | undefined): readonly string[] =>
  items?.map(({ path }) => path) ?? NO_PATHS;

const named = (kind: string, name = ''): string => `${kind} ${JSON.stringify(name)}`;

function overlapWarnings(volume: Volume, warnings: string[]): void {
  const { name, configMap, secret, downwardAPI, projected } = volume;
  const warn = (paths: readonly string[], what: () => string): void =>
    void warnings.push(...overlapsOf(paths, () => `volume ${JSON.stringify(name)} (${what()})`));
  warn(pathsOf(configMap?.items), () => named('ConfigMap', configMap?.name));
  warn(pathsOf(secret?.items), () => named('Secret', secret?.secretName));
  warn(pathsOf(downwardAPI?.items), () => 'DownwardAPI');
  if (projected?.sources !== undefined) projectedOverlaps(name, projected.sources, warnings);
}

function projectedOverlaps(name: string, sources: readonly Source[], warnings: string[]): void {
  // The volume that every pod has for its token is one of these.
  const paths = pathsOfSources(sources);
  if (paths !== undefined && !anyOverlap(paths)) return;
  warnOfSources(name, sources.map(filesOf), warnings);
}

/** Undefined where a source puts no files into the volume. */
function pathsOfSources(sources: readonly Source[]): readonly string[] | undefined {
  const paths: string[] = [];
  for (const {
    configMap,
    secret,
    downwardAPI,
    serviceAccountToken,
    clusterTrustBundle,
    podCertificate,
  } of sources) {
    if (podCertificate !== undefined) return undefined;
    const items = configMap?.items ?? secret?.items ?? downwardAPI?.items;
    if (items !== undefined) for (const { path } of items) paths.push(path);
    else if (serviceAccountToken !== undefined) paths.push(serviceAccountToken.path);
    else if (clusterTrustBundle !== undefined) paths.push(clusterTrustBundle.path);
    else if (configMap === undefined && secret === undefined && downwardAPI === undefined) return undefined;
  }
  return paths;
}

function warnOfSources(name: string, all: readonly (Files | undefined)[], warnings: string[]): void {
  const before = new Set<string>();
  for (const files of all.slice(0, MOST_PATHS)) {
    if (files === undefined) {
      warnings.push(`volume ${JSON.stringify(name)} (Projected) has no sources provided`);
      continue;
    }
    const about = (): string => `volume ${JSON.stringify(name)} (Projected ${files.what()})`;
    const { paths } = files;
    if (paths.length > 0) {
      warnings.push(...overlapsOf(paths, about), ...overlapsOf([...new Set(paths), ...before].sort(), about));
    }
    for (const path of paths.slice(0, MOST_PATHS)) before.add(path);
  }
}

function filesOf(source: Source): Files | undefined {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
  if (configMap !== undefined) {
    return { what: () => named('ConfigMap', configMap.name), paths: pathsOf(configMap.items) };
  }
  if (secret !== undefined) {
    return { what: () => named('Secret', secret.name), paths: pathsOf(secret.items) };
  }
  if (downwardAPI !== undefined) return { what: () => 'DownwardAPI', paths: pathsOf(downwardAPI.items) };
  if (serviceAccountToken !== undefined) {
    return { what: () => 'ServiceAccountToken', paths: [serviceAccountToken.path] };
  }
  if (clusterTrustBundle !== undefined) {
    const { name, signerName, path } = clusterTrustBundle;
    return { what: () => named('ClusterTrustBundle', name ?? signerName), paths: [path] };
  }
  if (podCertificate !== undefined) {
    const { credentialBundlePath, keyPath, certificateChainPath } = podCertificate;
    const paths = [credentialBundlePath, keyPath, certificateChainPath];
    return {
      what: () => named('PodCertificate chain', certificateChainPath),
      paths: paths.flatMap((path) => (path === undefined || path === '' ? [] : [path])),
    };
  }
  return undefined;
}
