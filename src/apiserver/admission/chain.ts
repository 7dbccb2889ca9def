import { type FieldError, invalidObject } from '../../api/fields/fieldErrors.ts';
import type { AdmissionRequest } from './attributes.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts';

/** All plugins as one. Both reject with the StatusError of the first plugin that refuses. */
export interface AdmissionChain {
  mutate(request: AdmissionRequest): Promise<void>;
  /** Validates, and where nobody refuses reserves. */
  validate(request: AdmissionRequest): Promise<void>;
}

/** Runs the plugins in the order of the list; a plugin is asked only about what it handles. */
export function createAdmissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  const mutating = plugins.filter((plugin) => plugin.mutate !== undefined);
  const validating = plugins.filter((plugin) => plugin.validate !== undefined);
  const reserving = plugins.filter((plugin) => plugin.reserve !== undefined);
  const mutateAll = async (attributes: AdmissionAttributes): Promise<void> => {
    for (const plugin of mutating) {
      if (!plugin.handles(attributes)) continue;
      const pending = plugin.mutate?.(attributes);
      if (pending !== undefined) await pending;
    }
  };
  return {
    async mutate(request) {
      await mutateAll(request);
      if (request.reinvoke()) await mutateAll(request);
    },
    async validate(request) {
      await validateAll(validating, request);
      for (const plugin of reserving) {
        if (plugin.handles(request)) refuseFor(request, (await plugin.reserve?.(request)) ?? []);
      }
    },
  };
}

/** What a plugin says: field errors, or what it threw. */
type Answer = { readonly errors: readonly FieldError[] } | { readonly refusal: unknown };

/** Asks all plugins before it waits for any. Of several refusals the first plugin's counts. */
async function validateAll(
  plugins: readonly AdmissionPlugin[],
  attributes: AdmissionAttributes,
): Promise<void> {
  const answers: (Answer | Promise<Answer>)[] = [];
  for (const plugin of plugins) {
    if (!plugin.handles(attributes)) continue;
    const answer = answerOf(plugin, attributes);
    answers.push(answer);
    // What is refused already needs no further opinion.
    if (!(answer instanceof Promise) && ('refusal' in answer || answer.errors.length > 0)) break;
  }
  for (const pending of answers) {
    const answer = pending instanceof Promise ? await pending : pending;
    if ('refusal' in answer) throw answer.refusal;
    refuseFor(attributes, answer.errors);
  }
}

function answerOf(plugin: AdmissionPlugin, attributes: AdmissionAttributes): Answer | Promise<Answer> {
  try {
    const errors = plugin.validate?.(attributes) ?? [];
    return errors instanceof Promise
      ? errors.then(
          (found: readonly FieldError[]): Answer => ({ errors: found }),
          (refusal: unknown): Answer => ({ refusal }),
        )
      : { errors };
  } catch (refusal) {
    return { refusal };
  }
}

function refuseFor(attributes: AdmissionAttributes, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject(attributes.kind, attributes.name, errors);
}
