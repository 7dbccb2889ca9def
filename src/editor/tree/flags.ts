import type { ClusterEntry } from '../model/clusterEntry.ts';

/**
 * What can be done with a row of this cluster, as the end of its context value: `;snapshots;shell`. Conditions of menus
 * in package.json look for them: `viewItem =~ /;snapshots\b/`. `running`: it runs;
 * `working`: it is being worked on, and only that can be
 * ended.
 */
export function flagsOf({ state, traits, work }: ClusterEntry): string {
  const can = Object.entries(traits?.capabilities ?? {}).flatMap(([name, able]) => (able ? [name] : []));
  return [
    ...(state.phase === 'running' ? ['running'] : []),
    ...can,
    ...(work === undefined ? [] : ['working']),
  ]
    .map((flag) => `;${flag}`)
    .join('');
}
