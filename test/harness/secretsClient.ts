import type { KubeObject } from '../../src/api/meta.ts';
import type { Secret } from '../../src/api/types.ts';
import type { Client } from '../../src/client/contract.ts';
import { secrets } from '../../src/api/resources.ts';
import { alreadyExists, conflict, notFound } from '../../src/api/status.ts';

/**
 * The part of the client contract that enrolment uses, over Secrets in memory, with the store's compare-and-set: for
 * tests of what spans the nodes' two sides without an API server.
 */
export function secretsClient(): Client {
  const stored = new Map<string, Secret>();
  let revision = 0;
  const keep = (draft: unknown, name: string): Secret => {
    const copy = structuredClone(draft) as Secret;
    const metadata = { ...copy.metadata, resourceVersion: String(++revision) };
    const secret = { ...copy, metadata };
    stored.set(name, secret);
    return secret;
  };
  const found = (name: string): Secret => {
    const secret = stored.get(name);
    if (secret === undefined) throw notFound(secrets, name);
    return secret;
  };
  const part = {
    get: async (_: unknown, { name }: { name: string }) => Promise.resolve(found(name)),
    create: async (_: unknown, draft: KubeObject) => {
      await Promise.resolve();
      const { name } = draft.metadata;
      if (stored.has(name)) throw alreadyExists(secrets, name);
      return keep(draft, name);
    },
    update: async (_: unknown, draft: KubeObject) => {
      await Promise.resolve();
      const { name, resourceVersion } = draft.metadata as Partial<KubeObject['metadata']> & { name: string };
      const current = found(name);
      if (resourceVersion !== undefined && resourceVersion !== current.metadata.resourceVersion) {
        throw conflict(secrets, name, 'changed');
      }
      return keep(draft, name);
    },
    delete: async (_: unknown, { name }: { name: string }) => {
      await Promise.resolve();
      found(name);
      stored.delete(name);
    },
  };
  return part as unknown as Client;
}
