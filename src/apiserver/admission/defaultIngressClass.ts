import type { Draft } from '../../api/meta.ts';
import { ingressClasses, ingresses } from '../../api/resources.ts';
import type { Ingress, IngressClass } from '../../api/types.ts';
import type { AdmissionPlugin, AdmissionReader } from './contract.ts';
import { isAbout } from './refuse.ts';

const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class';
/** The annotation that named the class before there was a field for it. */
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/** Gives a new Ingress without a class the default one (`plugin/pkg/admission/network/defaultingressclass`). */
export function defaultIngressClass(reader: AdmissionReader): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    handles: (attributes) => attributes.operation === 'CREATE' && isAbout(attributes, ingresses),
    mutate({ object }) {
      const { metadata, spec } = object as unknown as Draft<Ingress>;
      if (spec.ingressClassName !== undefined) return;
      if (metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return;
      const found = newestDefault(reader.list(ingressClasses, '') as readonly IngressClass[]);
      if (found !== undefined) spec.ingressClassName = found.metadata.name;
    },
  };
}

/** The newest of several defaults; if several are equally new, the first by name. */
function newestDefault(classes: readonly IngressClass[]): IngressClass | undefined {
  const age = ({ metadata }: IngressClass): number => -Date.parse(metadata.creationTimestamp);
  return classes
    .filter(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true')
    .sort((a, b) => age(a) - age(b) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}
