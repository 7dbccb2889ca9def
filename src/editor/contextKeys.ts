import { commands } from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import type { ClusterModel } from './model/clusterModel.ts';
import type { KubeContexts } from './model/contexts.ts';

/** What conditions in package.json look at: which commands are of use now, and what the empty view says. */
export function createContextKeys(model: ClusterModel, contexts: KubeContexts): Disposable {
  const last = new Map<string, boolean>();
  const set = (key: string, value: boolean): void => {
    if (last.get(key) === value) return;
    last.set(key, value);
    void commands.executeCommand('setContext', `wheelhouse.${key}`, value);
  };
  const look = (): void => {
    const entries = model.entries();
    // The editor takes a tree for empty for a moment while its rows are read again: what is said of no clusters goes by
    // what is known of them.
    set('noClusters', model.known && entries.length === 0);
    set(
      'running',
      entries.some(({ state }) => state.phase === 'running'),
    );
    // Also to clusters that are not ours.
    set('connected', model.running().length > 0);
    set('contexts', contexts.entries().length > 0);
    set(
      'working',
      entries.some(({ work }) => work !== undefined),
    );
  };
  look();
  return model.onDidChange(look);
}
