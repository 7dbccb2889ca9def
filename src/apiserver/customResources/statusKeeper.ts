import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import { pathOf } from '../../api/resource.ts';
import { customResourceDefinitions } from '../../api/resources.ts';
import { isConflict, isNotFound } from '../../api/status.ts';
import { timeOf } from '../../api/time.ts';
import type { CustomResourceDefinition } from '../../api/types.ts';
import type { Loopback } from '../loopback.ts';
import { judgedStatus } from './status.ts';
import { Wakeups } from '../wakeups.ts';

export interface StatusKeeperOptions {
  definitions(): readonly CustomResourceDefinition[];
  one(name: string): CustomResourceDefinition | undefined;
  readonly request: Loopback;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Writes the accepted names and the conditions into the status of definitions. */
export class StatusKeeper implements Disposable {
  readonly #options: StatusKeeperOptions;
  readonly #wakeups: Wakeups;

  constructor(options: StatusKeeperOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.#wakeups = new Wakeups({
      clock,
      work: (name, signal) => this.#judge(name, signal),
      failed: (name, error) => logger.warn('the status of a definition is not written', { name, error }),
    });
  }

  /** If a definition takes or releases names, all others of its group are checked again. */
  wake(name: string): void {
    this.#wakeups.wake(name);
    const group = groupOf(name);
    for (const { metadata } of this.#options.definitions()) {
      if (metadata.name !== name && groupOf(metadata.name) === group) this.#wakeups.wake(metadata.name);
    }
  }

  dispose(): void {
    this.#wakeups.dispose();
  }

  async #judge(name: string, signal: AbortSignal): Promise<void> {
    const { clock, request } = this.#options;
    const definition = this.#options.one(name);
    if (definition === undefined) return;
    const others = this.#options.definitions().filter(({ metadata }) => metadata.name !== name);
    const status = judgedStatus(definition, others, timeOf(clock.now()));
    if (status === undefined) return;
    try {
      await request(
        'PUT',
        pathOf(customResourceDefinitions, { name, subresource: 'status' }),
        { ...definition, status },
        signal,
      );
    } catch (error) {
      // Another writer has changed it. That change wakes this again.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }
}

/** `PLURAL.GROUP`. */
function groupOf(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}
