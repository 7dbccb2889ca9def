import { ageColumn, column, nameColumn, NONE } from '../../columns.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { ingressClasses } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { IngressClass } from '../../types.ts';
import { validateIngressClass, validateIngressClassUpdate } from './validation.ts';

export const ingressClass: Kind = defineKind<IngressClass>({
  resource: ingressClasses,
  schema: builtIn('V1IngressClass'),
  hasGeneration: true,
  setDefaults(draft) {
    const incomplete: { spec?: typeof draft.spec } = draft;
    const { parameters } = (incomplete.spec ??= {});
    if (parameters !== undefined) parameters.scope ??= 'Cluster';
  },
  validate: validateIngressClass,
  validateUpdate: validateIngressClassUpdate,
  columns: [
    nameColumn,
    column('Controller', 'string', 'Controller that serves its ingresses.', (o) => o.spec.controller ?? ''),
    column('Parameters', 'string', 'Object with more configuration of the controller.', parametersText),
    ageColumn,
  ],
});

function parametersText({ spec: { parameters } }: IngressClass): string {
  if (parameters === undefined) return NONE;
  const { kind = '', apiGroup, name = '' } = parameters as Partial<typeof parameters>;
  return `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`;
}
