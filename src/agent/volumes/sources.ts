import { configMaps, secrets, serviceAccounts } from '../../api/resources.ts';
import { msOf } from '../../api/time.ts';
import type { Pod, TokenRequest, Volume } from '../../api/types.ts';
import { podField, resourceField } from '../hooks/podFields.ts';
import { specOf } from '../pods/identity.ts';
import type { PayloadFile } from './atomicWriter.ts';
import type { VolumeOptions } from './contract.ts';

/** A part of a volume's content. `read` collects the files; `listen` tells when to read again. */
export interface VolumeSource {
  read(pod: Pod, signal: AbortSignal): Promise<ReadonlyMap<string, PayloadFile>>;
  /** The objects whose changes matter. */
  readonly watched: readonly { readonly kind: 'configMap' | 'secret'; readonly name: string }[];
  /** When what was read last must be read again, in ms since the epoch; undefined for never. */
  expiresAt?(): number | undefined;
  /** The time of day has jumped: what was read by it is read again. */
  expire?(): void;
}

type KeyToPath = { readonly key: string; readonly path: string; readonly mode?: number };
type Projection = NonNullable<NonNullable<NonNullable<Volume['projected']>['sources']>[number]>;

const DEFAULT_MODE = 0o644;

export function objectSource(
  options: VolumeOptions,
  kind: 'configMap' | 'secret',
  source: { readonly name?: string; readonly items?: readonly KeyToPath[]; readonly optional?: boolean },
  defaultMode: number | undefined,
): VolumeSource {
  const { name = '', items, optional = false } = source;
  return {
    watched: [{ kind, name }],
    async read(pod, signal) {
      const { namespace } = pod.metadata;
      const data = await dataOf(options, kind, namespace, name, signal);
      if (data === undefined && !optional) {
        throw new Error(`${kind === 'configMap' ? 'configmap' : 'secret'} "${name}" not found`);
      }
      return pickKeys(data ?? new Map(), items, defaultMode ?? DEFAULT_MODE, optional, kind);
    },
  };
}

async function dataOf(
  options: VolumeOptions,
  kind: 'configMap' | 'secret',
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  const decode = (values: Readonly<Record<string, string>> | undefined, encoding: BufferEncoding) =>
    Object.entries(values ?? {}).map(([key, value]) => [key, Buffer.from(value, encoding)] as const);
  if (kind === 'secret') {
    const found = await options.objects.get(secrets, namespace, name, signal);
    return found && new Map(decode(found.data, 'base64'));
  }
  const found = await options.objects.get(configMaps, namespace, name, signal);
  return found && new Map([...decode(found.data, 'utf8'), ...decode(found.binaryData, 'base64')]);
}

function pickKeys(
  data: ReadonlyMap<string, Uint8Array>,
  items: readonly KeyToPath[] | undefined,
  mode: number,
  optional: boolean,
  kind: 'configMap' | 'secret',
): Map<string, PayloadFile> {
  const files = new Map<string, PayloadFile>();
  if (items === undefined || items.length === 0) {
    for (const [key, value] of data) files.set(key, { data: value, mode });
    return files;
  }
  for (const item of items) {
    const value = data.get(item.key);
    if (value !== undefined) files.set(item.path, { data: value, mode: item.mode ?? mode });
    else if (!optional) {
      throw new Error(
        kind === 'configMap'
          ? `configmap references non-existent config key: ${item.key}`
          : `references non-existent secret key: ${item.key}`,
      );
    }
  }
  return files;
}

type DownwardItem = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number];

export function downwardSource(
  options: VolumeOptions,
  items: readonly DownwardItem[],
  defaultMode: number | undefined,
): VolumeSource {
  return {
    watched: [],
    read(pod) {
      const sources = { ...options.sources(), podIPs: options.podIPs(pod.metadata.uid) };
      const files = items.map(({ path, mode, fieldRef, resourceFieldRef }) => {
        const text =
          fieldRef === undefined
            ? resourceText(pod, resourceFieldRef, sources.allocatable)
            : podField(pod, fieldRef.fieldPath, sources);
        if (text === undefined) throw new Error(`unsupported downward API field in ${path}`);
        return [path, { data: Buffer.from(text), mode: mode ?? defaultMode ?? DEFAULT_MODE }] as const;
      });
      return Promise.resolve(new Map(files));
    },
  };
}

