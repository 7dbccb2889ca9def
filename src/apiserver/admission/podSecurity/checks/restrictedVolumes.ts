import type { Volume } from '../../../../api/types.ts';
import { type Check, type CheckPod, named, sorted } from '../check.ts';

const ALLOWED = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
] as const satisfies readonly (keyof Volume)[];

const isAllowed = (volume: Volume): boolean => ALLOWED.some((type) => volume[type] !== undefined);
const typeOf = (volume: Volume): string => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';

/** Volume types without access to the node or to other hosts, except through a claim. */
const check: CheckPod = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((volume) => !isAllowed(volume));
  if (bad.length === 0) return undefined;
  const names = bad.map(({ name }) => name);
  const use = names.length === 1 ? 'uses' : 'use';
  const types = named('restricted volume type', sorted(bad.map(typeOf)));
  return { reason: 'restricted volume types', detail: `${named('volume', names)} ${use} ${types}` };
};

export const restrictedVolumes: Check = {
  id: 'restrictedVolumes',
  level: 'restricted',
  overrides: 'hostPathVolumes',
  versions: [{ since: 0, check }],
};
