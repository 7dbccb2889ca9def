import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { type Draft, draftOf } from '../../api/meta.ts';
import { apiServices, endpointSlices, services } from '../../api/resources.ts';
import { timeOf } from '../../api/time.ts';
import type { APIService, EndpointSlice, Service } from '../../api/types.ts';
import type { Cache, CacheEvent } from '../../storage/cache.ts';
import { keyOfObject, prefixOf } from '../registry/keys.ts';
import type { Aggregator } from './aggregator.ts';

export interface AvailabilityOptions {
  readonly cache: Pick<Cache, 'get' | 'list' | 'onChange'>;
  readonly aggregator: Pick<Aggregator, 'versions' | 'check'>;
  /** Writes the status of an APIService. Rejects with a StatusError. */
  readonly writeStatus: (draft: Draft<APIService>, signal: AbortSignal) => Promise<unknown>;
  readonly clock: Clock;
}

/** No event tells whether a server answers, so it is asked at upstream's interval. */
const RESYNC_MS = 30_000;
const FIRST_RETRY_MS = 500;
const CHECK_TIMEOUT_MS = 5_000;

/** The condition of an APIService, without its time. */
interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/**
 * Keeps the condition Available of each APIService that names a service (kube-aggregator
 * `pkg/controllers/status/remote`). It does no work while there are none.
 */
export class Availability implements Disposable {
  readonly #options: AvailabilityOptions;
  readonly #ending = new AbortController();
  readonly #subscriptions: readonly Disposable[];
  readonly #states = new Map<string, State>();

  constructor(options: AvailabilityOptions) {
    this.#options = options;
    const { cache } = options;
    const wakeOf =
      (serviceOf: (event: CacheEvent) => string) =>
      (event: CacheEvent): void => {
        if (this.#options.aggregator.versions.length > 0) this.#wakeAll(serviceOf(event), event);
      };
    this.#subscriptions = [
      cache.onChange(prefixOf(apiServices, ''), ({ type, entry, previous }) => {
        // Our own writes of the status are ignored.
        if (type === 'delete' || specOf(previous) !== specOf(entry)) this.#wake(entry.object.metadata.name);
      }),
      cache.onChange(
        prefixOf(services, ''),
        wakeOf(({ entry }) => entry.object.metadata.name),
      ),
      cache.onChange(
        prefixOf(endpointSlices, ''),
        wakeOf(({ entry }) => entry.object.metadata.labels?.['kubernetes.io/service-name'] ?? ''),
      ),
    ];
    for (const { name } of options.aggregator.versions) this.#wake(name);
  }

  dispose(): void {
    this.#ending.abort();
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const state of this.#states.values()) state.timer?.dispose();
  }

