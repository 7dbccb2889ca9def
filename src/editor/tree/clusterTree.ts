import { EventEmitter, type TreeDataProvider, type TreeItem } from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable.ts';
import type { Clock } from '../../base/clock.ts';
import type { Resource } from '../../api/resource.ts';
import { forEachSession } from '../model/eachSession.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { ClusterSession } from '../model/session.ts';
import { clusterNode } from './nodes/cluster.ts';
import type { TreeNode } from './treeNode.ts';

/** Changes within this time are shown together: a burst of watch events is one refresh. */
const COALESCE_MS = 100;

/** The live tree: rows are made from the informers' caches when the editor asks, and refreshed when a watch says so. */
export class ClusterTree implements TreeDataProvider<TreeNode>, Disposable {
  readonly #model: ClusterModel;
  readonly #clock: Clock;
  readonly #store = new DisposableStore();
  readonly #emitter = new EventEmitter<TreeNode | undefined>();
  /** Rows that the editor has been given, by id: only these can be refreshed. */
  readonly #shown = new Map<string, TreeNode>();
  readonly #stale = new Set<string>();
  #pending: Disposable | undefined;

  readonly onDidChangeTreeData = this.#emitter.event;

  constructor(model: ClusterModel, clock: Clock) {
    this.#model = model;
    this.#clock = clock;
    this.#store.add(this.#emitter);
    this.#store.add(forEachSession(model, (session) => this.#follow(session)));
    this.#store.add(model.onDidChange(() => this.#emitter.fire(undefined)));
  }

  getTreeItem(node: TreeNode): TreeItem {
    return node.item();
  }

  getChildren(node?: TreeNode): TreeNode[] {
    const children =
      node === undefined ? this.#model.entries().map(clusterNode) : [...(node.children?.() ?? [])];
    for (const child of children) if (child.watches !== undefined) this.#shown.set(child.id, child);
    return children;
  }

  dispose(): void {
    this.#pending?.dispose();
    this.#store.dispose();
  }

  #follow(session: ClusterSession): Disposable {
    const subscription = session.onChange((resource) => this.#onObjectChange(session, resource));
    return toDisposable(() => {
      subscription.dispose();
      for (const [id, node] of this.#shown) if (node.cluster === session.cluster) this.#shown.delete(id);
    });
  }

  #onObjectChange(session: ClusterSession, resource: Resource): void {
    for (const [id, node] of this.#shown) {
      if (node.cluster === session.cluster && node.watches?.includes(resource) === true) this.#stale.add(id);
    }
    this.#pending ??= this.#clock.timeout(COALESCE_MS, () => this.#flush());
  }

  #flush(): void {
    this.#pending = undefined;
    for (const id of this.#stale) {
      const node = this.#shown.get(id);
      if (node !== undefined) this.#emitter.fire(node);
    }
    this.#stale.clear();
  }
}
