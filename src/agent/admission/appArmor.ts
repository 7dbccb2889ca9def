import type { Container, Pod } from '../../api/types.ts';
import { containersOf } from '../pods/identity.ts';
import type { PodAdmitHandler } from './contract.ts';

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

/** A profile that nobody can enforce is not left out silently (kubelet `lifecycle/handlers.go`, `pkg/security/apparmor`). */
export const admitAppArmor: PodAdmitHandler = (pod, _others, { hasAppArmor }) =>
  hasAppArmor || !containersOf(pod).some(({ container }) => isConfined(pod, container))
    ? undefined
    : { reason: 'AppArmor', message: 'Cannot enforce AppArmor: AppArmor is not enabled on the host' };

function isConfined(pod: Pod, { name, securityContext }: Container): boolean {
  const own = securityContext?.appArmorProfile?.type;
  const annotated = pod.metadata.annotations?.[`${ANNOTATION}${name}`];
  const profile = own ?? annotated ?? pod.spec.securityContext?.appArmorProfile?.type;
  return profile !== undefined && profile !== '' && profile.toLowerCase() !== 'unconfined';
}
