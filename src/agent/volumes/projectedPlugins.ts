import { join } from 'node:path';
import { exponentialBackoff } from '../../base/backoff.ts';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import { configMaps, secrets } from '../../api/resources.ts';
import type { Pod, Volume } from '../../api/types.ts';
import { podDirectory } from '../paths.ts';
import { type Payload, type PayloadFile, writeAtomically } from './atomicWriter.ts';
import {
  MEMORY_VOLUME_MODE,
  type PodVolume,
  VOLUME_MODE,
  type VolumeOptions,
  type VolumePlugin,
} from './contract.ts';
import { downwardSource, objectSource, projectedSources, type VolumeSource } from './sources.ts';

/** Volumes whose files are made from objects of the API, and kept in step with them while the pod runs. */
export function projectedPlugins(options: VolumeOptions): readonly VolumePlugin[] {
  const plugin = (
    type: VolumePlugin['type'],
    directory: string,
    /** `isSecret`: nothing of it reaches the disk. */
    { isSecret, mode }: { readonly isSecret: boolean; readonly mode: number },
    sourcesOf: (volume: Volume) => readonly VolumeSource[],
  ): VolumePlugin => ({
    type,
    setUp(pod, volume, signal) {
      const root = isSecret
        ? join(options.paths.volatile, pod.metadata.uid)
        : join(podDirectory(options.paths, pod.metadata.uid), 'volumes');
      const hostPath = join(root, `kubernetes.io~${directory}`, volume.name);
      return LiveVolume.open(options, pod, { hostPath, mode }, sourcesOf(volume), signal);
    },
  });
  return [
    plugin('configMap', 'configmap', PLAIN, ({ configMap }) =>
      configMap === undefined ? [] : [objectSource(options, 'configMap', configMap, configMap.defaultMode)],
    ),
    plugin('secret', 'secret', SECRET, ({ secret }) => {
      if (secret === undefined) return [];
      const { secretName, items, optional, defaultMode } = secret;
      const source = {
        ...(secretName === undefined ? {} : { name: secretName }),
        ...(items === undefined ? {} : { items }),
        ...(optional === undefined ? {} : { optional }),
      };
      return [objectSource(options, 'secret', source, defaultMode)];
    }),
    plugin('downwardAPI', 'downward-api', { ...PLAIN, mode: MEMORY_VOLUME_MODE }, ({ downwardAPI }) =>
      downwardAPI === undefined
        ? []
        : [downwardSource(options, downwardAPI.items ?? [], downwardAPI.defaultMode)],
    ),
    plugin('projected', 'projected', SECRET, ({ projected }) =>
      projected === undefined ? [] : projectedSources(options, projected),
    ),
  ];
}

const PLAIN = { isSecret: false, mode: VOLUME_MODE } as const;
const SECRET = { isSecret: true, mode: MEMORY_VOLUME_MODE } as const;

/** Where a volume is, and its directory's mode. */
interface Place {
  readonly hostPath: string;
  readonly mode: number;
}

/** A token that is over when it comes is of a clock that goes wrong: no reason to ask for the next one at once. */
const SHORTEST_MS = 1_000;
const RETRY = exponentialBackoff({ initialMs: 1_000, maxMs: 60_000 });

/** Writes its files again when an object, the pod or a token's time asks for it; one write at a time, the latest wins. */
class LiveVolume implements PodVolume {
  readonly hostPath: string;
  readonly isReadOnly = true;
  readonly #options: VolumeOptions;
  readonly #mode: number;
  readonly #sources: readonly VolumeSource[];
  readonly #watches = new DisposableStore();
  readonly #abort = new AbortController();
  #pod: Pod;
  #payload: Payload | undefined;
  #timer: Disposable | undefined;
  #writing: Promise<void> | undefined;
  #again = false;
  #backoff = RETRY;

  private constructor(options: VolumeOptions, pod: Pod, place: Place, sources: readonly VolumeSource[]) {
    this.#options = options;
    this.#pod = pod;
    this.hostPath = place.hostPath;
    this.#mode = place.mode;
    this.#sources = sources;
  }

  static async open(
    options: VolumeOptions,
    pod: Pod,
    place: Place,
    sources: readonly VolumeSource[],
    signal: AbortSignal,
  ): Promise<LiveVolume> {
    const volume = new LiveVolume(options, pod, place, sources);
    const { namespace } = pod.metadata;
    for (const { kind, name } of sources.flatMap(({ watched }) => watched)) {
      const onChange = (): void => volume.#renew();
      const watch =
        kind === 'secret'
          ? options.objects.watch(secrets, namespace, name, onChange)
          : options.objects.watch(configMaps, namespace, name, onChange);
      volume.#watches.add(watch);
    }
    const expiring = sources.filter((source) => source.expire !== undefined);
    if (options.onClockSet !== undefined && expiring.length > 0) {
      volume.#watches.add(
        options.onClockSet(() => {
          for (const source of expiring) source.expire?.();
          volume.#renew();
        }),
      );
    }
    try {
      await volume.#write(signal);
    } catch (error) {
      await volume.close();
      throw error;
    }
    return volume;
  }

  update(pod: Pod): void {
    this.#pod = pod;
    this.#renew();
  }

  async close(): Promise<void> {
    this.#watches.dispose();
    this.#timer?.dispose();
    this.#abort.abort();
    await this.#writing;
    this.#timer?.dispose();
  }

  #renew(): void {
    if (this.#abort.signal.aborted) return;
    if (this.#writing !== undefined) {
      this.#again = true;
      return;
    }
    this.#writing = this.#write(this.#abort.signal)
      .then(
        () => (this.#backoff = RETRY),
        (error: unknown) => {
          if (this.#abort.signal.aborted) return;
          // The existing files stay: a running pod does not lose them because their object is gone.
          this.#options.logger.warn('volume not updated', { path: this.hostPath, error });
          this.#wakeIn(this.#backoff.delayMs);
          this.#backoff = this.#backoff.next();
        },
      )
      .then(() => {
        this.#writing = undefined;
        if (this.#again) {
          this.#again = false;
          this.#renew();
        }
      });
  }

  async #write(signal: AbortSignal): Promise<void> {
    const files = new Map<string, PayloadFile>();
    for (const source of this.#sources) {
      for (const [path, file] of await source.read(this.#pod, signal)) files.set(path, file);
    }
    const now = this.#options.clock.now();
    const group = this.#pod.spec.securityContext?.fsGroup;
    const root = this.#options.users.of(this.#pod.metadata.uid)?.hostId;
    const options = { mode: this.#mode, group, root, now };
    this.#payload = await writeAtomically(this.hostPath, files, options, this.#payload);
    const expiries = this.#sources.flatMap((source) => source.expiresAt?.() ?? []);
    if (expiries.length > 0) this.#wakeIn(Math.max(Math.min(...expiries) - now, SHORTEST_MS));
  }

  #wakeIn(ms: number): void {
    this.#timer?.dispose();
    this.#timer = this.#options.clock.timeout(ms, () => this.#renew());
  }
}
