import type { Service } from '../../api/types.ts';
import type { Clock } from '../../base/clock.ts';
import type { EventRecorder } from '../../client/eventRecorder.ts';
import type { ClusterSettings } from '../../protocol/agentLink.ts';
import type { ObjectStore } from '../objects/objectStore.ts';
import type { AgentPaths } from '../paths.ts';
import type { ImageService } from '../runtime/contract.ts';
import type { UserNamespaces } from '../pods/userNamespaces.ts';
import type { VolumeManager } from '../volumes/volumeManager.ts';
import { commandHook } from './command.ts';
import type { ContainerHook, PodHook } from './contract.ts';
import { dataDirectoriesHook } from './dataDirectories.ts';
import { environmentHook } from './environment.ts';
import { hostsFileHook } from './hostsFile.ts';
import { imageHook } from './image.ts';
import { podCgroupHook } from './podCgroup.ts';
import { referencesHook } from './references.ts';
import { resourcesHook } from './resources.ts';
import { securityHook } from './security.ts';
import { terminationLogHook } from './terminationLog.ts';
import { userNamespaceHook } from './userNamespace.ts';
import { volumeMountsHook } from './volumeMounts.ts';
import { volumesHook } from './volumes.ts';

export interface HookOptions {
  readonly objects: ObjectStore;
  readonly images: ImageService;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly cluster: ClusterSettings;
  readonly users: UserNamespaces;
  services(namespace: string): readonly Service[];
  sources(): { readonly hostIPs: readonly string[]; readonly allocatable: Readonly<Record<string, string>> };
  memoryCapacity(): number;
  /** An object that the pod refers to has changed. */
  wake(uid: string): void;
}

/** In the order in which they run; undone in reverse. */
export function podHooks(
  options: HookOptions,
  paths: AgentPaths,
  volumes: VolumeManager,
): readonly PodHook[] {
  return [
    podCgroupHook(),
    dataDirectoriesHook(paths),
    userNamespaceHook(options.users),
    referencesHook(options),
    volumesHook(volumes),
  ];
}

/** Each may use what those before it have put into the draft. */
export function containerHooks(
  options: HookOptions,
  paths: AgentPaths,
  volumes: VolumeManager,
): readonly ContainerHook[] {
  return [
    imageHook(options),
    environmentHook(options, volumes),
    commandHook,
    securityHook(paths),
    resourcesHook(options),
    volumeMountsHook(paths, volumes),
    hostsFileHook(paths, options.cluster),
    terminationLogHook(paths),
  ];
}

/** Those of a node without files: simulated nodes. */
export function simulatedContainerHooks(options: HookOptions): readonly ContainerHook[] {
  return [imageHook(options), environmentHook(options), commandHook, securityHook(), resourcesHook(options)];
}
