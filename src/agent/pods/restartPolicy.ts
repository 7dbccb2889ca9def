import type { Container, Pod } from '../../api/types.ts';

/** A container's own policy, or else its pod's. */
export function restartPolicyOf(pod: Pod, container: Container): 'Always' | 'OnFailure' | 'Never' {
  return (container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always') as 'Always' | 'OnFailure' | 'Never';
}

/**
 * Whether a container that has ended with this code starts again: by the first of its rules that speaks of the code, or
 * else by policy (podutil `ContainerShouldRestart`, KEP-5307).
 */
export function restartsAfter(pod: Pod, container: Container, exitCode: number): boolean {
  const isMeant = container.restartPolicyRules?.some(({ action, exitCodes }) => {
    if (action !== 'Restart' || exitCodes === undefined) return false;
    const isListed = exitCodes.values?.includes(exitCode) === true;
    return exitCodes.operator === 'NotIn' ? !isListed : isListed;
  });
  if (isMeant === true) return true;
  switch (restartPolicyOf(pod, container)) {
    case 'Always':
      return true;
    case 'OnFailure':
      return exitCode !== 0;
    case 'Never':
      return false;
  }
}
