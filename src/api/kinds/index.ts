import type { Kind } from '../kind.ts';
import { certificateSigningRequest } from './certificateSigningRequest/kind.ts';
import { apiService } from './apiService/kind.ts';
import { clusterRole } from './clusterRole/kind.ts';
import { clusterRoleBinding } from './clusterRoleBinding/kind.ts';
import { componentStatus } from './componentStatus/kind.ts';
import { configMap } from './configMap/kind.ts';
import { controllerRevision } from './controllerRevision/kind.ts';
import { cronJob } from './cronJob/kind.ts';
import { csiDriver } from './csiDriver/kind.ts';
import { csiNode } from './csiNode/kind.ts';
import { csiStorageCapacity } from './csiStorageCapacity/kind.ts';
import { customResourceDefinition } from './customResourceDefinition/kind.ts';
import { daemonSet } from './daemonSet/kind.ts';
import { deployment } from './deployment/kind.ts';
import { endpoints } from './endpoints/kind.ts';
import { endpointSlice } from './endpointSlice/kind.ts';
import { event } from './event/kind.ts';
import { flowSchema } from './flowSchema/kind.ts';
import { horizontalPodAutoscaler } from './horizontalPodAutoscaler/kind.ts';
import { ingress } from './ingress/kind.ts';
import { ingressClass } from './ingressClass/kind.ts';
import { ipAddress } from './ipAddress/kind.ts';
import { job } from './job/kind.ts';
import { lease } from './lease/kind.ts';
import { limitRange } from './limitRange/kind.ts';
import { localSubjectAccessReview } from './localSubjectAccessReview/kind.ts';
import { mutatingWebhookConfiguration } from './mutatingWebhookConfiguration/kind.ts';
import { namespace } from './namespace/kind.ts';
import { networkPolicy } from './networkPolicy/kind.ts';
import { node } from './node/kind.ts';
import { persistentVolume } from './persistentVolume/kind.ts';
import { persistentVolumeClaim } from './persistentVolumeClaim/kind.ts';
import { pod } from './pod/kind.ts';
import { podDisruptionBudget } from './podDisruptionBudget/kind.ts';
import { podTemplate } from './podTemplate/kind.ts';
import { priorityClass } from './priorityClass/kind.ts';
import { priorityLevelConfiguration } from './priorityLevelConfiguration/kind.ts';
import { replicaSet } from './replicaSet/kind.ts';
import { replicationController } from './replicationController/kind.ts';
import { resourceQuota } from './resourceQuota/kind.ts';
import { role } from './role/kind.ts';
import { roleBinding } from './roleBinding/kind.ts';
import { runtimeClass } from './runtimeClass/kind.ts';
import { secret } from './secret/kind.ts';
import { selfSubjectAccessReview } from './selfSubjectAccessReview/kind.ts';
import { selfSubjectReview } from './selfSubjectReview/kind.ts';
import { selfSubjectRulesReview } from './selfSubjectRulesReview/kind.ts';
import { service } from './service/kind.ts';
import { serviceCIDR } from './serviceCIDR/kind.ts';
import { serviceAccount } from './serviceAccount/kind.ts';
import { statefulSet } from './statefulSet/kind.ts';
import { storageClass } from './storageClass/kind.ts';
import { subjectAccessReview } from './subjectAccessReview/kind.ts';
import { tokenReview } from './tokenReview/kind.ts';
import { volumeAttachment } from './volumeAttachment/kind.ts';
import { volumeAttributesClass } from './volumeAttributesClass/kind.ts';
import { validatingAdmissionPolicy } from './validatingAdmissionPolicy/kind.ts';
import { validatingAdmissionPolicyBinding } from './validatingAdmissionPolicyBinding/kind.ts';
import { validatingWebhookConfiguration } from './validatingWebhookConfiguration/kind.ts';

/** All kinds that are served, in the order in which discovery shows them. */
export const kinds: readonly Kind[] = [
  namespace,
  node,
  pod,
  service,
  endpoints,
  endpointSlice,
  configMap,
  secret,
  persistentVolume,
  persistentVolumeClaim,
  serviceAccount,
  limitRange,
  resourceQuota,
  event,
  lease,
  deployment,
  replicaSet,
  statefulSet,
  daemonSet,
  controllerRevision,
  replicationController,
  job,
  cronJob,
  podDisruptionBudget,
  podTemplate,
  flowSchema,
  priorityLevelConfiguration,
  certificateSigningRequest,
  horizontalPodAutoscaler,
  componentStatus,
  ingress,
  ingressClass,
  networkPolicy,
  serviceCIDR,
  ipAddress,
  runtimeClass,
  role,
  clusterRole,
  roleBinding,
  clusterRoleBinding,
  priorityClass,
  customResourceDefinition,
  storageClass,
  csiDriver,
  csiNode,
  volumeAttachment,
  csiStorageCapacity,
  volumeAttributesClass,
  apiService,
  mutatingWebhookConfiguration,
  validatingWebhookConfiguration,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  tokenReview,
  selfSubjectReview,
  subjectAccessReview,
  selfSubjectAccessReview,
  localSubjectAccessReview,
  selfSubjectRulesReview,
];
