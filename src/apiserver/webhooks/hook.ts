import { type LabelMatcher, matcherOf } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  RuleWithOperations,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../api/types.ts';
import { type Conditions, conditionsOf } from './conditions.ts';
import type { WebhookTarget } from './client.ts';

/** One webhook of a configuration, with everything prepared that each request needs. */
export interface Hook {
  /** Unique among all hooks of its type. */
  readonly id: string;
  readonly configuration: string;
  readonly name: string;
  readonly target: WebhookTarget;
  readonly rules: readonly RuleWithOperations[];
  /** True for `matchPolicy: Equivalent`. */
  readonly matchesEquivalents: boolean;
  readonly namespaces: LabelMatcher;
  readonly objects: LabelMatcher;
  readonly conditions: Conditions;
  /** True for `failurePolicy: Ignore`. */
  readonly ignoresFailures: boolean;
  readonly takesDryRuns: boolean;
  readonly reviewVersion: 'v1' | 'v1beta1' | undefined;
  readonly timeoutMs: number;
  /** True for `reinvocationPolicy: IfNeeded`. */
  readonly isReinvocable: boolean;
}

type Configuration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;

/** The hooks of some configurations in the order in which they are called: by name, then as listed. */
export function hooksOf(configurations: readonly KubeObject[]): readonly Hook[] {
  return (configurations as readonly Configuration[])
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap((configuration) =>
      (configuration.webhooks ?? []).map((webhook, i) => hookOf(configuration.metadata.name, webhook, i)),
    );
}

function hookOf(configuration: string, webhook: MutatingWebhook | ValidatingWebhook, index: number): Hook {
  const { name, clientConfig, sideEffects, admissionReviewVersions } = webhook;
  return {
    id: `${configuration}/${name}/${index}`,
    configuration,
    name,
    target: clientConfig,
    rules: webhook.rules ?? [],
    matchesEquivalents: webhook.matchPolicy !== 'Exact',
    namespaces: matcherOf(webhook.namespaceSelector ?? {}),
    objects: matcherOf(webhook.objectSelector ?? {}),
    conditions: conditionsOf(webhook.matchConditions),
    ignoresFailures: webhook.failurePolicy === 'Ignore',
    takesDryRuns: sideEffects === 'None' || sideEffects === 'NoneOnDryRun',
    reviewVersion: admissionReviewVersions.find((version) => version === 'v1' || version === 'v1beta1'),
    timeoutMs: (webhook.timeoutSeconds ?? 10) * 1000,
    isReinvocable: 'reinvocationPolicy' in webhook && webhook.reinvocationPolicy === 'IfNeeded',
  };
}
