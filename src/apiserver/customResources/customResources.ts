import type { Clock } from '../../base/clock.ts';
import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import { isConditionTrue } from '../../api/kinds/customResourceDefinition/conditions.ts';
import { customResourceDefinitions } from '../../api/resources.ts';
import type { CustomResourceDefinition } from '../../api/types.ts';
import type { Cache } from '../../storage/cache.ts';
import type { Loopback } from '../loopback.ts';
import { prefixOf } from '../registry/keys.ts';
import type { LiveResources } from '../resources/table.ts';
import { isBuiltIn } from './builtIns.ts';
import { Cleanup } from './cleanup.ts';
import { type CustomKind, kindsOf } from './kinds.ts';
import { StatusKeeper } from './statusKeeper.ts';
import { type ConvertVersion, sameFields } from './storedForm.ts';
import { type ConversionClient, webhookConversion } from './webhookConversion.ts';

export interface CustomResourcesOptions {
  readonly cache: Cache;
  readonly resources: LiveResources;
  readonly request: Loopback;
  /** Calls the webhooks of conversion. */
  readonly webhooks: ConversionClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const PREFIX = prefixOf(customResourceDefinitions, '');

/**
 * Serves the kinds that CustomResourceDefinitions describe. It follows the store, so that it also sees the writes of
 * other servers. A definition's kinds are served before its write is answered. Conditions and the cleanup of deleted
 * definitions follow later.
 */
export class CustomResources implements Disposable {
  readonly #options: CustomResourcesOptions;
  readonly #disposables = new DisposableStore();
  /** The kinds, by the definition's name. */
  readonly #served = new Map<string, readonly CustomKind[]>();
  readonly #status: StatusKeeper;
  readonly #cleanup: Cleanup;

  constructor(options: CustomResourcesOptions) {
    this.#options = options;
    const definitions = (): readonly CustomResourceDefinition[] =>
      options.cache.list(PREFIX).map(({ object }) => object as CustomResourceDefinition);
    const one = (name: string): CustomResourceDefinition | undefined =>
      options.cache.get(PREFIX + name)?.object as CustomResourceDefinition | undefined;
    this.#status = this.#disposables.add(new StatusKeeper({ ...options, definitions, one }));
    this.#cleanup = this.#disposables.add(new Cleanup({ ...options, one }));
    this.#disposables.add(
      options.cache.onChange(PREFIX, ({ type, entry }) => {
        const definition = entry.object as CustomResourceDefinition;
        this.#follow(definition.metadata.name, type === 'put' ? definition : undefined);
      }),
    );
    for (const definition of definitions()) this.#follow(definition.metadata.name, definition);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #follow(name: string, definition: CustomResourceDefinition | undefined): void {
    this.#serve(name, definition);
    this.#status.wake(name);
    this.#cleanup.wake(name);
  }

  #serve(name: string, definition: CustomResourceDefinition | undefined): void {
    const { resources, logger } = this.#options;
    const before = this.#served.get(name) ?? [];
    const now =
      definition === undefined || !isServed(definition, resources)
        ? []
        : kindsOf(definition, before, this.#converter(definition));
    if (now.length === before.length && now.every((one) => before.includes(one))) return;
    try {
      resources.change({
        remove: before.filter((one) => !now.includes(one)).map(({ kind }) => kind),
        add: now.filter((one) => !before.includes(one)).map(({ kind }) => kind),
      });
      if (now.length === 0) this.#served.delete(name);
      else this.#served.set(name, now);
    } catch (error) {
      logger.error('a custom resource cannot be served', { name, error });
    }
  }

  #converter({ spec }: CustomResourceDefinition): ConvertVersion {
    const { group, names, conversion } = spec;
    const target = conversion?.webhook?.clientConfig;
    if (conversion?.strategy !== 'Webhook' || target === undefined) return sameFields;
    const { webhooks, random } = this.#options;
    const reviewVersions = conversion.webhook?.conversionReviewVersions ?? [];
    return webhookConversion({ client: webhooks, target, reviewVersions, group, kind: names.kind, random });
  }
}

function isServed(definition: CustomResourceDefinition, resources: LiveResources): boolean {
  return isConditionTrue(definition, 'Established') && !isBuiltIn(definition, resources);
}
