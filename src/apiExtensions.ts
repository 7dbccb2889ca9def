import type { Clock } from './base/clock.ts';
import type { Groups } from './base/groups.ts';
import type { Logger } from './base/logger.ts';
import type { Random } from './base/random.ts';
import { apiServices } from './api/resources.ts';
import type { AdmissionPlugin } from './apiserver/admission/contract.ts';
import { admissionPolicies, PolicyStatusKeeper } from './apiserver/admission/policies/index.ts';
import type { AdmissionReader } from './apiserver/admission/contract.ts';
import { Aggregator } from './apiserver/aggregation/aggregator.ts';
import { Availability } from './apiserver/aggregation/availability.ts';
import type { Authorizer } from './apiserver/auth/contract.ts';
import { CustomResources } from './apiserver/customResources/customResources.ts';
import { endpointOf } from './apiserver/location.ts';
import type { Loopback } from './apiserver/loopback.ts';
import type { LiveResources } from './apiserver/resources/table.ts';
import { admissionWebhooks, WebhookClient, type WebhookClientOptions } from './apiserver/webhooks/index.ts';
import type { Client } from './client/contract.ts';
import type { HubDialer } from './nodes/dialer.ts';
import type { Cache } from './storage/cache.ts';

export interface ApiExtensionsOptions {
  readonly cache: Cache;
  readonly reader: AdmissionReader;
  readonly resources: LiveResources;
  readonly authorizer: Authorizer;
  /** The way to the pods behind a service. */
  readonly dialer: Pick<HubDialer, 'connect'>;
  /** The front proxy's, PEM: by it aggregated servers know this one. */
  readonly clientCertificate: { readonly cert: string; readonly key: string };
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The parts by which users extend the API. All of them stop with the groups. */
export interface ApiExtensions {
  /** In upstream's order: after all others that are no quota. */
  readonly plugins: readonly AdmissionPlugin[];
  readonly aggregator: Aggregator;
  /** From now on serves custom resources, and keeps the status of their definitions and of policies. */
  followDefinitions(request: Loopback): void;
  /** From now on looks whether aggregated servers are there. They may ask this one, which has to listen by then. */
  followServers(client: Client): void;
}

/** Starts webhooks, policies and aggregation before there is an API server: it is made with them. */
export function extendApi(groups: Groups, options: ApiExtensionsOptions): ApiExtensions {
  const { cache, reader, resources, authorizer, dialer, clientCertificate, clock, random, logger } = options;
  const dialService: WebhookClientOptions['dialService'] = async (service, signal) => {
    const { node, host, port } = endpointOf(service, cache, () => random.number());
    return dialer.connect(node, host, port, signal);
  };
  const client = new WebhookClient({ clock, dialService });
  groups.started('webhook connections', () => client.dispose());
  const aggregator = new Aggregator({ cache, resources, dialService, clientCertificate });
  groups.started('aggregation', () => aggregator.dispose());
  const webhooks = admissionWebhooks({
    client,
    authorizer,
    cache,
    reader,
    resources,
    clock,
    random,
    logger,
  });
  groups.started('webhooks', () => webhooks.dispose());
  const policies = admissionPolicies({ cache, reader, resources, authorizer });
  groups.started('admission policies', () => policies.dispose());

  return {
    plugins: [policies.validating, ...webhooks.plugins],
    aggregator,
    followDefinitions(request) {
      const custom = new CustomResources({
        cache,
        resources,
        request,
        webhooks: client,
        clock,
        random,
        logger,
      });
      groups.started('custom resources', () => custom.dispose());
      const policyStatus = new PolicyStatusKeeper({ cache, resources, request, clock, logger });
      groups.started('status of policies', () => policyStatus.dispose());
    },
    followServers(client) {
      const availability = new Availability({
        cache,
        aggregator,
        writeStatus: (apiService, signal) =>
          client.update(apiServices, apiService, { subresource: 'status', signal }),
        clock,
      });
      groups.started('availability of aggregated servers', () => availability.dispose());
    },
  };
}