function resourceText(
  pod: Pod,
  ref: DownwardItem['resourceFieldRef'],
  allocatable: Readonly<Record<string, string>>,
): string | undefined {
  const container = specOf(pod, ref?.containerName ?? '');
  return ref && container && resourceField(container, ref.resource, ref.divisor, allocatable);
}

/** Tokens are asked for again after this part of their life (kubelet `token_manager.go`), a day at the latest. */
const REFRESH_AT = 0.8;
const MAX_AGE_MS = 24 * 3_600_000;

export function tokenSource(
  options: VolumeOptions,
  projection: NonNullable<Projection['serviceAccountToken']>,
  defaultMode: number | undefined,
): VolumeSource {
  let token: { readonly text: string; readonly refreshAt: number } | undefined;
  return {
    watched: [],
    expiresAt: () => token?.refreshAt,
    expire: () => (token = undefined),
    async read(pod, signal) {
      const now = options.clock.now();
      if (token === undefined || token.refreshAt <= now) token = await request(pod, signal);
      return new Map([
        [projection.path, { data: Buffer.from(token.text), ...tokenMode(pod, defaultMode ?? DEFAULT_MODE) }],
      ]);
    },
  };

  async function request(pod: Pod, signal: AbortSignal): Promise<{ text: string; refreshAt: number }> {
    const { namespace, name, uid } = pod.metadata;
    const account = pod.spec.serviceAccountName ?? 'default';
    const { audience, expirationSeconds = 3_600 } = projection;
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { namespace, name: account },
      spec: {
        audiences: audience === undefined || audience === '' ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    };
    const answer = await options.client.createSubresource<TokenRequest>(
      serviceAccounts,
      { namespace, name: account },
      'token',
      body,
      { signal },
    );
    const now = options.clock.now();
    const expires = msOf(answer.status?.expirationTimestamp) ?? now + expirationSeconds * 1000;
    return {
      text: answer.status?.token ?? '',
      refreshAt: now + Math.min((expires - now) * REFRESH_AT, MAX_AGE_MS),
    };
  }
}

/**
 * A token is its user's alone where all containers run as the same one, and the group's that the pod has; else it is as
 * its volume says (volume `projected.go`, `util.FsUserFrom`).
 */
export function tokenMode(pod: Pod, defaultMode: number): { mode: number; uid?: number } {
  const { fsGroup, runAsUser: ofPod } = pod.spec.securityContext ?? {};
  const users = new Set(
    [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(
      ({ securityContext }) => securityContext?.runAsUser ?? ofPod,
    ),
  );
  const [user] = users;
  if (users.size === 1 && user !== undefined) return { mode: 0o600, uid: user };
  return { mode: fsGroup === undefined ? defaultMode : 0o600 };
}

export function projectedSources(
  options: VolumeOptions,
  volume: NonNullable<Volume['projected']>,
): VolumeSource[] {
  const { defaultMode } = volume;
  for (const source of volume.sources ?? []) {
    if (source.clusterTrustBundle !== undefined)
      throw new Error('ClusterTrustBundle projection is not supported');
    if (source.podCertificate !== undefined) throw new Error('PodCertificate projection is not supported');
  }
  return (volume.sources ?? []).flatMap(({ configMap, secret, downwardAPI, serviceAccountToken }) => [
    ...(configMap === undefined ? [] : [objectSource(options, 'configMap', configMap, defaultMode)]),
    ...(secret === undefined ? [] : [objectSource(options, 'secret', secret, defaultMode)]),
    ...(downwardAPI === undefined ? [] : [downwardSource(options, downwardAPI.items ?? [], defaultMode)]),
    ...(serviceAccountToken === undefined ? [] : [tokenSource(options, serviceAccountToken, defaultMode)]),
  ]);
}
