import { forbidden, StatusError, type StatusReason } from '../../../api/status.ts';
import { namespaces } from '../../../api/resources.ts';
import type { Authorizer } from '../../auth/contract.ts';
import type { ResourceTable } from '../../resources/table.ts';
import { RequestForms } from '../../webhooks/forms.ts';
import { isExempt } from '../../webhooks/matching.ts';
import { reviewedRequest } from '../../webhooks/review.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../contract.ts';
import { onNewest } from '../reader.ts';
import { authorizerOf } from './asking.ts';
import { type Bindings, type Evaluated, evaluate, type Failure } from './evaluation.ts';
import { matchedResource } from './matching.ts';
import { collectParams } from './params.ts';
import type { Policies } from './policies.ts';
import type { Policy, PolicyBinding } from './policy.ts';

export interface PolicyOptions {
  readonly reader: AdmissionReader;
  readonly resources: ResourceTable;
  readonly authorizer: Pick<Authorizer, 'authorize'>;
}

/** The refusal of a request. Without a binding, the policy itself is the cause. */
interface Denial {
  readonly policy: Policy;
  readonly binding: PolicyBinding | undefined;
  readonly reason: string;
  readonly message: string;
}

/**
 * ValidatingAdmissionPolicy (apiserver `plugin/policy/validating/dispatcher.go`). If several policies refuse, the
 * client gets the first refusal.
 */
export function validatingPolicies(policies: Policies, options: PolicyOptions): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionPolicy',
    handles: ({ resource }) => policies.all.length > 0 && !isExempt(resource),
    async validate(attributes) {
      const request = new PolicyRequest(options, attributes);
      for (const policy of policies.all) await request.apply(policy);
      const [first] = request.denials;
      if (first !== undefined) throw refusal(attributes, first);
      return [];
    },
  };
}

/** The state of one request while policies are evaluated for it. */
class PolicyRequest {
  readonly denials: Denial[] = [];
  readonly #options: PolicyOptions;
  readonly #attributes: AdmissionAttributes;
  readonly #forms: RequestForms;

  constructor(options: PolicyOptions, attributes: AdmissionAttributes) {
    this.#options = options;
    this.#attributes = attributes;
    this.#forms = new RequestForms(options.resources, attributes);
  }

  async apply(policy: Policy): Promise<void> {
    const { reader } = this.#options;
    const attributes = this.#attributes;
    const equivalents = policy.matcher.matchesEquivalents ? this.#forms.equivalents : [];
    const matched = await onNewest(reader, () =>
      matchedResource(policy.matcher, attributes, equivalents, reader),
    );
    if (matched === undefined) return;
    const { expressions } = policy;
    if (expressions instanceof Error) {
      this.#misconfigured(policy, undefined, expressions);
      return;
    }
    const form = await this.#forms.as(matched);
    const bindings: Bindings = {
      object: form.object ?? null,
      oldObject: form.old ?? null,
      request: reviewedRequest(attributes, form),
      namespaceObject: this.#namespace(),
      ...authorizerOf(this.#options.authorizer, attributes),
    };
    const annotations = new Map<string, Set<string>>();
    for (const binding of policy.bindings) {
      for (const params of this.#paramsOf(policy, binding)) {
        this.#judge(policy, binding, evaluate(expressions, { ...bindings, params }), annotations);
      }
    }
    for (const [key, values] of annotations)
      attributes.annotate(`${policy.name}/${key}`, [...values].join(', '));
  }

  /** Empty if the binding does not match the request. */
  #paramsOf(policy: Policy, binding: PolicyBinding): readonly unknown[] {
    const { reader, resources } = this.#options;
    const equivalents = binding.matcher.matchesEquivalents ? this.#forms.equivalents : [];
    if (matchedResource(binding.matcher, this.#attributes, equivalents, reader) === undefined) return [];
    try {
      return collectParams(policy, binding, this.#attributes.namespace, resources.snapshot, reader);
    } catch (error) {
      this.#misconfigured(policy, binding, error instanceof Error ? error : new Error(String(error)));
      return [];
    }
  }

  /** The namespace of the request; null for objects without a namespace and for Namespaces themselves. */
  #namespace(): unknown {
    const { namespace, kind } = this.#attributes;
    if (namespace === '' || (kind.group === '' && kind.kind === 'Namespace')) return null;
    return this.#options.reader.get(namespaces, '', namespace) ?? null;
  }

  #misconfigured(policy: Policy, binding: PolicyBinding | undefined, error: Error): void {
    if (policy.ignoresFailures) return;
    const what = binding === undefined ? 'policy' : 'binding';
    const message = `failed to configure ${what}: ${error.message}`;
    this.denials.push({ policy, binding, reason: 'Invalid', message });
  }

  #judge(
    policy: Policy,
    binding: PolicyBinding,
    { failures, annotationErrors, annotations }: Evaluated,
    all: Map<string, Set<string>>,
  ): void {
    for (const failure of failures) {
      if (!failure.isError || !policy.ignoresFailures) this.#act(policy, binding, failure);
    }
    // The binding's actions do not matter here, as upstream.
    if (!policy.ignoresFailures) {
      for (const message of annotationErrors)
        this.denials.push({ policy, binding, reason: 'Invalid', message });
    }
    for (const { key, value } of annotations) {
      const text = Buffer.from(value).subarray(0, MAX_ANNOTATION).toString();
      all.set(key, (all.get(key) ?? new Set()).add(text));
    }
  }

  #act(policy: Policy, binding: PolicyBinding, { reason, message, index: expressionIndex }: Failure): void {
    const { actions } = binding;
    if (actions.includes('Deny')) this.denials.push({ policy, binding, reason, message });
    if (actions.includes('Warn')) {
      this.#attributes.warn(
        `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}': ${message}`,
      );
    }
    if (!actions.includes('Audit')) return;
    const note = [
      { message, policy: policy.name, binding: binding.name, expressionIndex, validationActions: actions },
    ];
    this.#attributes.annotate('validation.policy.admission.k8s.io/validation_failure', JSON.stringify(note));
  }
}

const MAX_ANNOTATION = 10 * 1024;

const CODES: ReadonlyMap<string, number> = new Map([
  ['Unauthorized', 401],
  ['Forbidden', 403],
  ['RequestEntityTooLarge', 413],
  ['Invalid', 422],
]);

function refusal({ resource, name }: AdmissionAttributes, denial: Denial): StatusError {
  const { policy, binding, reason, message } = denial;
  const by = binding === undefined ? '' : ` with binding '${binding.name}'`;
  const text = `ValidatingAdmissionPolicy '${policy.name}'${by} denied request: ${message}`;
  const { status } = forbidden(resource, name, text);
  return new StatusError(CODES.get(reason) ?? 422, reason as StatusReason, status.message ?? text, {
    details: { ...status.details, causes: [{ message: text }] },
  });
}
