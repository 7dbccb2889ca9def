import { type LabelMatcher, matcherOf, selectorFromMap } from '../../api/labels.ts';
import { controllerOf } from '../../api/meta.ts';
import { replicaSets, services } from '../../api/resources.ts';
import type { Pod } from '../../api/types.ts';
import type { InformerFactory } from '../../client/informers.ts';
import type { PodSelector } from '../podCounters.ts';
import { podSelector } from '../podSelector.ts';

const INDEX = 'scheduler/anySelectorPair';

/**
 * What the pods that belong together with this one have in common: the selectors of the services that it is behind
 * and of the replica set that made it (`plugins/helper/spread.go` DefaultSelector).
 */
export function createDefaultSelector(informers: InformerFactory): (pod: Pod) => PodSelector | undefined {
  const serviceInformer = informers.for(services);
  const replicaSetInformer = informers.for(replicaSets);
  // A service is found by one pair of its selector: any pod that it selects has that label.
  serviceInformer.addIndex(INDEX, (service) => {
    const [pair] = Object.entries(service.spec.selector ?? {});
    return pair === undefined ? [] : [indexKey(service.metadata.namespace, pair)];
  });

  return (pod) => {
    const { namespace, labels = {} } = pod.metadata;
    const matchers: LabelMatcher[] = [];
    for (const pair of Object.entries(labels)) {
      for (const service of serviceInformer.byIndex(INDEX, indexKey(namespace, pair))) {
        const matcher = selectorFromMap(service.spec.selector);
        if (matcher.matches(labels)) matchers.push(matcher);
      }
    }
    const owner = controllerOf(pod);
    const replicaSet =
      owner?.kind === 'ReplicaSet' ? replicaSetInformer.get(namespace, owner.name) : undefined;
    if (replicaSet !== undefined) matchers.push(matcherOf(replicaSet.spec.selector));
    const selector = podSelector(...matchers);
    return selector.key === '' ? undefined : selector;
  };
}

function indexKey(namespace: string, [key, value]: readonly [string, string]): string {
  return `${namespace}/${key}=${value}`;
}
