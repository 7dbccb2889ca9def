import { resource } from './resource.ts';
import type * as t from './types.ts';

/** The handles of all served resources. A kind's rules are in `kinds/`; this is only its address and type. */
export const namespaces = resource<t.Namespace>('', 'v1', 'namespaces', 'Namespace', 'Cluster');
export const nodes = resource<t.Node>('', 'v1', 'nodes', 'Node', 'Cluster');
export const pods = resource<t.Pod>('', 'v1', 'pods', 'Pod', 'Namespaced');
export const services = resource<t.Service>('', 'v1', 'services', 'Service', 'Namespaced');
export const endpoints = resource<t.Endpoints>('', 'v1', 'endpoints', 'Endpoints', 'Namespaced');
export const configMaps = resource<t.ConfigMap>('', 'v1', 'configmaps', 'ConfigMap', 'Namespaced');
export const secrets = resource<t.Secret>('', 'v1', 'secrets', 'Secret', 'Namespaced');
export const serviceAccounts = resource<t.ServiceAccount>(
  '',
  'v1',
  'serviceaccounts',
  'ServiceAccount',
  'Namespaced',
);
export const events = resource<t.CoreEvent>('', 'v1', 'events', 'Event', 'Namespaced');
export const eventsV1 = resource<t.EventsV1Event>('events.k8s.io', 'v1', 'events', 'Event', 'Namespaced');
export const horizontalPodAutoscalers = resource<t.HorizontalPodAutoscaler>(
  'autoscaling',
  'v2',
  'horizontalpodautoscalers',
  'HorizontalPodAutoscaler',
  'Namespaced',
);
export const horizontalPodAutoscalersV1 = resource<t.HorizontalPodAutoscalerV1>(
  'autoscaling',
  'v1',
  'horizontalpodautoscalers',
  'HorizontalPodAutoscaler',
  'Namespaced',
);
export const certificateSigningRequests = resource<t.CertificateSigningRequest>(
  'certificates.k8s.io',
  'v1',
  'certificatesigningrequests',
  'CertificateSigningRequest',
  'Cluster',
);
export const flowSchemas = resource<t.FlowSchema>(
  'flowcontrol.apiserver.k8s.io',
  'v1',
  'flowschemas',
  'FlowSchema',
  'Cluster',
);
export const priorityLevelConfigurations = resource<t.PriorityLevelConfiguration>(
  'flowcontrol.apiserver.k8s.io',
  'v1',
  'prioritylevelconfigurations',
  'PriorityLevelConfiguration',
  'Cluster',
);
export const serviceCIDRs = resource<t.ServiceCIDR>(
  'networking.k8s.io',
  'v1',
  'servicecidrs',
  'ServiceCIDR',
  'Cluster',
);
export const ipAddresses = resource<t.IPAddress>(
  'networking.k8s.io',
  'v1',
  'ipaddresses',
  'IPAddress',
  'Cluster',
);
export const leases = resource<t.Lease>('coordination.k8s.io', 'v1', 'leases', 'Lease', 'Namespaced');
export const endpointSlices = resource<t.EndpointSlice>(
  'discovery.k8s.io',
  'v1',
  'endpointslices',
  'EndpointSlice',
  'Namespaced',
);
export const deployments = resource<t.Deployment>('apps', 'v1', 'deployments', 'Deployment', 'Namespaced');
export const replicaSets = resource<t.ReplicaSet>('apps', 'v1', 'replicasets', 'ReplicaSet', 'Namespaced');
export const statefulSets = resource<t.StatefulSet>(
  'apps',
  'v1',
  'statefulsets',
  'StatefulSet',
  'Namespaced',
);
export const daemonSets = resource<t.DaemonSet>('apps', 'v1', 'daemonsets', 'DaemonSet', 'Namespaced');
export const replicationControllers = resource<t.ReplicationController>(
  '',
  'v1',
  'replicationcontrollers',
  'ReplicationController',
  'Namespaced',
);
export const persistentVolumeClaims = resource<t.PersistentVolumeClaim>(
  '',
  'v1',
  'persistentvolumeclaims',
  'PersistentVolumeClaim',
  'Namespaced',
);
export const persistentVolumes = resource<t.PersistentVolume>(
  '',
  'v1',
  'persistentvolumes',
  'PersistentVolume',
  'Cluster',
);
export const storageClasses = resource<t.StorageClass>(
  'storage.k8s.io',
  'v1',
  'storageclasses',
  'StorageClass',
  'Cluster',
);
export const csiDrivers = resource<t.CSIDriver>('storage.k8s.io', 'v1', 'csidrivers', 'CSIDriver', 'Cluster');
export const csiNodes = resource<t.CSINode>('storage.k8s.io', 'v1', 'csinodes', 'CSINode', 'Cluster');
export const volumeAttachments = resource<t.VolumeAttachment>(
  'storage.k8s.io',
  'v1',
  'volumeattachments',
  'VolumeAttachment',
  'Cluster',
);
export const csiStorageCapacities = resource<t.CSIStorageCapacity>(
  'storage.k8s.io',
  'v1',
  'csistoragecapacities',
  'CSIStorageCapacity',
  'Namespaced',
);
export const volumeAttributesClasses = resource<t.VolumeAttributesClass>(
  'storage.k8s.io',
  'v1',
  'volumeattributesclasses',
  'VolumeAttributesClass',
  'Cluster',
);
export const resourceQuotas = resource<t.ResourceQuota>(
  '',
  'v1',
  'resourcequotas',
  'ResourceQuota',
  'Namespaced',
);
export const limitRanges = resource<t.LimitRange>('', 'v1', 'limitranges', 'LimitRange', 'Namespaced');
export const cronJobs = resource<t.CronJob>('batch', 'v1', 'cronjobs', 'CronJob', 'Namespaced');
export const jobs = resource<t.Job>('batch', 'v1', 'jobs', 'Job', 'Namespaced');
export const controllerRevisions = resource<t.ControllerRevision>(
  'apps',
  'v1',
  'controllerrevisions',
  'ControllerRevision',
  'Namespaced',
);
export const roles = resource<t.Role>('rbac.authorization.k8s.io', 'v1', 'roles', 'Role', 'Namespaced');
export const clusterRoles = resource<t.ClusterRole>(
  'rbac.authorization.k8s.io',
  'v1',
  'clusterroles',
  'ClusterRole',
  'Cluster',
);
export const roleBindings = resource<t.RoleBinding>(
  'rbac.authorization.k8s.io',
  'v1',
  'rolebindings',
  'RoleBinding',
  'Namespaced',
);
export const clusterRoleBindings = resource<t.ClusterRoleBinding>(
  'rbac.authorization.k8s.io',
  'v1',
  'clusterrolebindings',
  'ClusterRoleBinding',
  'Cluster',
);
export const tokenReviews = resource<t.TokenReview>(
  'authentication.k8s.io',
  'v1',
  'tokenreviews',
  'TokenReview',
  'Cluster',
);
export const selfSubjectReviews = resource<t.SelfSubjectReview>(
  'authentication.k8s.io',
  'v1',
  'selfsubjectreviews',
  'SelfSubjectReview',
  'Cluster',
);
export const subjectAccessReviews = resource<t.SubjectAccessReview>(
  'authorization.k8s.io',
  'v1',
  'subjectaccessreviews',
  'SubjectAccessReview',
  'Cluster',
);
export const selfSubjectAccessReviews = resource<t.SelfSubjectAccessReview>(
  'authorization.k8s.io',
  'v1',
  'selfsubjectaccessreviews',
  'SelfSubjectAccessReview',
  'Cluster',
);
export const localSubjectAccessReviews = resource<t.LocalSubjectAccessReview>(
  'authorization.k8s.io',
  'v1',
  'localsubjectaccessreviews',
  'LocalSubjectAccessReview',
  'Namespaced',
);
export const selfSubjectRulesReviews = resource<t.SelfSubjectRulesReview>(
  'authorization.k8s.io',
  'v1',
  'selfsubjectrulesreviews',
  'SelfSubjectRulesReview',
  'Cluster',
);
export const podDisruptionBudgets = resource<t.PodDisruptionBudget>(
  'policy',
  'v1',
  'poddisruptionbudgets',
  'PodDisruptionBudget',
  'Namespaced',
);
export const priorityClasses = resource<t.PriorityClass>(
  'scheduling.k8s.io',
  'v1',
  'priorityclasses',
  'PriorityClass',
  'Cluster',
);
export const ingresses = resource<t.Ingress>('networking.k8s.io', 'v1', 'ingresses', 'Ingress', 'Namespaced');
export const ingressClasses = resource<t.IngressClass>(
  'networking.k8s.io',
  'v1',
  'ingressclasses',
  'IngressClass',
  'Cluster',
);
export const networkPolicies = resource<t.NetworkPolicy>(
  'networking.k8s.io',
  'v1',
  'networkpolicies',
  'NetworkPolicy',
  'Namespaced',
);
export const podTemplates = resource<t.PodTemplate>('', 'v1', 'podtemplates', 'PodTemplate', 'Namespaced');
export const componentStatuses = resource<t.ComponentStatus>(
  '',
  'v1',
  'componentstatuses',
  'ComponentStatus',
  'Cluster',
);
export const runtimeClasses = resource<t.RuntimeClass>(
  'node.k8s.io',
  'v1',
  'runtimeclasses',
  'RuntimeClass',
  'Cluster',
);
export const apiServices = resource<t.APIService>(
  'apiregistration.k8s.io',
  'v1',
  'apiservices',
  'APIService',
  'Cluster',
);
export const mutatingWebhookConfigurations = resource<t.MutatingWebhookConfiguration>(
  'admissionregistration.k8s.io',
  'v1',
  'mutatingwebhookconfigurations',
  'MutatingWebhookConfiguration',
  'Cluster',
);
export const validatingWebhookConfigurations = resource<t.ValidatingWebhookConfiguration>(
  'admissionregistration.k8s.io',
  'v1',
  'validatingwebhookconfigurations',
  'ValidatingWebhookConfiguration',
  'Cluster',
);
export const customResourceDefinitions = resource<t.CustomResourceDefinition>(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  'Cluster',
);
export const validatingAdmissionPolicies = resource<t.ValidatingAdmissionPolicy>(
  'admissionregistration.k8s.io',
  'v1',
  'validatingadmissionpolicies',
  'ValidatingAdmissionPolicy',
  'Cluster',
);
export const validatingAdmissionPolicyBindings = resource<t.ValidatingAdmissionPolicyBinding>(
  'admissionregistration.k8s.io',
  'v1',
  'validatingadmissionpolicybindings',
  'ValidatingAdmissionPolicyBinding',
  'Cluster',
);
