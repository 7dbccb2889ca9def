import type { Node, Service } from '../../api/types.ts';
import type { Clock } from '../../base/clock.ts';
import type { Event } from '../../base/events.ts';
import type { Logger } from '../../base/logger.ts';
import type { Client } from '../../client/contract.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import type { ClusterSettings } from '../../protocol/agentLink.ts';
import type { ObjectStore } from '../objects/objectStore.ts';
import type { PodBus } from '../pods/podBus.ts';
import type { UserNamespaces } from '../pods/userNamespaces.ts';
import type { AgentPaths } from '../paths.ts';
import type { ImageService } from '../runtime/contract.ts';
import type { LocalVolumes } from '../volumes/localVolumes.ts';
import { createVolumeManager, type VolumeManager } from '../volumes/volumeManager.ts';
import { commandHook } from './command.ts';
import type { ContainerHook, PodHook } from './contract.ts';
import { dataDirectoriesHook } from './dataDirectories.ts';
import { environmentHook } from './environment.ts';
import { hostsFileHook } from './hostsFile.ts';
import { imageHook } from './image.ts';
import { createImagePuller } from './imagePuller.ts';
import { imageVolumesHook } from './imageVolumes.ts';
import { podCgroupHook } from './podCgroup.ts';
import { referencesHook } from './references.ts';
import { resourcesHook } from './resources.ts';
import { securityHook } from './security.ts';
import { terminationLogHook } from './terminationLog.ts';
import { userNamespaceHook } from './userNamespace.ts';
import { volumeDevicesHook } from './volumeDevices.ts';
import { volumeMountsHook } from './volumeMounts.ts';
import { volumesHook } from './volumes.ts';

export interface HookOptions {
  readonly client: Client;
  readonly objects: ObjectStore;
  readonly images: ImageService;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cluster: ClusterSettings;
  readonly users: UserNamespaces;
  /** Missing for a node without files. */
  readonly paths: AgentPaths | undefined;
  /** The time of day has jumped. Missing where nobody sets it. */
  readonly onClockSet: Event<undefined> | undefined;
  readonly bus: Pick<PodBus, 'tell'>;
  readonly localVolumes: LocalVolumes;
  /** This node, as the API shows it. */
  readonly node: () => Node | undefined;
  services(namespace: string): readonly Service[];
  sources(): { readonly hostIPs: readonly string[]; readonly allocatable: Readonly<Record<string, string>> };
  memoryCapacity(): number;
  /** The pod's addresses; empty before its sandbox has any. */
  podIPs(uid: string): readonly string[];
}

export interface Hooks {
  /** In the order in which they run; undone in reverse. */
  readonly pods: readonly PodHook[];
  /** Each may use what those before it have put into the draft. */
  readonly containers: readonly ContainerHook[];
  /** Missing for a node without files. */
  readonly volumes?: Pick<VolumeManager, 'of'>;
}

/** What a node does for its pods and containers besides running them. */
export function nodeHooks(options: HookOptions): Hooks {
  const { paths, cluster } = options;
  const puller = createImagePuller(options);
  const image = imageHook(puller);
  const resources = resourcesHook(options);
  if (paths === undefined) {
    return {
      pods: [],
      containers: [image, environmentHook(options), commandHook, securityHook(), resources],
    };
  }
  const volumes = createVolumeManager({ ...options, paths });
  return {
    volumes,
    pods: [
      podCgroupHook(),
      dataDirectoriesHook(paths),
      userNamespaceHook(options.users),
      referencesHook(options),
      volumesHook(volumes),
    ],
    containers: [
      image,
      environmentHook(options, volumes),
      commandHook,
      securityHook(paths),
      resources,
      imageVolumesHook(options.images, puller, volumes),
      volumeMountsHook(paths, volumes),
      volumeDevicesHook(volumes),
      hostsFileHook(paths, cluster),
      terminationLogHook(paths),
    ],
  };
}
