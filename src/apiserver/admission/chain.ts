import { invalidObject } from '../../api/fields/fieldErrors.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts';

/** All plugins as one. Both reject with the StatusError of the first plugin that refuses. */
export interface AdmissionChain {
  mutate(attributes: AdmissionAttributes): Promise<void>;
  validate(attributes: AdmissionAttributes): Promise<void>;
}

/** Runs the plugins in the order of the list; a plugin is asked only about what it handles. */
export function createAdmissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  return {
    async mutate(attributes) {
      for (const plugin of plugins) {
        if (plugin.mutate === undefined || !plugin.handles(attributes)) continue;
        const pending = plugin.mutate(attributes);
        if (pending !== undefined) await pending;
      }
    },
    async validate(attributes) {
      for (const plugin of plugins) {
        if (plugin.validate === undefined || !plugin.handles(attributes)) continue;
        const errors = await plugin.validate(attributes);
        if (errors.length > 0) throw invalidObject(attributes.kind.resource, attributes.name, errors);
      }
    },
  };
}
