import type { ServedResources } from '../api/servedResources.ts';
import { csrApprovingController } from './certificates/approving.ts';
import { csrCleanerController } from './certificates/cleaning.ts';
import { csrSigningController, type SignRequest } from './certificates/signing.ts';
import { clusterRoleAggregationController } from './clusterRoleAggregation.ts';
import { cronJobController } from './cronjob/cronJob.ts';
import { daemonSetController } from './daemonset/daemonSet.ts';
import { deploymentController } from './deployment/deployment.ts';
import { disruptionController } from './disruption/disruption.ts';
import { staleTargetsController } from './disruption/staleTargets.ts';
import { ephemeralVolumeController } from './ephemeral/ephemeralVolume.ts';
import { endpointsController } from './endpoints/endpoints.ts';
import { endpointSliceController } from './endpointslice/endpointSlice.ts';
import { endpointSliceMirroringController } from './endpointslice/mirroring.ts';
import { garbageCollector } from './garbagecollector/garbageCollector.ts';
import { jobController } from './job/job.ts';
import type { ControllerEntry } from './manager.ts';
import { namespaceController } from './namespace/namespace.ts';
import { nodeIpamController } from './nodeipam/nodeIpam.ts';
import { nodeLifecycleController, type NodeLifecycleOptions } from './nodelifecycle/nodeLifecycle.ts';
import { persistentVolumeBinder } from './persistentvolume/binder.ts';
import type { LocalVolumes } from './persistentvolume/nodeLocal.ts';
import { podGarbageCollector } from './podgc/podGc.ts';
import { replicaSetController, replicationController } from './replicaset/replicaSet.ts';
import { resourceQuotaController } from './resourcequota/resourceQuota.ts';
import { rootCaPublisher } from './rootCaPublisher.ts';
import { serviceAddressesController } from './servicecidrs/serviceAddresses.ts';
import { serviceCIDRController } from './servicecidrs/serviceCIDRs.ts';
import { serviceAccountController } from './serviceAccount.ts';
import { statefulSetController } from './statefulset/statefulSet.ts';
import { tokenSecretsController, type TokenSecretsOptions } from './tokenSecrets.ts';
import { taintEvictionController } from './tainteviction/taintEviction.ts';

import { ttlAfterFinishedController } from './ttlAfterFinished.ts';

import { volumeExpandController } from './volumeexpand/volumeExpand.ts';
import { attributesClassProtectionController } from './volumeprotection/attributesClassProtection.ts';
import { claimProtectionController } from './volumeprotection/claimProtection.ts';
import { volumeProtectionController } from './volumeprotection/volumeProtection.ts';

export { runControllers, controllerUser, type ControllerEntry, type ManagerOptions } from './manager.ts';

export interface ControllersConfig {
  readonly resources: ServedResources;
  /** PEM of what signs the API server's certificate. */
  readonly ca: string;
  /** `10.244.0.0/16`; without it nodes are given no ranges of pod addresses. */
  readonly clusterCIDR?: string | undefined;
  /** Removes the data of volumes on nodes; without it there are none to remove. */
  readonly localVolumes?: LocalVolumes | undefined;
  readonly nodeLifecycle?: NodeLifecycleOptions;
  /** Makes the tokens of secrets; without it such secrets stay as they are. */
  /** Signs requests in the name of the cluster's authority; without it nobody does. */
  readonly signRequest?: SignRequest;
  readonly makeToken?: TokenSecretsOptions['makeToken'];
}

