import type { Clock } from '../../../base/clock.ts';
import { type Disposable, DisposableStore } from '../../../base/disposable.ts';
import type { Logger } from '../../../base/logger.ts';
import { typeOfDefinition } from '../../../api/cel/index.ts';
import { equal } from '../../../api/fields/equal.ts';
import { namedBy, typeWarnings } from '../../../api/policies/typeChecking.ts';
import { pathOf } from '../../../api/resource.ts';
import { validatingAdmissionPolicies } from '../../../api/resources.ts';
import { isConflict, isNotFound } from '../../../api/status.ts';
import type { ValidatingAdmissionPolicy } from '../../../api/types.ts';
import type { Cache } from '../../../storage/cache.ts';
import { Wakeups } from '../../wakeups.ts';
import type { Loopback } from '../../loopback.ts';
import { prefixOf } from '../../registry/keys.ts';
import type { ResourceSnapshot, ResourceTable } from '../../resources/table.ts';
import { paramResource } from './params.ts';

export interface PolicyStatusOptions {
  readonly cache: Pick<Cache, 'get' | 'list' | 'onChange'>;
  readonly resources: ResourceTable;
  readonly request: Loopback;
  readonly clock: Clock;
  readonly logger: Logger;
}

const PREFIX = prefixOf(validatingAdmissionPolicies, '');

type Status = NonNullable<ValidatingAdmissionPolicy['status']>;

/**
 * Writes type warnings into the status of policies, and again when the served kinds change
 * (`pkg/controller/validatingadmissionpolicystatus`).
 */
export class PolicyStatusKeeper implements Disposable {
  readonly #options: PolicyStatusOptions;
  readonly #disposables = new DisposableStore();

  constructor(options: PolicyStatusOptions) {
    const { cache, resources, clock, logger } = options;
    this.#options = options;
    const wakeups = this.#disposables.add(
      new Wakeups({
        clock,
        work: (name, signal) => this.#judge(name, signal),
        failed: (name, error) => logger.warn('the status of a policy is not written', { name, error }),
      }),
    );
    const wakeAll = (): void => {
      for (const { object } of cache.list(PREFIX)) wakeups.wake(object.metadata.name);
    };
    this.#disposables.add(
      cache.onChange(PREFIX, ({ type, entry }) => {
        if (type === 'put') wakeups.wake(entry.object.metadata.name);
      }),
    );
    this.#disposables.add(resources.onChange(wakeAll));
    wakeAll();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #judge(name: string, signal: AbortSignal): Promise<void> {
    const { cache, request, resources } = this.#options;
    const policy = cache.get(PREFIX + name)?.object as ValidatingAdmissionPolicy | undefined;
    if (policy === undefined) return;
    const status = checkedStatus(policy, resources.snapshot);
    if (equal(status, policy.status)) return;
    try {
      const path = pathOf(validatingAdmissionPolicies, { name, subresource: 'status' });
      await request('PUT', path, { ...policy, status }, signal);
    } catch (error) {
      // Another writer has changed it. That change wakes this again.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }
}

/** The status that a policy should have. */
function checkedStatus(policy: ValidatingAdmissionPolicy, snapshot: ResourceSnapshot): Status {
  const addresses = snapshot.all.map((served) => ({ ...served.resource, served }));
  const types = namedBy(policy, addresses).map(({ served }) => ({
    kind: served.resource,
    type: typeOfDefinition(served.schema.definition),
  }));
  const { paramKind } = policy.spec;
  const params = paramKind === undefined ? undefined : paramResource(paramKind, snapshot);
  const paramType = params === undefined ? undefined : typeOfDefinition(params.schema.definition);
  const warnings = typeWarnings(policy, types, paramType);
  return {
    ...policy.status,
    observedGeneration: policy.metadata.generation ?? 0,
    typeChecking: warnings.length === 0 ? {} : { expressionWarnings: [...warnings] },
  };
}
