import { keyOf } from '../api/meta.ts';
import { nodes } from '../api/resources.ts';
import type { Node } from '../api/types.ts';
import type { Controller, ControllerFactory } from './controller.ts';

/** Prefix length of each node's share (kube-controller-manager `--node-cidr-mask-size`). */
const NODE_PREFIX = 24;

/**
 * Gives every node its share of the pods' addresses (upstream `pkg/controller/nodeipam/ipam/range_allocator.go`): the
 * first free one. A share that is given is never changed, and free again when its node goes.
 */
export function nodeIpamController(clusterCIDR: string): ControllerFactory {
  const shares = nodeShares(clusterCIDR);
  return (context): Controller => {
    const informer = context.informers.for(nodes);
    /** Given in this moment and perhaps not yet in the informer: node by share. */
    const given = new Map<string, string>();
    const waiting = new Set<string>();
    const enqueue = (node: Node): void => {
      if (node.spec.podCIDR === undefined) context.enqueue(keyOf(node.metadata));
    };
    informer.addHandler({
      onAdd: enqueue,
      onUpdate: enqueue,
      onDelete(node) {
        for (const [share, owner] of given) if (owner === node.metadata.name) given.delete(share);
        for (const name of waiting) context.enqueue(name);
        waiting.clear();
      },
    });
    return {
      name: 'node-ipam',
      // One at a time: two nodes must not be given the same share.
      workers: 1,
      async reconcile(name) {
        const node = informer.get(undefined, name);
        if (node === undefined || node.spec.podCIDR !== undefined) return undefined;
        const taken = new Set(informer.list().flatMap((other) => other.spec.podCIDR ?? []));
        const share = shares.find(
          (candidate) => !taken.has(candidate) && (given.get(candidate) ?? name) === name,
        );
        if (share === undefined) {
          waiting.add(name);
          context.events.event(
            node,
            'Warning',
            'CIDRNotAvailable',
            `Node ${name} status is now: CIDRNotAvailable`,
          );
          return undefined;
        }
        given.set(share, name);
        await context.client.patch(nodes, { name }, 'application/strategic-merge-patch+json', {
          spec: { podCIDR: share, podCIDRs: [share] },
        });
        return undefined;
      },
    };
  };
}

/** All shares of a cluster's range, in order: 10.244.0.0/24, 10.244.1.0/24, … */
export function nodeShares(clusterCIDR: string): readonly string[] {
  const [base = '', prefix = ''] = clusterCIDR.split('/');
  const [a = 0, b = 0, c = 0] = base.split('.').map(Number);
  const first = a * 65_536 + b * 256 + c;
  const count = 2 ** Math.max(NODE_PREFIX - Number(prefix), 0);
  return Array.from({ length: count }, (_, index) => {
    const share = first + index;
    return `${Math.floor(share / 65_536)}.${Math.floor(share / 256) % 256}.${share % 256}.0/${NODE_PREFIX}`;
  });
}
