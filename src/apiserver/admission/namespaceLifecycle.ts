import { IMMORTAL_NAMESPACES, isTerminating } from '../../api/kinds/namespace/kind.ts';
import { localSubjectAccessReviews, namespaces } from '../../api/resources.ts';
import type { KubeObject } from '../../api/meta.ts';
import { notFound, StatusError } from '../../api/status.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from './contract.ts';
import { onNewest } from './reader.ts';
import { isAbout, refuse } from './refuse.ts';

/**
 * Refuses new objects in a namespace that is missing or being deleted. Refuses to delete some namespaces (apiserver
 * `pkg/admission/plugin/namespace/lifecycle`).
 */
export function namespaceLifecycle(reader: AdmissionReader): AdmissionPlugin {
  const find = (name: string) => (): KubeObject => {
    const found = reader.get(namespaces, '', name);
    if (found === undefined) throw notFound(namespaces, name);
    return found;
  };
  return {
    name: 'NamespaceLifecycle',
    handles: ({ operation }) => operation !== 'CONNECT',
    mutate(attributes) {
      const { resource, namespace, operation } = attributes;
      if (isAbout(attributes, namespaces)) {
        if (operation === 'DELETE' && IMMORTAL_NAMESPACES.includes(attributes.name)) {
          throw refuse(attributes, 'this namespace may not be deleted');
        }
        return undefined;
      }
      if (!resource.namespaced || namespace === '' || operation === 'DELETE') return undefined;
      // Access reviews may ask about a namespace that does not exist.
      if (isAbout(attributes, localSubjectAccessReviews)) return undefined;
      const check = (found: KubeObject): void => {
        if (operation === 'CREATE' && isTerminating(found)) throw beingTerminated(attributes);
      };
      const known = reader.get(namespaces, '', namespace);
      if (known === undefined) return onNewest(reader, find(namespace)).then(check);
      check(known);
      return undefined;
    },
  };
}

function beingTerminated(attributes: AdmissionAttributes): StatusError {
  const { namespace } = attributes;
  const error = refuse(
    attributes,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  return new StatusError(403, 'Forbidden', error.message, {
    details: {
      ...error.status.details,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  });
}
