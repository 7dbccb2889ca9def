import { isConditionTrue } from '../../api/kinds/customResourceDefinition/conditions.ts';
import { groupResourceOf } from '../../api/resource.ts';
import { customResourceDefinitions } from '../../api/resources.ts';
import { StatusError } from '../../api/status.ts';
import type { CustomResourceDefinition } from '../../api/types.ts';
import type { AdmissionPlugin, AdmissionReader } from '../admission/contract.ts';

/** Refuses new objects while their definition is being deleted (apiextensions `customresource_handler.go`). */
export function customResourceTermination(reader: AdmissionReader): AdmissionPlugin {
  return {
    name: 'CustomResourceTermination',
    handles: ({ operation, subresource, resource }) =>
      operation === 'CREATE' && subresource === '' && resource.group.includes('.'),
    mutate({ resource }) {
      const name = groupResourceOf(resource);
      const definition = reader.get(customResourceDefinitions, '', name) as
        CustomResourceDefinition | undefined;
      if (definition === undefined || !isConditionTrue(definition, 'Terminating')) return;
      throw new StatusError(
        405,
        'MethodNotAllowed',
        'create not allowed while custom resource definition is terminating',
        { details: { group: resource.group, kind: resource.plural } },
      );
    },
  };
}