  #wakeAll(service: string, { entry }: CacheEvent): void {
    const { namespace } = entry.object.metadata;
    for (const { name, apiService } of this.#options.aggregator.versions) {
      const wanted = apiService.spec?.service;
      if (wanted?.name === service && wanted.namespace === namespace) this.#wake(name);
    }
  }

  /** Checks an APIService again, after the check that is running. */
  #wake(name: string): void {
    const state = this.#states.get(name) ?? {
      isRunning: false,
      isDirty: false,
      failures: 0,
      timer: undefined,
    };
    this.#states.set(name, state);
    if (state.isRunning) {
      state.isDirty = true;
      return;
    }
    state.isRunning = true;
    state.timer?.dispose();
    void this.#run(name, state);
  }

  async #run(name: string, state: State): Promise<void> {
    state.isDirty = false;
    const remote = this.#options.aggregator.versions.find((one) => one.name === name);
    if (remote === undefined) {
      this.#states.delete(name);
      return;
    }
    const isThere = await this.#look(remote).catch(() => false);
    if (this.#ending.signal.aborted) return;
    if (this.#states.get(name)?.isDirty === true) {
      void this.#run(name, state);
      return;
    }
    state.failures = isThere ? 0 : state.failures + 1;
    state.isRunning = false;
    const wait =
      state.failures === 0 ? RESYNC_MS : Math.min(FIRST_RETRY_MS * 2 ** (state.failures - 1), RESYNC_MS);
    state.timer = this.#options.clock.timeout(wait, () => this.#wake(name));
  }

  /** Resolves to whether the server answers. */
  async #look(remote: Aggregator['versions'][number]): Promise<boolean> {
    const { signal } = this.#ending;
    const verdict = this.#missing(remote.apiService) ?? (await this.#check(remote));
    if (signal.aborted) return false;
    const { metadata } = remote.apiService;
    const { cache, clock, writeStatus } = this.#options;
    const current = cache.get(keyOfObject(apiServices, '', metadata.name))?.object as APIService | undefined;
    if (current === undefined || current.metadata.uid !== metadata.uid) return true;
    const next = withCondition(current, verdict, timeOf(clock.now()));
    if (next !== undefined) await writeStatus(next, signal);
    return verdict.status === 'True';
  }

  async #check(remote: Aggregator['versions'][number]): Promise<Verdict> {
    const call = new AbortController();
    const end = (): void => call.abort(new Error('context deadline exceeded'));
    const timer = this.#options.clock.timeout(CHECK_TIMEOUT_MS, end);
    this.#ending.signal.addEventListener('abort', end, { once: true });
    try {
      await this.#options.aggregator.check(remote, call.signal);
      return { status: 'True', reason: 'Passed', message: 'all checks passed' };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: 'False', reason: 'FailedDiscoveryCheck', message };
    } finally {
      timer.dispose();
      this.#ending.signal.removeEventListener('abort', end);
    }
  }

  /** The reason why the service cannot be asked at all. */
  #missing({ spec }: APIService): Verdict | undefined {
    const { cache } = this.#options;
    const { namespace = '', name = '', port = 443 } = spec?.service ?? {};
    const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message });
    const service = cache.get(keyOfObject(services, namespace, name))?.object as Service | undefined;
    const what = `service/${name} in "${namespace}"`;
    if (service === undefined) return no('ServiceNotFound', `${what} is not present`);
    if ((service.spec.type ?? 'ClusterIP') !== 'ClusterIP') return undefined;
    const found = service.spec.ports?.find((one) => one.port === port);
    if (found === undefined) return no('ServicePortError', `${what} is not listening on port ${port}`);
    const slices = cache
      .list(prefixOf(endpointSlices, namespace))
      .map(({ object }) => object as EndpointSlice)
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
    if (slices.length === 0) {
      return no('EndpointsNotFound', `cannot find endpointslices for ${what}`);
    }
    const portName = found.name ?? '';
    return slices.some((slice) => hasReadyEndpoint(slice, portName))
      ? undefined
      : no('MissingEndpoints', `endpointslices for ${what} have no addresses with port name "${portName}"`);
  }
}

interface State {
  isRunning: boolean;
  /** The APIService changed while it was checked. */
  isDirty: boolean;
  failures: number;
  timer: Disposable | undefined;
}

function specOf(entry: CacheEvent['previous']): string {
  return JSON.stringify((entry?.object as APIService | undefined)?.spec ?? null);
}

function hasReadyEndpoint({ endpoints = [], ports = [] }: EndpointSlice, portName: string): boolean {
  return (
    endpoints.some(({ conditions }) => conditions?.ready !== false) &&
    ports.some(({ name = '', port }) => name === portName && port !== undefined)
  );
}

/** Undefined if the condition is the same already. */
function withCondition(apiService: APIService, verdict: Verdict, now: string): Draft<APIService> | undefined {
  const conditions = apiService.status?.conditions ?? [];
  const old = conditions.find(({ type }) => type === 'Available');
  const isSame =
    old?.status === verdict.status && old.reason === verdict.reason && old.message === verdict.message;
  if (isSame) return undefined;
  const lastTransitionTime = old?.status === verdict.status ? old.lastTransitionTime : now;
  const draft = draftOf(apiService);
  draft.status = {
    conditions: [
      ...(draftOf(apiService).status?.conditions?.filter(({ type }) => type !== 'Available') ?? []),
      { type: 'Available', ...verdict, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) },
    ],
  };
  return draft;
}
