import { EventEmitter, type TreeDataProvider, type TreeItem } from 'vscode';
import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable.ts';
import type { Clock } from '../../base/clock.ts';
import type { Resource } from '../../api/resource.ts';
import { forEachSession } from '../model/eachSession.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { MachineStates } from '../model/machineStates.ts';
import type { ClusterSession } from '../model/session.ts';
import { RenderedRows } from './renderedRows.ts';
import type { TreeNode } from './treeNode.ts';

/** Changes within this time are shown together: a burst of watch events is one refresh. */
const COALESCE_MS = 100;
/** Steps of a work come by the dozen: they are shown some times a second. */
const PROGRESS_MS = 300;
/** While machines are worked on, how long it has taken is shown by the second. */
const TICK_MS = 1_000;

export interface ClusterTreeOptions {
  readonly model: ClusterModel;
  readonly machines: MachineStates;
  /** The rows of the first level: clusters. */
  readonly roots: () => readonly TreeNode[];
  readonly clock: Clock;
}

/**
 * A live tree: rows are made from the model and the informers' caches when the editor asks, and refreshed when one
 * of them says so.
 */
export class ClusterTree implements TreeDataProvider<TreeNode>, Disposable {
  readonly #model: ClusterModel;
  readonly #roots: () => readonly TreeNode[];
  readonly #clock: Clock;
  readonly #store = new DisposableStore();
  readonly #emitter = new EventEmitter<TreeNode | TreeNode[] | undefined>();
  readonly #rows = new RenderedRows();
  /** Rows that the editor has been given, by id: only these can be refreshed. */
  readonly #shown = new Map<string, TreeNode>();
  readonly #stale = new Set<string>();
  /** Clusters came, went or changed their state: all rows are read again. */
  #allStale = false;
  #pending: Disposable | undefined;
  #tick: Disposable | undefined;

  readonly onDidChangeTreeData = this.#emitter.event;

  constructor(options: ClusterTreeOptions) {
    const { model, machines, roots, clock } = options;
    this.#model = model;
    this.#roots = roots;
    this.#clock = clock;
    this.#store.add(this.#emitter);
    this.#store.add(forEachSession(model, (session) => this.#follow(session)));
    this.#store.add(
      model.onDidChange(() => {
        this.#allStale = true;
        this.#schedule();
        this.#keepTime();
      }),
    );
    this.#store.add(model.onDidProgress((cluster) => this.#onProgress(cluster)));
    this.#store.add(machines.onDidChange((cluster) => this.#onProgress(cluster)));
  }

  getTreeItem(node: TreeNode): TreeItem {
    return this.#rows.item(node);
  }

  getChildren(node?: TreeNode): TreeNode[] {
    const children = node === undefined ? [...this.#roots()] : [...(node.children?.() ?? [])];
    for (const child of children) {
      if (child.watches !== undefined || child.showsWork === true) this.#shown.set(child.id, child);
    }
    this.#rows.note(node, children);
    return children;
  }

  dispose(): void {
    this.#pending?.dispose();
    this.#tick?.dispose();
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
      if (
        node.cluster === session.cluster &&
        node.watches?.some((watched) => isSame(watched, resource)) === true
      )
        this.#stale.add(id);
    }
    this.#schedule();
  }

  #onProgress(cluster: string): void {
    for (const [id, node] of this.#shown) {
      if (node.cluster === cluster && node.showsWork === true) this.#stale.add(id);
    }
    this.#schedule(PROGRESS_MS);
  }

  #schedule(ms = COALESCE_MS): void {
    this.#pending ??= this.#clock.timeout(ms, () => this.#flush());
  }

  #flush(): void {
    this.#pending = undefined;
    const stale = [...this.#stale].flatMap((id) => this.#shown.get(id) ?? []);
    this.#stale.clear();
    if (this.#allStale) {
      this.#allStale = false;
      this.#emitter.fire(undefined);
    } else {
      const rows = new Set(stale.flatMap((node) => this.#rows.renew(node)));
      if (rows.size > 0) this.#emitter.fire([...rows]);
    }
  }

  /** Time is no event: where a row shows how long something takes, it is looked at each second, else never. */
  #keepTime(): void {
    const working = this.#model.entries().filter(({ work }) => work !== undefined);
    if (working.length === 0 || this.#tick !== undefined) return;
    this.#tick = this.#clock.timeout(TICK_MS, () => {
      this.#tick = undefined;
      for (const { name } of working) this.#onProgress(name);
      this.#keepTime();
    });
  }
}

/** Each caller may have a description of its own of the same resource. */
function isSame(a: Resource, b: Resource): boolean {
  return a.plural === b.plural && a.group === b.group && a.version === b.version;
}
