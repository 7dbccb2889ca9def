import type { AdmissionPlugin } from '../admission/contract.ts';
import type { Hooks } from './configurations.ts';
import type { Dispatch } from './dispatch.ts';
import type { Hook } from './hook.ts';
import { HookNotes } from './hookNotes.ts';
import { areConcerned } from './matching.ts';
import type { ReviewedForm } from './review.ts';

/**
 * ValidatingAdmissionWebhook: all hooks are called at once. If several refuse, the client gets the first hook's
 * refusal.
 */
export function validatingWebhooks(hooks: Hooks, dispatch: Dispatch): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionWebhook',
    handles: (attributes) => areConcerned(hooks.all, attributes),
    async validate(attributes) {
      const forms = dispatch.formsOf(attributes);
      const asked: [Hook, ReviewedForm, HookNotes][] = [];
      for (const [index, hook] of hooks.all.entries()) {
        const form = await dispatch.wanted(hook, attributes, forms);
        if (form !== undefined)
          asked.push([hook, form, new HookNotes(attributes, hook, index, 'validating')]);
      }
      const answers = await Promise.allSettled(
        asked.map(([hook, form, notes]) => dispatch.ask(hook, attributes, form, false, notes)),
      );
      for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
      return [];
    },
  };
}
