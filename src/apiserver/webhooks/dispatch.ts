import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import { forbidden } from '../../api/status.ts';
import type { AdmissionAttributes, AdmissionReader } from '../admission/contract.ts';
import { authorizerOf } from '../admission/policies/asking.ts';
import { onNewest } from '../admission/reader.ts';
import type { Authorizer } from '../auth/contract.ts';
import type { ResourceTable } from '../resources/table.ts';
import type { WebhookClient } from './client.ts';
import { judge } from './conditions.ts';
import { RequestForms } from './forms.ts';
import type { Hook } from './hook.ts';
import type { HookNotes } from './hookNotes.ts';
import { namespaceMatches, objectMatches, wantedForm } from './matching.ts';
import { CallFailure, denied, dryRunUnsupported, outOfTime } from './refusals.ts';
import { type ReviewedForm, reviewedRequest, type ReviewResponse, readReview, reviewText } from './review.ts';

export interface DispatchOptions {
  readonly client: Pick<WebhookClient, 'post'>;
  readonly reader: AdmissionReader;
  readonly resources: ResourceTable;
  /** Answers the questions that match conditions ask about users. */
  readonly authorizer: Pick<Authorizer, 'authorize'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The common part of both kinds of webhooks: which hooks are called, how, and what their answers mean. */
export class Dispatch {
  readonly #options: DispatchOptions;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  formsOf(attributes: AdmissionAttributes): RequestForms {
    return new RequestForms(this.#options.resources, attributes);
  }

  /**
   * Returns the request in the version that a hook asks for; undefined if the hook does not match it. Rejects with a
   * StatusError if that cannot be decided.
   */
  async wanted(
    hook: Hook,
    attributes: AdmissionAttributes,
    forms: RequestForms,
  ): Promise<ReviewedForm | undefined> {
    const equivalents = hook.matchesEquivalents ? forms.equivalents : [];
    const resource = wantedForm(hook, attributes, equivalents);
    if (resource === undefined || !objectMatches(hook, attributes)) return undefined;
    const { reader } = this.#options;
    if (!(await onNewest(reader, () => namespaceMatches(hook, attributes, reader)))) return undefined;
    const form = await forms.as(resource);
    return hook.conditions.length === 0 || this.#holds(hook, attributes, form) ? form : undefined;
  }

  /** @throws StatusError Forbidden if the conditions cannot be evaluated and the hook's failure policy is Fail */
  #holds(hook: Hook, attributes: AdmissionAttributes, form: ReviewedForm): boolean {
    const verdict = judge(hook.conditions, {
      object: form.object ?? null,
      oldObject: form.old ?? null,
      request: reviewedRequest(attributes, form),
      ...authorizerOf(this.#options.authorizer, attributes),
    });
    if ('holds' in verdict) return verdict.holds;
    if (hook.ignoresFailures) return false;
    throw forbidden(attributes.resource, attributes.name, verdict.error);
  }

  /**
   * Calls one hook. Resolves to its answer, or to undefined if it failed and its failure policy is Ignore. Rejects with
   * the StatusError of a refusal.
   */
  async ask(
    hook: Hook,
    attributes: AdmissionAttributes,
    form: ReviewedForm,
    isMutating: boolean,
    notes: HookNotes,
  ): Promise<ReviewResponse | undefined> {
    try {
      const response = await this.#call(hook, attributes, form, isMutating);
      for (const warning of response.warnings) attributes.warn(warning);
      for (const [key, value] of Object.entries(response.auditAnnotations)) {
        attributes.annotate(`${hook.name}/${key}`, value);
      }
      if (!response.allowed) throw denied(hook.name, response.status);
      return response;
    } catch (error) {
      this.forgive(hook, attributes, error, notes);
      return undefined;
    }
  }

  /** Ignores a failure if the hook's policy does so. Throws every other error; a failure becomes an InternalError. */
  forgive(hook: Hook, attributes: AdmissionAttributes, error: unknown, notes: HookNotes): void {
    if (!(error instanceof CallFailure)) throw error;
    if (!hook.ignoresFailures) throw error.refusal();
    notes.failedOpen();
    this.#options.logger.warn('a webhook failed and is passed over', { webhook: hook.name, error });
    if (this.#msLeft(attributes) <= 0) throw outOfTime();
  }

  async #call(
    hook: Hook,
    attributes: AdmissionAttributes,
    form: ReviewedForm,
    isMutating: boolean,
  ): Promise<ReviewResponse> {
    if (attributes.dryRun && !hook.takesDryRuns) throw dryRunUnsupported(hook.name);
    const { client, random } = this.#options;
    const version = hook.reviewVersion;
    if (version === undefined) {
      const none = new Error('webhook does not accept known AdmissionReview versions (v1, v1beta1)');
      throw new CallFailure(hook.name, 'could not create admission objects: ', none);
    }
    const left = this.#msLeft(attributes);
    if (left <= 0) throw outOfTime();
    const uid = random.uuid();
    let answer: unknown;
    try {
      answer = await client.post(hook.target, reviewText(version, uid, attributes, form), {
        timeoutMs: Math.min(hook.timeoutMs, left),
        signal: attributes.signal(),
      });
    } catch (error) {
      throw new CallFailure(hook.name, 'failed to call webhook: ', error);
    }
    try {
      return readReview(version, uid, isMutating, answer);
    } catch (error) {
      throw new CallFailure(hook.name, 'received invalid webhook response: ', error);
    }
  }

  #msLeft({ deadline }: AdmissionAttributes): number {
    return deadline === undefined ? Infinity : deadline - this.#options.clock.monotonic();
  }
}
