import { type LabelMatcher, matcherOf } from '../../../api/labels.ts';
import { namespaces } from '../../../api/resources.ts';
import type { Affinity, Pod } from '../../../api/types.ts';
import type { Lister } from '../../../client/informer.ts';
import type { InformerFactory } from '../../../client/informers.ts';
import type { Namespace } from '../../../api/types.ts';

type ApiTerm = NonNullable<
  NonNullable<Affinity['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number];

/** A compiled pod affinity term. */
export interface Term {
  readonly topologyKey: string;
  readonly matcher: LabelMatcher;
  readonly namespaces: ReadonlySet<string>;
  /** Undefined for none: then `namespaces` alone counts. */
  readonly namespaceSelector: LabelMatcher | undefined;
}

export interface WeightedTerm extends Term {
  readonly weight: number;
}

/** All terms of one pod. */
export interface PodTerms {
  readonly affinity: readonly Term[];
  readonly antiAffinity: readonly Term[];
  /** Anti-affinity has negative weights. */
  readonly preferred: readonly WeightedTerm[];
}

const compiled = new WeakMap<Pod, PodTerms>();

/** Compiled once for each object: every pod with terms is asked about by every pod that comes after it. */
export function termsOf(pod: Pod): PodTerms {
  let terms = compiled.get(pod);
  if (terms === undefined) {
    terms = compile(pod);
    compiled.set(pod, terms);
  }
  return terms;
}

function compile(pod: Pod): PodTerms {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const one = (term: ApiTerm): Term => compileTerm(term, pod);
  const weighted =
    (sign: 1 | -1) =>
    ({ weight, podAffinityTerm }: { weight: number; podAffinityTerm: ApiTerm }): WeightedTerm => ({
      ...one(podAffinityTerm),
      weight: sign * weight,
    });
  return {
    affinity: (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(one),
    antiAffinity: (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(one),
    preferred: [
      ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted(1)),
      ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted(-1)),
    ],
  };
}

/** matchLabelKeys and mismatchLabelKeys are part of the selector already: the API server puts them there (KEP-3633). */
function compileTerm(term: ApiTerm, pod: Pod): Term {
  const named = term.namespaces ?? [];
  const own = named.length === 0 && term.namespaceSelector === undefined;
  return {
    topologyKey: term.topologyKey,
    matcher: matcherOf(term.labelSelector),
    namespaces: new Set(own ? [pod.metadata.namespace] : named),
    namespaceSelector: term.namespaceSelector === undefined ? undefined : matcherOf(term.namespaceSelector),
  };
}

/** Knows the labels of namespaces. */
export class NamespaceLabels {
  readonly #namespaces: Lister<Namespace>;

  constructor(informers: InformerFactory) {
    this.#namespaces = informers.for(namespaces);
  }

  /** All namespaces that a term is about. */
  of(term: Term): ReadonlySet<string> {
    if (term.namespaceSelector === undefined) return term.namespaces;
    const found = new Set(term.namespaces);
    for (const { metadata } of this.#namespaces.list()) {
      if (term.namespaceSelector.matches(metadata.labels)) found.add(metadata.name);
    }
    return found;
  }

  /** Whether a term is about this pod. */
  matches(term: Term, pod: Pod): boolean {
    return term.matcher.matches(pod.metadata.labels) && this.#includes(term, pod.metadata.namespace);
  }

  #includes(term: Term, namespace: string): boolean {
    if (term.namespaces.has(namespace)) return true;
    if (term.namespaceSelector === undefined) return false;
    return term.namespaceSelector.matches(this.#namespaces.get(undefined, namespace)?.metadata.labels);
  }
}
