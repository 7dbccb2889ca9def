import { type FieldError, invalidObject } from '../../api/fields/fieldErrors.ts';
import type { AdmissionRequest } from './attributes.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts';

/**
 * All plugins as one. Both throw the StatusError of the first plugin that refuses, or reject with it; undefined where
 * nobody has to be waited for, which is so for nearly all requests.
 */
export interface AdmissionChain {
  mutate(request: AdmissionRequest): Promise<void> | undefined;
  /** Validates, and where nobody refuses reserves. */
  validate(request: AdmissionRequest): Promise<void> | undefined;
}

/** Runs the plugins in the order of the list; a plugin is asked only about what it handles. */
export function createAdmissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  const mutating = plugins.filter((plugin) => plugin.mutate !== undefined);
  const validating = plugins.filter((plugin) => plugin.validate !== undefined);
  const reserving = plugins.filter((plugin) => plugin.reserve !== undefined);
  return {
    mutate: (request) =>
      then(mutateFrom(0, mutating, request), () =>
        request.reinvoke() ? mutateFrom(0, mutating, request) : undefined,
      ),
    validate: (request) => then(validateAll(validating, request), () => reserveFrom(0, reserving, request)),
  };
}

/** Goes on at once where there is nothing to wait for. */
function then(
  pending: Promise<void> | undefined,
  next: () => Promise<void> | undefined,
): Promise<void> | undefined {
  return pending === undefined ? next() : pending.then(next);
}

type From = (
  first: number,
  plugins: readonly AdmissionPlugin[],
  attributes: AdmissionAttributes,
) => Promise<void> | undefined;

/** Apart from the loops, whose every turn would make room for what a closure sees. */
async function after(pending: Promise<void>, goOn: From, ...where: Parameters<From>): Promise<void> {
  await pending;
  await goOn(...where);
}

function mutateFrom(
  first: number,
  plugins: readonly AdmissionPlugin[],
  attributes: AdmissionAttributes,
): Promise<void> | undefined {
  for (let at = first; at < plugins.length; at += 1) {
    const plugin = plugins[at] as AdmissionPlugin;
    const pending = plugin.handles(attributes) ? plugin.mutate?.(attributes) : undefined;
    if (pending !== undefined) return after(pending, mutateFrom, at + 1, plugins, attributes);
  }
  return undefined;
}

function reserveFrom(
  first: number,
  plugins: readonly AdmissionPlugin[],
  attributes: AdmissionAttributes,
): Promise<void> | undefined {
  for (let at = first; at < plugins.length; at += 1) {
    const plugin = plugins[at] as AdmissionPlugin;
    const errors = plugin.handles(attributes) ? plugin.reserve?.(attributes) : undefined;
    if (errors instanceof Promise) {
      return after(agreed(attributes, errors), reserveFrom, at + 1, plugins, attributes);
    }
    if (errors !== undefined) refuseFor(attributes, errors);
  }
  return undefined;
}

/**
 * Asks all plugins before it waits for any. Of several refusals the first plugin's counts; what is refused already needs
 * no further opinion.
 */
function validateAll(
  plugins: readonly AdmissionPlugin[],
  attributes: AdmissionAttributes,
): Promise<void> | undefined {
  const pending: Promise<readonly FieldError[]>[] = [];
  for (const plugin of plugins) {
    if (!plugin.handles(attributes)) continue;
    try {
      const errors = plugin.validate?.(attributes);
      if (errors instanceof Promise) pending.push(errors);
      else if (errors !== undefined) refuseFor(attributes, errors);
    } catch (refusal) {
      if (pending.length === 0) throw refusal;
      return refuseForFirst(attributes, [...pending, rejected(refusal)]);
    }
  }
  return pending.length === 0 ? undefined : refuseForFirst(attributes, pending);
}

/** Whom nobody waits for any more may still refuse: that is no failure of its own. */
async function refuseForFirst(
  attributes: AdmissionAttributes,
  pending: readonly Promise<readonly FieldError[]>[],
): Promise<void> {
  for (const errors of pending) errors.catch(() => undefined);
  for (const errors of pending) await agreed(attributes, errors);
}

async function rejected(refusal: unknown): Promise<never> {
  await Promise.resolve();
  throw refusal;
}

async function agreed(
  attributes: AdmissionAttributes,
  pending: Promise<readonly FieldError[]>,
): Promise<void> {
  refuseFor(attributes, await pending);
}

function refuseFor(attributes: AdmissionAttributes, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject(attributes.kind, attributes.name, errors);
}
