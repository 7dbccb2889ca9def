import type { Draft } from '../../../api/meta.ts';
import type { Target } from '../handler.ts';
import type { RegistryOptions, WriteContext } from '../../registry/context.ts';

/** Asks admission about the body of a POST to a subresource, as about any other that is created. */
export async function admitCreation(
  registry: RegistryOptions,
  context: WriteContext,
  { served, namespace, name, subresource }: Target,
  object: Draft,
): Promise<void> {
  const attributes = {
    operation: 'CREATE',
    kind: served.kind,
    subresource,
    namespace,
    name,
    object,
    old: undefined,
    user: context.user,
    dryRun: context.dryRun,
    warn: (message: string): void => context.warn(message),
  } as const;
  await registry.admission.mutate(attributes);
  await registry.admission.validate(attributes);
}
