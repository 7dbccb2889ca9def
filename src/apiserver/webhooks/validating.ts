import type { AdmissionPlugin } from '../admission/contract.ts';
import type { Hooks } from './configurations.ts';
import type { Dispatch } from './dispatch.ts';
import type { Hook } from './hook.ts';
import { isExempt } from './matching.ts';
import type { ReviewedForm } from './review.ts';

/** ValidatingAdmissionWebhook: all hooks are asked at once. Of several refusals the first hook's counts. */
export function validatingWebhooks(hooks: Hooks, dispatch: Dispatch): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionWebhook',
    handles: ({ resource }) => hooks.all.length > 0 && !isExempt(resource),
    async validate(attributes) {
      const forms = dispatch.formsOf(attributes);
      const made = new Map<unknown, Promise<ReviewedForm>>();
      const asked: [Hook, ReviewedForm][] = [];
      for (const hook of hooks.all) {
        const resource = await dispatch.wanted(hook, attributes, forms);
        if (resource === undefined) continue;
        const form = made.get(resource) ?? forms.as(resource);
        made.set(resource, form);
        asked.push([hook, await form]);
      }
      const answers = await Promise.allSettled(
        asked.map(([hook, form]) => dispatch.ask(hook, attributes, form, false)),
      );
      for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
      return [];
    },
  };
}
