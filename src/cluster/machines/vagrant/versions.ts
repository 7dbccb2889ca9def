/**
 * The first Vagrant that knows each version of VirtualBox (its CHANGELOG: GH-12947, GH-13513, GH-13709). A VirtualBox
 * that is newer than all of them may be known to a newer Vagrant.
 */
const VAGRANT_FOR_VIRTUALBOX: readonly (readonly [virtualbox: string, vagrant: string])[] = [
  ['7.0', '2.3.2'],
  ['7.1', '2.4.2'],
  ['7.2', '2.4.9'],
];

/** Older ones lack what the Vagrantfile uses; VirtualBox opens its NAT to loopback from 6.1.28 on. */
export const MIN_VAGRANT = '2.3.0';
export const MIN_VIRTUALBOX = '7.0';
/** The first that runs on ARM processors. */
export const MIN_VIRTUALBOX_ARM = '7.1';

/** The oldest Vagrant that works with this VirtualBox; undefined where that is not known. */
export function vagrantFor(virtualbox: string): string | undefined {
  return VAGRANT_FOR_VIRTUALBOX.find(([version]) => `${virtualbox}.`.startsWith(`${version}.`))?.[1];
}

/** Below 0 where `a` is older than `b`. Parts that are missing are 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) =>
    version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0),
  );
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
