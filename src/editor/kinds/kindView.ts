import type { KubeObject } from '../../api/meta.ts';
import type { Health } from '../model/health.ts';
import type { Hover } from '../tree/hover.ts';

/** Where people look for a kind. */
export type Category =
  'workloads' | 'pods' | 'network' | 'configuration' | 'storage' | 'access' | 'events' | 'cluster' | 'other';

/** How an object stands, in words. */
export interface Look {
  /** Status in a word or two, shown behind the name. */
  readonly description?: string;
  readonly health?: Health;
  readonly hover?: Hover;
}

/** How objects of one kind are shown, and what can be done with them. */
export interface KindView {
  readonly category: Category;
  /** The name of one of the editor's product icons. */
  readonly icon: string;
  look(object: KubeObject, now: number): Look;
  /**
   * What commands can do with it, as flags of the row's context value: conditions of menus in package.json look for
   * them. `logs`, `scale`, `rollout`, `pause`, `suspend`, `trigger`, `forward`, `shell`.
   */
  readonly can?: readonly string[];
  /** The kinds whose objects it owns, shown below it. */
  readonly owns?: readonly string[];
}

/** By plural and group: `deployments.apps`, `pods`. */
export type KindViews = Readonly<Record<string, KindView>>;
