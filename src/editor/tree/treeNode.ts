import type { TreeItem } from 'vscode';
import type { Resource } from '../../api/resource.ts';

/** One row of the cluster tree: one class or factory per kind of row, in `nodes/`. */
export interface TreeNode {
  /** Unique and stable, so that the editor keeps selection and expansion. */
  readonly id: string;
  /** The cluster that the row belongs to. */
  readonly cluster: string;
  item(): TreeItem;
  /** Missing on leaves. */
  children?(): readonly TreeNode[];
  /** Changes of these resources change the row's children or its own look. */
  readonly watches?: readonly Resource[];
  /** The steps of a work on the cluster change the row's children or its own look. */
  readonly showsWork?: boolean;
}
