import { internalError } from '../../api/status.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission/contract.ts';
import type { Hooks } from './configurations.ts';
import type { Dispatch } from './dispatch.ts';
import type { Hook } from './hook.ts';
import { HookNotes } from './hookNotes.ts';
import { areConcerned } from './matching.ts';
import { CallFailure } from './refusals.ts';
import type { ReviewResponse } from './review.ts';
import { Rounds } from './rounds.ts';

/** MutatingAdmissionWebhook: hooks are called one after the other. Each sees the changes of those before it. */
export function mutatingWebhooks(hooks: Hooks, dispatch: Dispatch): AdmissionPlugin {
  const rounds = new WeakMap<AdmissionAttributes, Rounds>();
  return {
    name: 'MutatingAdmissionWebhook',
    handles: (attributes) => areConcerned(hooks.all, attributes),
    async mutate(attributes) {
      const { isReinvocation } = attributes;
      const round = rounds.get(attributes) ?? new Rounds();
      rounds.set(attributes, round);
      if (isReinvocation) round.begin(attributes.object);
      const forms = dispatch.formsOf(attributes);
      for (const [index, hook] of hooks.all.entries()) {
        if (isReinvocation && !round.isAskedAgain(hook.id)) continue;
        const form = await dispatch.wanted(hook, attributes, forms);
        if (form === undefined) continue;
        const notes = new HookNotes(attributes, hook, index, 'mutation');
        const response = await dispatch.ask(hook, attributes, form, true, notes);
        const operations = response && operationsOf(dispatch, hook, attributes, response, notes);
        let mutated = false;
        if (operations !== undefined && operations.length > 0) {
          if (attributes.object === undefined) throw notChangeable(hook);
          mutated = await forms.patch(form, operations);
          notes.patched(operations);
          if (mutated) round.changed();
        }
        notes.asked(mutated);
        if (hook.isReinvocable) round.asked(hook.id);
      }
      round.end(attributes.object);
    },
  };
}

/** The patch of an answer. If the patch cannot be read, the hook has failed. */
function operationsOf(
  dispatch: Dispatch,
  hook: Hook,
  attributes: AdmissionAttributes,
  { patch, patchType }: ReviewResponse,
  notes: HookNotes,
): readonly unknown[] | undefined {
  if (patch === undefined) return undefined;
  try {
    const operations: unknown = parsed(hook, patch);
    if (patchType !== 'JSONPatch') {
      throw new CallFailure(hook.name, '', new Error(`unsupported patch type ${JSON.stringify(patchType)}`));
    }
    return operations as readonly unknown[];
  } catch (error) {
    dispatch.forgive(hook, attributes, error, notes);
    return undefined;
  }
}

function parsed(hook: Hook, patch: string): readonly unknown[] {
  try {
    const operations: unknown = JSON.parse(patch);
    if (!Array.isArray(operations))
      throw new Error('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
    return operations;
  } catch (error) {
    throw new CallFailure(hook.name, 'received undecodable patch in webhook response: ', error);
  }
}

function notChangeable(hook: Hook): Error {
  return internalError(
    new Error(
      `admission webhook ${JSON.stringify(hook.name)} attempted to modify the object, which is not supported for this operation`,
    ),
  );
}
