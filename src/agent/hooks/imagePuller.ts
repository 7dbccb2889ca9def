import type { Clock } from '../../base/clock.ts';
import { secrets } from '../../api/resources.ts';
import type { Pod } from '../../api/types.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import type { ObjectStore } from '../objects/objectStore.ts';
import { createRestartBackoff } from '../pods/restartBackoff.ts';
import type { ImageService, ImageStatus } from '../runtime/contract.ts';
import { ContainerStartError, RETRY_MS } from './contract.ts';
import { goDuration } from './goDuration.ts';
import { withDefaultTag } from './imageReference.ts';
import { credentialsFor, type RegistryCredentials } from './registryCredentials.ts';

export interface ImagePullerOptions {
  readonly images: ImageService;
  readonly objects: ObjectStore;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/** An image that a pod needs. */
export interface WantedImage {
  readonly pod: Pod;
  readonly image: string;
  readonly policy: string | undefined;
  /** The part of the pod that wants it, for events; missing for the pod as a whole. */
  readonly fieldPath?: string;
  readonly signal: AbortSignal;
}

/**
 * Makes an image present by its pull policy (kubelet `pkg/kubelet/images/image_manager.go`).
 * @throws ContainerStartError where it is not to be had now
 */
export type ImagePuller = (wanted: WantedImage) => Promise<ImageStatus>;

export function createImagePuller(options: ImagePullerOptions): ImagePuller {
  const { images, recorder, clock } = options;
  const backoff = createRestartBackoff({ clock, initialMs: 10_000, maxMs: 300_000 });
  const failures = new Map<string, { readonly at: number; readonly message: string }>();

  const sayAbout =
    ({ pod, fieldPath }: WantedImage) =>
    (type: 'Normal' | 'Warning', reason: string, message: string): void =>
      recorder.event(pod, type, reason, message, fieldPath);

  const pull = async (wanted: WantedImage, reference: string): Promise<ImageStatus> => {
    const { pod, image, signal } = wanted;
    const say = sayAbout(wanted);
    const key = `${pod.metadata.uid}/${image}`;
    const failure = failures.get(key);
    const { waitMs } = failure === undefined ? { waitMs: 0 } : backoff.remaining(key, failure.at);
    if (failure !== undefined && waitMs > 0) {
      const message = `Back-off pulling image "${image}"`;
      say('Normal', 'BackOff', message);
      throw new ContainerStartError(
        'ImagePullBackOff',
        `${message}: ErrImagePull: ${failure.message}`,
        waitMs,
      );
    }
    say('Normal', 'Pulling', `Pulling image "${image}"`);
    const started = clock.monotonic();
    try {
      const id = await pullWith(options, wanted, reference);
      const status = (await images.status(reference)) ?? { id, tags: [], digests: [], sizeBytes: 0 };
      const took = goDuration(clock.monotonic() - started);
      say(
        'Normal',
        'Pulled',
        `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${status.sizeBytes} bytes.`,
      );
      failures.delete(key);
      return status;
    } catch (error) {
      if (signal.aborted) throw error;
      const message = error instanceof Error ? error.message : String(error);
      say('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
      backoff.next(key);
      failures.set(key, { at: clock.now(), message });
      // At once again, for the status to show the back-off.
      throw new ContainerStartError('ErrImagePull', message, 1_000);
    }
  };

  return async (wanted) => {
    const { image } = wanted;
    const say = sayAbout(wanted);
    const tagged = withDefaultTag(image);
    if ('error' in tagged) {
      const message = `Failed to apply default image tag "${image}": ${tagged.error}`;
      say('Warning', 'InspectFailed', message);
      throw new ContainerStartError('InvalidImageName', message, RETRY_MS);
    }
    const { reference } = tagged;
    const present = await images.status(reference).catch((error: unknown) => {
      const message = `Failed to inspect image "${image}": ${error instanceof Error ? error.message : String(error)}`;
      say('Warning', 'InspectFailed', message);
      throw new ContainerStartError('ImageInspectError', message, RETRY_MS);
    });
    const policy = wanted.policy ?? 'IfNotPresent';
    if (policy === 'Never' && present === undefined) {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      say('Warning', 'ErrImageNeverPull', message);
      throw new ContainerStartError('ErrImageNeverPull', message, RETRY_MS);
    }
    if (policy === 'Always' || present === undefined) return pull(wanted, reference);
    say(
      'Normal',
      'Pulled',
      `Container image "${image}" already present on machine and can be accessed by the pod`,
    );
    return present;
  };
}

/** With each credential that fits the registry in turn, or with none. */
async function pullWith(
  options: ImagePullerOptions,
  { pod, signal }: WantedImage,
  reference: string,
): Promise<string> {
  const found = await pullCredentials(options.objects, pod, reference, signal);
  let failure: unknown;
  for (const credentials of found.length === 0 ? [undefined] : found) {
    try {
      return await options.images.pull(reference, credentials, signal);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function pullCredentials(
  objects: ObjectStore,
  pod: Pod,
  reference: string,
  signal: AbortSignal,
): Promise<readonly RegistryCredentials[]> {
  const names = (pod.spec.imagePullSecrets ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]));
  const found = await Promise.all(
    names.map((name) => objects.get(secrets, pod.metadata.namespace, name, signal).catch(() => undefined)),
  );
  return found.flatMap((secret) => (secret === undefined ? [] : credentialsFor(secret, reference)));
}
