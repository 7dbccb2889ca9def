import { ageColumn, column, nameColumn, orNone } from '../../columns.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { ingresses } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { Ingress } from '../../types.ts';
import { setIngressDefaults } from './defaults.ts';
import { validateIngress, validateIngressStatus, validateNewIngress } from './validation.ts';

export const ingress: Kind = defineKind<Ingress>({
  resource: ingresses,
  schema: builtIn('V1Ingress'),
  shortNames: ['ing'],
  hasGeneration: true,
  setDefaults: setIngressDefaults,
  prepareForCreate(draft) {
    draft.status = { loadBalancer: {} };
  },
  validate: validateIngress,
  validateCreate: validateNewIngress,
  status: { validateUpdate: validateIngressStatus },
  columns: [
    nameColumn,
    column('Class', 'string', 'Class of controllers that serve it.', ({ spec }) =>
      orNone(spec.ingressClassName),
    ),
    column('Hosts', 'string', 'Hosts that its rules are for.', hostsText),
    column('Address', 'string', 'Where it is reached.', addressText),
    column('Ports', 'string', 'Ports that it listens on.', ({ spec }) =>
      (spec.tls ?? []).length === 0 ? '80' : '80, 443',
    ),
    ageColumn,
  ],
});

const SHOWN_HOSTS = 3;

function hostsText({ spec }: Ingress): string {
  const rules = spec.rules ?? [];
  const hosts = rules.map(({ host = '' }) => host).filter((host) => host !== '');
  if (hosts.length === 0) return '*';
  const shown = hosts.slice(0, SHOWN_HOSTS).join(',');
  return hosts.length > SHOWN_HOSTS ? `${shown} + ${rules.length - SHOWN_HOSTS} more...` : shown;
}

function addressText({ status }: Ingress): string {
  const addresses = (status?.loadBalancer?.ingress ?? [])
    .map(({ ip = '', hostname = '' }) => (ip === '' ? hostname : ip))
    .filter((address) => address !== '');
  return [...new Set(addresses)].sort().join(',');
}
