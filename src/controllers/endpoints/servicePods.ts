import { isDeepStrictEqual } from 'node:util';
import { type LabelMatcher, selectorFromMap } from '../../api/labels.ts';
import { keyOf } from '../../api/meta.ts';
import type { Pod, Service } from '../../api/types.ts';
import type { Informer } from '../../client/informer.ts';
import { isPodReady } from '../pods.ts';

interface Members {
  readonly matcher: LabelMatcher;
  readonly pods: Set<string>;
}

/**
 * Which pods each Service selects, kept up to date change by change: a pod's event costs one look at the selectors of
 * its namespace, and a Service's reconcile reads its own pods alone. Wakes a Service when something changes that its
 * endpoints show.
 */
export class ServicePods {
  readonly #pods: Informer<Pod>;
  readonly #wake: (serviceKey: string) => void;
  readonly #byNamespace = new Map<string, Map<string, Members>>();

  constructor(services: Informer<Service>, pods: Informer<Pod>, wake: (serviceKey: string) => void) {
    this.#pods = pods;
    this.#wake = wake;
    services.addHandler({
      onAdd: (service) => this.#setService(service),
      onUpdate: (service, old) => {
        if (selectsAlike(service, old)) wake(keyOf(service.metadata));
        else this.#setService(service);
      },
      onDelete: (service) => {
        const { namespace, name } = service.metadata;
        this.#byNamespace.get(namespace)?.delete(name);
        wake(keyOf(service.metadata));
      },
    });
    pods.addHandler({
      onAdd: (pod) => this.#setPod(pod, true),
      onUpdate: (pod, old) => this.#setPod(pod, isShownDifferently(pod, old)),
      onDelete: (pod) => this.#removePod(pod),
    });
  }

  podsOf(service: Service): readonly Pod[] {
    const { namespace, name } = service.metadata;
    const members = this.#byNamespace.get(namespace)?.get(name);
    const pods: Pod[] = [];
    for (const podName of members?.pods ?? []) {
      const pod = this.#pods.get(namespace, podName);
      if (pod !== undefined) pods.push(pod);
    }
    return pods;
  }

  #setService(service: Service): void {
    const { namespace, name } = service.metadata;
    const inNamespace = this.#byNamespace.get(namespace) ?? new Map<string, Members>();
    this.#byNamespace.set(namespace, inNamespace);
    if (hasSelector(service)) {
      const matcher = selectorFromMap(service.spec.selector);
      const members = this.#pods.list(namespace).filter((pod) => matcher.matches(pod.metadata.labels));
      inNamespace.set(name, { matcher, pods: new Set(members.map((pod) => pod.metadata.name)) });
    } else inNamespace.delete(name);
    this.#wake(keyOf(service.metadata));
  }

  #setPod(pod: Pod, changed: boolean): void {
    const { namespace, name, labels } = pod.metadata;
    for (const [service, { matcher, pods }] of this.#byNamespace.get(namespace) ?? []) {
      const was = pods.has(name);
      const is = matcher.matches(labels);
      if (is) pods.add(name);
      else pods.delete(name);
      if (was !== is || (is && changed)) this.#wake(keyOf({ namespace, name: service }));
    }
  }

  #removePod(pod: Pod): void {
    const { namespace, name } = pod.metadata;
    for (const [service, { pods }] of this.#byNamespace.get(namespace) ?? []) {
      if (pods.delete(name)) this.#wake(keyOf({ namespace, name: service }));
    }
  }
}

export function hasSelector(service: Service): boolean {
  return service.spec.type !== 'ExternalName' && Object.keys(service.spec.selector ?? {}).length > 0;
}

/** An ExternalName that becomes a ClusterIP selects from then on, with the selector that it had. */
function selectsAlike(a: Service, b: Service): boolean {
  return hasSelector(a) === hasSelector(b) && isDeepStrictEqual(a.spec.selector, b.spec.selector);
}

/** True where endpoints show the two states of a pod differently (`endpointslice/util` podEndpointsChanged). */
function isShownDifferently(pod: Pod, old: Pod): boolean {
  return (
    pod.metadata.uid !== old.metadata.uid ||
    pod.metadata.deletionTimestamp !== old.metadata.deletionTimestamp ||
    pod.status?.phase !== old.status?.phase ||
    isPodReady(pod) !== isPodReady(old) ||
    pod.spec.nodeName !== old.spec.nodeName ||
    pod.spec.hostname !== old.spec.hostname ||
    pod.spec.subdomain !== old.spec.subdomain ||
    pod.status?.podIP !== old.status?.podIP ||
    !isDeepStrictEqual(pod.status?.podIPs, old.status?.podIPs)
  );
}
