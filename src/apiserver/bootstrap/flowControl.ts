import { BOOTSTRAP_LEVELS, BOOTSTRAP_SCHEMAS } from '../../api/flowControl/bootstrap.ts';
import { apiVersionOf, type Resource } from '../../api/resource.ts';
import { flowSchemas, priorityLevelConfigurations } from '../../api/resources.ts';
import type { BootstrapObject } from './systemObjects.ts';

/** The server keeps such an object as it suggests it, until somebody says `false`. */
const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec';

/** Priority levels and flow schemas of every cluster; the mandatory ones are written over what is there. */
export function flowControlObjects(): readonly BootstrapObject[] {
  return [
    ...BOOTSTRAP_LEVELS.map((one) => objectOf(priorityLevelConfigurations, one)),
    ...BOOTSTRAP_SCHEMAS.map((one) => objectOf(flowSchemas, one)),
  ];
}

function objectOf(
  resource: Resource,
  { name, mandatory, spec }: (typeof BOOTSTRAP_LEVELS)[number],
): BootstrapObject {
  return {
    resource,
    // The level of those who are exempt may be given a share.
    authoritative: mandatory && !(resource === priorityLevelConfigurations && name === 'exempt'),
    object: {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: { name, annotations: { [AUTO_UPDATE]: 'true' } },
      spec,
    },
  };
}
