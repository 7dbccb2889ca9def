import { exponentialBackoff } from '../../base/backoff.ts';
import { isAborted, untilAborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { draftOf } from '../../api/meta.ts';
import { leases } from '../../api/resources.ts';
import { isConflict, isNotFound } from '../../api/status.ts';
import { microTimeOf } from '../../api/time.ts';
import type { Lease, Node } from '../../api/types.ts';
import type { Client } from '../../client/contract.ts';
import type { AgentPart } from '../part.ts';

const NAMESPACE = 'kube-node-lease';
export const LEASE_SECONDS = 40;
/** A quarter of the lease, as kubelet's. */
const RENEW_MS = 10_000;
const RETRY = exponentialBackoff({ initialMs: 200, maxMs: 7_000 });

export interface HeartbeatOptions {
  readonly client: Client;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Renews the node's Lease. Polls by nature: a heartbeat is proof of life at intervals
 * (client-go `component-helpers/apimachinery/lease`).
 */
export function heartbeat(options: HeartbeatOptions, registered: Promise<Node>): AgentPart {
  return {
    run: async (signal) => renewLease(options, await untilAborted(registered, signal), signal),
  };
}

async function renewLease(options: HeartbeatOptions, node: Node, signal: AbortSignal): Promise<void> {
  const { client, nodeName, clock, logger } = options;
  let lease: Lease | undefined;
  let backoff = RETRY;

  const renew = async (): Promise<Lease> => {
    const renewTime = microTimeOf(clock.now());
    lease ??= await client
      .get(leases, { namespace: NAMESPACE, name: nodeName }, { signal })
      .catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
    const spec = { holderIdentity: nodeName, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    if (lease === undefined) {
      const { name, uid } = node.metadata;
      const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }];
      return client.create(
        leases,
        { metadata: { namespace: NAMESPACE, name, ownerReferences }, spec },
        { signal },
      );
    }
    const draft = draftOf(lease);
    draft.spec = { ...draft.spec, ...spec };
    return client.update(leases, draft, { signal });
  };

  while (!signal.aborted) {
    try {
      lease = await renew();
      backoff = RETRY;
      await clock.sleep(RENEW_MS, signal);
    } catch (error) {
      if (isAborted(signal)) return;
      if (isConflict(error) || isNotFound(error)) lease = undefined;
      else logger.warn('lease not renewed', { error });
      await clock.sleep(backoff.delayMs, signal).catch(() => undefined);
      backoff = backoff.next();
    }
  }
}
