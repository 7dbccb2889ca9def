import { badSettings, type Check, type CheckPod, named, sorted } from '../check.ts';

const TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

const check =
  (allowed: ReadonlySet<string>): CheckPod =>
  (pod) => {
    const { setters, values } = badSettings(
      pod,
      ({ seLinuxOptions: options }) => options,
      ({ type = '', user = '', role = '' }) => !allowed.has(type) || user !== '' || role !== '',
    );
    if (setters === '') return undefined;
    const types = sorted(values.map(({ type = '' }) => type).filter((type) => !allowed.has(type)));
    const faults = [
      ...(types.length === 0 ? [] : [named('type', types)]),
      ...(values.some(({ user = '' }) => user !== '') ? ['user may not be set'] : []),
      ...(values.some(({ role = '' }) => role !== '') ? ['role may not be set'] : []),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${setters} set forbidden securityContext.seLinuxOptions: ${faults.join('; ')}`,
    };
  };

export const seLinuxOptions: Check = {
  id: 'seLinuxOptions',
  level: 'baseline',
  versions: [
    { since: 0, check: check(new Set(TYPES)) },
    { since: 31, check: check(new Set([...TYPES, 'container_engine_t'])) },
  ],
};