/** All controllers: name, service account in kube-system, factory. A new one is a line here. */
export function controllers(config: ControllersConfig): readonly ControllerEntry[] {
  const { resources, ca, clusterCIDR } = config;
  return [
    { name: 'deployment', account: 'deployment-controller', create: deploymentController },
    { name: 'replicaset', account: 'replicaset-controller', create: replicaSetController },
    { name: 'replicationcontroller', account: 'replication-controller', create: replicationController },
    { name: 'statefulset', account: 'statefulset-controller', create: statefulSetController },
    {
      name: 'daemonset',
      account: 'daemon-set-controller',
      component: 'daemonset-controller',
      create: daemonSetController,
    },
    { name: 'cronjob', account: 'cronjob-controller', create: cronJobController },
    { name: 'job', account: 'job-controller', create: jobController },
    {
      name: 'ttl-after-finished',
      account: 'ttl-after-finished-controller',
      create: ttlAfterFinishedController,
    },
    { name: 'disruption', account: 'disruption-controller', create: disruptionController },
    {
      name: 'stale-disruption-targets',
      account: 'disruption-controller',
      create: staleTargetsController,
    },
    { name: 'endpoints', account: 'endpoint-controller', create: endpointsController },
    { name: 'endpointslice', account: 'endpointslice-controller', create: endpointSliceController },
    {
      name: 'endpointslice-mirroring',
      account: 'endpointslicemirroring-controller',
      create: endpointSliceMirroringController,
    },
    { name: 'namespace', account: 'namespace-controller', create: namespaceController(resources) },
    { name: 'garbagecollector', account: 'generic-garbage-collector', create: garbageCollector(resources) },
    {
      name: 'resourcequota',
      account: 'resourcequota-controller',
      create: resourceQuotaController(resources),
    },
    { name: 'serviceaccount', account: 'service-account-controller', create: serviceAccountController },
    { name: 'root-ca-publisher', account: 'root-ca-cert-publisher', create: rootCaPublisher(ca) },
    ...(config.makeToken === undefined
      ? []
      : [
          {
            name: 'service-account-tokens',
            account: 'tokens-controller',
            asManager: true,
            create: tokenSecretsController({ ca, makeToken: config.makeToken }),
          } as const,
        ]),
    { name: 'csrapproving', account: 'certificate-controller', create: csrApprovingController },
    ...(config.signRequest === undefined
      ? []
      : [
          {
            name: 'csrsigning',
            account: 'certificate-controller',
            create: csrSigningController(config.signRequest),
          },
        ]),
    { name: 'csrcleaner', account: 'certificate-controller', create: csrCleanerController },
    { name: 'service-cidr-controller', account: 'service-cidrs-controller', create: serviceCIDRController },
    { name: 'service-addresses', account: 'service-cidrs-controller', create: serviceAddressesController },
    {
      name: 'nodelifecycle',
      account: 'node-controller',
      create: nodeLifecycleController(config.nodeLifecycle),
    },
    {
      name: 'tainteviction',
      account: 'node-controller',
      component: 'taint-eviction-controller',
      create: taintEvictionController,
    },
    {
      name: 'persistentvolume-binder',
      account: 'persistent-volume-binder',
      component: 'persistentvolume-controller',
      create: persistentVolumeBinder({ localVolumes: config.localVolumes }),
    },
    {
      name: 'persistentvolume-expander',
      account: 'expand-controller',
      component: 'volume_expand',
      create: volumeExpandController,
    },
    {
      name: 'persistentvolumeclaim-protection',
      account: 'pvc-protection-controller',
      create: claimProtectionController,
    },
    {
      name: 'persistentvolume-protection',
      account: 'pv-protection-controller',
      create: volumeProtectionController,
    },
    {
      name: 'volumeattributesclass-protection',
      account: 'volumeattributesclass-protection-controller',
      create: attributesClassProtectionController,
    },
    {
      name: 'ephemeral-volume',
      account: 'ephemeral-volume-controller',
      component: 'ephemeral_volume',
      create: ephemeralVolumeController,
    },
    { name: 'podgc', account: 'pod-garbage-collector', create: podGarbageCollector() },
    ...(clusterCIDR === undefined
      ? []
      : [
          {
            name: 'nodeipam',
            account: 'node-controller',
            create: nodeIpamController({ clusterCidr: clusterCIDR }),
          },
        ]),
    {
      name: 'clusterrole-aggregation',
      account: 'clusterrole-aggregation-controller',
      create: clusterRoleAggregationController,
    },
  ];
}
