import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { configMaps } from '../../../src/api/resources.ts';
import type { TreeNode } from '../../../src/editor/tree/treeNode.ts';
import { answerMessages, untilCache, useSimulatedCluster, wheelhouse } from './extension.ts';
import { labelOf, rows } from './rows.ts';

const NAME = 'rows';
describe('the tree of clusters', () => {
  useSimulatedCluster(NAME);

  it('shows the cluster, its nodes and its namespaces', async () => {
    const [cluster] = rows();
    assert.match(cluster?.item.contextValue ?? '', /^wheelhouse\.cluster\.running;running;pause\b/);
    assert.deepEqual(
      rows(NAME).map(({ item }) => labelOf(item)),
      ['Nodes', 'Namespaces', 'Cluster Resources'],
    );
    await untilCache(NAME, 'Node', (list) => list.length === 2);
    assert.deepEqual(
      rows(NAME, 'Nodes').map(({ item }) => [labelOf(item), item.description, item.contextValue]),
      [1, 2].map((number) => [
        `${NAME}-${number}`,
        'Ready',
        'wheelhouse.object.nodes;running;pause;resize;snapshots;console',
      ]),
    );
    await untilCache(NAME, 'Namespace', (list) => list.length === 4);
    assert.deepEqual(
      rows(NAME, 'Namespaces').map(({ item }) => labelOf(item)),
      ['default', 'kube-node-lease', 'kube-public', 'kube-system'],
    );
  });

  it('shows an object as soon as the watch brings it, says its state to screen readers, and deletes it', async () => {
    const session = wheelhouse().exports.model.session(NAME);
    assert.ok(session !== undefined);
    await session.client.create(configMaps, {
      metadata: { name: 'greeting', namespace: 'default' },
      data: { text: 'hello', size: '1' },
    });
    await untilCache(NAME, 'ConfigMap', (list) => list.some(({ metadata }) => metadata.name === 'greeting'));
    const row = rows(NAME, 'Namespaces', 'default', 'Configuration').find(
      ({ item }) => labelOf(item) === 'greeting',
    );
    assert.equal(row?.item.accessibilityInformation?.label, 'ConfigMap greeting, 2 keys');
    const said = answerMessages('Delete');
    await commands.executeCommand('wheelhouse.deleteObject', row.node);
    said.restore();
    assert.deepEqual(said.texts, ['Delete ConfigMap greeting in namespace default from cluster rows?']);
    await untilCache(NAME, 'ConfigMap', (list) => list.every(({ metadata }) => metadata.name !== 'greeting'));
  });

  it('gives each row an id of its own', () => {
    const { tree } = wheelhouse().exports;
    const ids: string[] = [];
    const visit = (parent?: TreeNode): void => {
      for (const node of tree.getChildren(parent)) {
        ids.push(tree.getTreeItem(node).id ?? '');
        visit(node);
      }
    };
    visit();
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.length > 20);
    assert.ok(!ids.includes(''));
  });
});
