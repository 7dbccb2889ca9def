import { nodes } from '../../api/resources.ts';
import type { Controller, ControllerFactory } from '../../client/controller.ts';
import { CidrPool } from './cidrPool.ts';

export interface NodeIpamOptions {
  /** `10.244.0.0/16` */
  readonly clusterCidr: string;
  /** Default 24. */
  readonly nodeCidrMaskSize?: number;
}

/** Gives every node its range of pod addresses (`pkg/controller/nodeipam/ipam/range_allocator.go`). Keys are node names. */
export function nodeIpamController(options: NodeIpamOptions): ControllerFactory {
  return ({ client, events, informers, enqueue }) => {
    const pool = new CidrPool(options.clusterCidr, options.nodeCidrMaskSize ?? 24);
    const all = informers.for(nodes);
    /** Ranges that were given and may not be in the cache yet. */
    const given = new Map<string, string>();
    /** Nodes that found none left: a range that becomes free is for them. */
    const unserved = new Set<string>();
    all.addHandler({
      onAdd: ({ metadata, spec }) => {
        if (spec.podCIDR === undefined) enqueue(metadata.name);
        else pool.occupy(spec.podCIDR);
      },
      onUpdate: ({ metadata, spec }) => {
        if (spec.podCIDR === undefined) enqueue(metadata.name);
        else {
          pool.occupy(spec.podCIDR);
          given.delete(metadata.name);
        }
      },
      onDelete: ({ metadata, spec }) => {
        const range = spec.podCIDR ?? given.get(metadata.name);
        given.delete(metadata.name);
        unserved.delete(metadata.name);
        if (range === undefined) return;
        pool.release(range);
        for (const name of unserved) enqueue(name);
      },
    });

    return {
      name: 'nodeipam',
      // One at a time, each node gets the next range.
      workers: 1,
      async reconcile(name, signal) {
        const node = all.get(undefined, name);
        if (node === undefined || node.spec.podCIDR !== undefined) return undefined;
        const range = given.get(name) ?? pool.take();
        if (range === undefined) {
          unserved.add(name);
          events.event(node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`);
          return undefined;
        }
        unserved.delete(name);
        given.set(name, range);
        const patch = { metadata: { uid: node.metadata.uid }, spec: { podCIDR: range, podCIDRs: [range] } };
        await client.patch(nodes, { name }, 'application/merge-patch+json', patch, { signal });
        return undefined;
      },
    } satisfies Controller;
  };
}
