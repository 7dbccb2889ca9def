import { type FieldError, invalidObject } from '../../api/fields/fieldErrors.ts';
import type { AdmissionRequest } from './attributes.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts';

/**
 * Runs all plugins as one. Both methods throw the StatusError of the first plugin that refuses, or reject with it. They
 * return undefined if there is nothing to wait for, as for nearly all requests.
 */
export interface AdmissionChain {
  mutate(request: AdmissionRequest): Promise<void> | undefined;
  /** Validates. If no plugin refuses, reserves. */
  validate(request: AdmissionRequest): Promise<void> | undefined;
}

/** Runs the plugins in the order of the list. A plugin runs only for requests that it handles. */
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

/** Continues at once if there is nothing to wait for. */
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

/** A function of its own: a closure inside the loop would allocate memory in each turn. */
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
 * Starts all plugins before it waits for any. If several refuse, the first plugin's refusal is used. After a refusal it
 * does not wait for the other plugins.
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

/** A plugin may still refuse when nothing waits for it: that is no unhandled rejection. */
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
