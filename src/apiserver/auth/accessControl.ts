import type { Disposable } from '../../base/disposable.ts';
import type { Cache } from '../../storage/cache.ts';
import type { Authorizer } from './contract.ts';
import { nodeAuthorizer } from './node/authorizer.ts';
import { NodeGraph } from './node/nodeGraph.ts';
import { nodeRules } from './policy/nodes.ts';
import { rbacAuthorizer } from './rbac/authorizer.ts';
import { type EscalationCheck, escalationCheck } from './rbac/escalation.ts';
import { RoleIndex } from './rbac/roleIndex.ts';
import { mastersAuthorizer, unionAuthorizer } from './unionAuthorizer.ts';

/** Authorization, from the objects in the watch cache. It follows the cache until it is disposed. */
export interface AccessControl extends Disposable {
  readonly authorizer: Authorizer;
  readonly escalation: EscalationCheck;
}

export function createAccessControl(cache: Pick<Cache, 'get' | 'list' | 'onChange'>): AccessControl {
  const index = new RoleIndex(cache);
  const graph = new NodeGraph(cache);
  const authorizer = unionAuthorizer([
    mastersAuthorizer(),
    nodeAuthorizer(graph, nodeRules),
    rbacAuthorizer(index),
  ]);
  return {
    authorizer,
    escalation: escalationCheck(authorizer, index),
    dispose() {
      graph.dispose();
      index.dispose();
    },
  };
}
