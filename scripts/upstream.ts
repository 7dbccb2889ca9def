/** What Kubernetes v1.36 has by default: what docs/compatibility.md is held against. */

/** The resources of stable versions, by group and version. */
export const stableKinds: readonly (readonly [groupVersion: string, plurals: string])[] = [
  [
    'v1',
    'namespaces nodes pods services endpoints configmaps secrets serviceaccounts events persistentvolumes ' +
      'persistentvolumeclaims replicationcontrollers podtemplates limitranges resourcequotas componentstatuses bindings',
  ],
  ['apps/v1', 'deployments replicasets statefulsets daemonsets controllerrevisions'],
  ['batch/v1', 'jobs cronjobs'],
  ['autoscaling/v2', 'horizontalpodautoscalers'],
  ['autoscaling/v1', 'horizontalpodautoscalers'],
  ['policy/v1', 'poddisruptionbudgets'],
  ['networking.k8s.io/v1', 'ingresses ingressclasses networkpolicies ipaddresses servicecidrs'],
  ['discovery.k8s.io/v1', 'endpointslices'],
  ['coordination.k8s.io/v1', 'leases'],
  ['events.k8s.io/v1', 'events'],
  ['scheduling.k8s.io/v1', 'priorityclasses'],
  ['node.k8s.io/v1', 'runtimeclasses'],
  [
    'storage.k8s.io/v1',
    'storageclasses volumeattachments csidrivers csinodes csistoragecapacities volumeattributesclasses',
  ],
  ['rbac.authorization.k8s.io/v1', 'roles clusterroles rolebindings clusterrolebindings'],
  ['authentication.k8s.io/v1', 'tokenreviews selfsubjectreviews'],
  [
    'authorization.k8s.io/v1',
    'subjectaccessreviews localsubjectaccessreviews selfsubjectaccessreviews selfsubjectrulesreviews',
  ],
  ['certificates.k8s.io/v1', 'certificatesigningrequests'],
  ['apiextensions.k8s.io/v1', 'customresourcedefinitions'],
  ['apiregistration.k8s.io/v1', 'apiservices'],
  [
    'admissionregistration.k8s.io/v1',
    'mutatingwebhookconfigurations validatingwebhookconfigurations validatingadmissionpolicies ' +
      'validatingadmissionpolicybindings mutatingadmissionpolicies mutatingadmissionpolicybindings',
  ],
  ['flowcontrol.apiserver.k8s.io/v1', 'flowschemas prioritylevelconfigurations'],
  ['resource.k8s.io/v1', 'deviceclasses resourceclaims resourceclaimtemplates resourceslices'],
];

/** In place of a name: what does it is no controller of ours. */
export const ELSEWHERE = '';

/** Controllers by upstream's name: our name where there is one, and what there is to say. */
export const stableControllers: readonly (readonly [upstream: string, ours?: string, note?: string])[] = [
  ['deployment-controller', 'deployment'],
  ['replicaset-controller', 'replicaset'],
  ['replicationcontroller-controller', 'replicationcontroller'],
  ['statefulset-controller', 'statefulset'],
  ['daemonset-controller', 'daemonset'],
  ['job-controller', 'job'],
  ['cronjob-controller', 'cronjob'],
  ['ttl-after-finished-controller', 'ttl-after-finished'],
  ['horizontal-pod-autoscaler-controller'],
  ['disruption-controller', 'disruption'],
  ['endpoints-controller', 'endpoints'],
  ['endpointslice-controller', 'endpointslice'],
  ['endpointslice-mirroring-controller', 'endpointslice-mirroring'],
  ['garbage-collector-controller', 'garbagecollector'],
  ['namespace-controller', 'namespace'],
  ['resourcequota-controller', 'resourcequota'],
  ['serviceaccount-controller', 'serviceaccount'],
  ['serviceaccount-token-controller', 'service-account-tokens', 'tokens of secrets that somebody makes'],
  ['root-ca-certificate-publisher-controller', 'root-ca-publisher'],
  ['node-lifecycle-controller', 'nodelifecycle'],
  ['node-ipam-controller', 'nodeipam'],
  ['taint-eviction-controller', 'tainteviction'],
  ['pod-garbage-collector-controller', 'podgc'],
  ['clusterrole-aggregation-controller', 'clusterrole-aggregation'],
  ['service-lb-controller', ELSEWHERE, 'load balancers on the desktop’s loopback'],
  ['node-route-controller', ELSEWHERE, 'each node’s agent sets its own routes'],
  ['cloud-node-controller'],
  ['cloud-node-lifecycle-controller'],
  ['persistentvolume-binder-controller', 'persistentvolume-binder'],
  ['persistentvolume-attach-detach-controller'],
  ['persistentvolume-expander-controller', 'persistentvolume-expander'],
  ['persistentvolumeclaim-protection-controller', 'persistentvolumeclaim-protection'],
  ['persistentvolume-protection-controller', 'persistentvolume-protection'],
  ['volumeattributesclass-protection-controller', 'volumeattributesclass-protection'],
  ['ephemeral-volume-controller', 'ephemeral-volume'],
  ['certificatesigningrequest-approving-controller', 'csrapproving'],
  ['certificatesigningrequest-signing-controller', 'csrsigning'],
  ['certificatesigningrequest-cleaner-controller', 'csrcleaner'],
  ['bootstrap-signer-controller'],
  ['token-cleaner-controller'],
  ['legacy-serviceaccount-token-cleaner-controller'],
  ['resourceclaim-controller'],
  ['service-cidr-controller', 'service-cidr-controller'],
  ['ttl-controller'],
  ['storage-version-migrator-controller'],
  ['validatingadmissionpolicy-status-controller', ELSEWHERE, 'in the API server'],
];
