import { dropZeros } from '../../fields/zeros.ts';
import type { Incomplete } from '../../fields/unchecked.ts';
import type { Draft } from '../../meta.ts';
import type { Ingress } from '../../types.ts';

type Backend = NonNullable<Incomplete<Ingress['spec']>['defaultBackend']>;

/** Nothing is filled in but the structs that upstream's encoding always shows. */
export function setIngressDefaults(draft: Draft<Ingress>): void {
  const incomplete: { spec?: Incomplete<Ingress['spec']> } = draft;
  const spec = (incomplete.spec ??= {});
  settleBackend(spec.defaultBackend);
  for (const tls of spec.tls ?? []) dropZeros(tls, ['secretName']);
  for (const rule of spec.rules ?? []) {
    dropZeros(rule, ['host']);
    for (const path of rule.http?.paths ?? []) {
      dropZeros(path, ['path']);
      settleBackend((path.backend ??= {}));
    }
  }
}

function settleBackend(backend: Backend | undefined): void {
  if (backend?.service === undefined) return;
  backend.service.port ??= {};
  dropZeros(backend.service.port, ['name', 'number']);
}
