import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Cache } from '../../storage/cache.ts';
import type { ServiceAllocators } from '../allocators/serviceAllocators.ts';
import type { Authorizer } from '../auth/contract.ts';
import { awaitedAccounts } from './awaitedAccounts.ts';
import { customResourceTermination } from '../customResources/termination.ts';
import type { AdmissionPlugin, AdmissionReader } from './contract.ts';
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts';
import { defaultIngressClass } from './defaultIngressClass.ts';
import { defaultStorageClass } from './defaultStorageClass.ts';
import { defaultTolerationSeconds } from './defaultTolerationSeconds.ts';
import { limitRanger } from './limitRanger/limitRanger.ts';
import { namespaceLifecycle } from './namespaceLifecycle.ts';
import { nodeRestriction } from './nodeRestriction/nodeRestriction.ts';
import { persistentVolumeClaimResize } from './persistentVolumeClaimResize.ts';
import { podSecurity } from './podSecurity/podSecurity.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtimeClass.ts';
import { serviceAccount } from './serviceAccount.ts';
import { serviceAddresses } from './serviceAddresses.ts';
import { storageObjectInUseProtection } from './storageObjectInUseProtection.ts';
import { taintNodesByCondition } from './taintNodesByCondition.ts';

export interface AdmissionOptions {
  readonly cache: Pick<Cache, 'get' | 'onChange'>;
  readonly reader: AdmissionReader;
  readonly clock: Clock;
  readonly random: Random;
  readonly allocators: ServiceAllocators;
  /** Decides if a node may get a token for an audience that none of its pods requests. */
  readonly authorizer: Pick<Authorizer, 'authorize'>;
}

/** The plugins in upstream's order (`pkg/kubeapiserver/options/plugins.go`). Plugins that allocate come last. */
export function admissionPlugins(options: AdmissionOptions): readonly AdmissionPlugin[] {
  const { cache, reader, clock, random } = options;
  return [
    customResourceTermination(reader),
    namespaceLifecycle(reader),
    limitRanger(reader),
    serviceAccount({ random, findAccount: awaitedAccounts(cache, reader, clock) }),
    nodeRestriction({ reader, authorizer: options.authorizer }),
    taintNodesByCondition(),
    podSecurity(reader, clock),
    priority(reader),
    defaultTolerationSeconds(),
    defaultStorageClass(reader),
    storageObjectInUseProtection(),
    persistentVolumeClaimResize(reader),
    runtimeClass(reader),
    certificateApproval(options.authorizer),
    certificateSigning(options.authorizer),
    certificateSubjectRestriction(),
    defaultIngressClass(reader),
    serviceAddresses(options.allocators, reader),
  ];
}
