import assert from 'node:assert/strict';
import { configMaps } from '../../src/api/resources.ts';
import type { Client } from '../../src/client/contract.ts';

const NAMESPACE = 'default';
const LABEL = 'written-by=test';

interface Written {
  /** How often it was changed, as the server has told. */
  readonly version: number;
  readonly resourceVersion: bigint;
  /** Deleted, or asked to be deleted without an answer yet. */
  readonly deleted: 'no' | 'perhaps' | 'yes';
}

/** Writes ConfigMaps without end and knows what the server must have of them, whatever happens to it. */
export class AcknowledgedWrites {
  readonly #written = new Map<string, Written>();
  #newest = 0n;

  get count(): number {
    return this.#written.size;
  }

  /**
   * Several writers at the same time, until the server is gone; `onWrite` after every acknowledged one. Rejects
   * where the server refuses a write.
   */
  async untilGone(client: Client, round: string, writers: number, onWrite: () => void): Promise<void> {
    const write = async (writer: number): Promise<void> => {
      for (let i = 0; ; i++) await this.#life(client, `w-${round}-${writer}-${i}`, i, onWrite);
    };
    const ends = await Promise.allSettled(Array.from({ length: writers }, (_, writer) => write(writer)));
    for (const end of ends) {
      assert.ok(end.status === 'rejected');
      const { reason } = end as { reason: { status?: { code?: number; reason?: string } } };
      if (reason.status?.reason !== 'ServiceUnavailable') throw end.reason;
    }
  }

  /** Compares all that was ever acknowledged with what the server has now. */
  async verify(client: Client): Promise<void> {
    const { items, metadata } = await client.list(configMaps, {
      namespace: NAMESPACE,
      labelSelector: LABEL,
    });
    assert.ok(BigInt(metadata.resourceVersion ?? 0) >= this.#newest, 'the resource version has fallen back');
    const found = new Map(items.map((item) => [item.metadata.name, item]));
    for (const [name, { version, resourceVersion, deleted }] of this.#written) {
      const object = found.get(name);
      if (deleted === 'yes') assert.equal(object, undefined, `${name} is back`);
      if (object === undefined) {
        assert.notEqual(deleted, 'no', `${name} is lost`);
        // It was deleted without our having been told: so it stays.
        this.#written.set(name, { version, resourceVersion, deleted: 'yes' });
        continue;
      }
      assert.ok(Number(object.data?.['version']) >= version, `${name} has fallen back`);
      assert.ok(BigInt(object.metadata.resourceVersion) >= resourceVersion, `${name} has an older version`);
      if (deleted === 'perhaps') this.#written.set(name, { version, resourceVersion, deleted: 'no' });
    }
  }

  async #life(client: Client, name: string, i: number, onWrite: () => void): Promise<void> {
    const note = (version: number, resourceVersion: string, deleted: Written['deleted'] = 'no'): void => {
      const rv = BigInt(resourceVersion);
      const before = this.#written.get(name)?.resourceVersion ?? 0n;
      assert.ok(deleted !== 'no' || rv > before, `${name}: ${rv} is not newer than ${before}`);
      if (rv > this.#newest) this.#newest = rv;
      this.#written.set(name, { version, resourceVersion: rv, deleted });
      if (deleted !== 'perhaps') onWrite();
    };
    const metadata = { namespace: NAMESPACE, name, labels: { 'written-by': 'test' } };
    const data = (version: number): Record<string, string> => ({
      version: String(version),
      padding: 'x'.repeat(500),
    });
    const created = await client.create(configMaps, { metadata, data: data(1) });
    note(1, created.metadata.resourceVersion);
    const { resourceVersion } = created.metadata;
    const updated = await client.update(configMaps, {
      metadata: { ...metadata, resourceVersion },
      data: data(2),
    });
    note(2, updated.metadata.resourceVersion);
    if (i % 3 !== 0) return;
    note(2, updated.metadata.resourceVersion, 'perhaps');
    await client.delete(configMaps, metadata);
    note(2, updated.metadata.resourceVersion, 'yes');
  }
}
