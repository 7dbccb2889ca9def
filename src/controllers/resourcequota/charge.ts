import { draftOf } from '../../api/meta.ts';
import { resourceQuotas } from '../../api/resources.ts';
import { isConflict, isNotFound } from '../../api/status.ts';
import type { ResourceQuota } from '../../api/types.ts';
import type { Client } from '../../client/contract.ts';

/**
 * Writes what is used of a quota, on the condition that it is as it was read. Answers undefined where another write came
 * between, or the quota is gone.
 */
export async function chargeQuota(
  client: Client,
  quota: ResourceQuota,
  used: Readonly<Record<string, string>>,
): Promise<ResourceQuota | undefined> {
  const draft = draftOf(quota);
  draft.status = { ...draft.status, used: { ...used } };
  try {
    return await client.update(resourceQuotas, draft, { subresource: 'status' });
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return undefined;
    throw error;
  }
}
