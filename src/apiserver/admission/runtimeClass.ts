import { pods } from '../../api/resources.ts';
import type { Pod } from '../../api/types.ts';
import type { AdmissionPlugin, AdmissionReader } from './contract.ts';
import { isAbout, refuse } from './refuse.ts';

const RUNTIME_CLASSES = { group: 'node.k8s.io', plural: 'runtimeclasses' };

/** A pod runs as its class says, or not at all; what a class costs is for the class to say (`plugin/pkg/admission/runtimeclass`). */
export function runtimeClass(reader: AdmissionReader): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    handles: (attributes) => attributes.operation === 'CREATE' && isAbout(attributes, pods),
    mutate(attributes) {
      const { runtimeClassName: name = '' } = (attributes.object as unknown as Pod).spec;
      if (name !== '' && reader.get(RUNTIME_CLASSES, '', name) === undefined)
        throw refuse(attributes, `pod rejected: RuntimeClass "${name}" not found`);
    },
    validate(attributes) {
      const { runtimeClassName: name = '', overhead = {} } = (attributes.object as unknown as Pod).spec;
      if (name === '' && Object.keys(overhead).length > 0) {
        throw refuse(
          attributes,
          'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
        );
      }
      return [];
    },
  };
}
