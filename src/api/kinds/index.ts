import type { Kind } from '../kind.ts';
import { clusterRole } from './clusterRole.ts';
import { clusterRoleBinding } from './clusterRoleBinding.ts';
import { configMap } from './configMap.ts';
import { controllerRevision } from './controllerRevision.ts';
import { deployment } from './deployment.ts';
import { endpoints } from './endpoints.ts';
import { endpointSlice } from './endpointSlice.ts';
import { event } from './event.ts';
import { lease } from './lease.ts';
import { localSubjectAccessReview } from './localSubjectAccessReview.ts';
import { namespace } from './namespace.ts';
import { node } from './node.ts';
import { pod } from './pod.ts';
import { podDisruptionBudget } from './podDisruptionBudget.ts';
import { priorityClass } from './priorityClass.ts';
import { replicaSet } from './replicaSet.ts';
import { role } from './role.ts';
import { roleBinding } from './roleBinding.ts';
import { secret } from './secret.ts';
import { selfSubjectAccessReview } from './selfSubjectAccessReview.ts';
import { selfSubjectReview } from './selfSubjectReview.ts';
import { selfSubjectRulesReview } from './selfSubjectRulesReview.ts';
import { service } from './service.ts';
import { serviceAccount } from './serviceAccount.ts';
import { subjectAccessReview } from './subjectAccessReview.ts';
import { tokenReview } from './tokenReview.ts';

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
  serviceAccount,
  event,
  lease,
  deployment,
  replicaSet,
  controllerRevision,
  podDisruptionBudget,
  role,
  clusterRole,
  roleBinding,
  clusterRoleBinding,
  priorityClass,
  tokenReview,
  selfSubjectReview,
  subjectAccessReview,
  selfSubjectAccessReview,
  localSubjectAccessReview,
  selfSubjectRulesReview,
];
