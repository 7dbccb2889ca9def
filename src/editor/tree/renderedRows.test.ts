import assert from 'node:assert/strict';
import type { TreeItem } from 'vscode';
import { RenderedRows } from './renderedRows.ts';
import type { TreeNode } from './treeNode.ts';

interface PodRow extends TreeNode {
  readonly version: number;
}

/** The editor's own class is not at hand here. */
function itemOf(fields: object): TreeItem {
  return fields;
}

/** A row that stands for an object at some version: `looks` is all that is seen of it. */
function row(id: string, looks: string, version = 1): PodRow {
  const item = { id, label: looks, command: { command: 'open', title: 'Open', arguments: [version] } };
  return { id, cluster: 'c', version, item: () => itemOf(item) };
}

describe('RenderedRows', () => {
  let pods: readonly PodRow[];
  let label: string;
  const section: TreeNode = {
    id: 'pods',
    cluster: 'c',
    item: () => itemOf({ label }),
    children: () => pods,
  };
  let rows: RenderedRows;

  beforeEach(() => {
    pods = [row('a', 'a Pending'), row('b', 'b Running')];
    label = 'Pods';
    rows = new RenderedRows();
    rows.item(section);
  });
  /** As the editor does when the section is opened. */
  const open = (): readonly PodRow[] => {
    rows.note(section, pods);
    for (const pod of pods) rows.item(pod);
    return pods;
  };

  it('redraws what has changed, and lets every row stand for the object as it is now', () => {
    const [a, b] = open();
    pods = [row('a', 'a Running', 2), row('b', 'b Running', 2)];
    assert.deepEqual(rows.renew(section), [a]);
    assert.deepEqual([a?.version, b?.version], [2, 2]);
    rows.item(a as TreeNode);
    assert.deepEqual(rows.renew(section), []);
  });

  it('reads the children again where there are others, or in another order', () => {
    open();
    for (const others of [[row('a', 'a Pending')], [...pods, row('c', 'c')], [...pods].reverse()]) {
      const before = pods;
      pods = others;
      assert.deepEqual(rows.renew(section), [section]);
      pods = before;
    }
  });

  it('redraws a row that looks different itself, and nothing of one that was never opened', () => {
    pods = [row('a', 'a Running')];
    assert.deepEqual(rows.renew(section), []);
    label = 'Pods 2';
    assert.deepEqual(rows.renew(section), [section]);
  });

  it('knows nothing any more of rows that are gone', () => {
    const [a] = open();
    pods = [row('b', 'b Running')];
    open();
    pods = [a as PodRow, row('b', 'b Running')];
    rows.note(section, pods);
    // It has not been drawn since it came back.
    assert.deepEqual(rows.renew(section), [a]);
  });
});
