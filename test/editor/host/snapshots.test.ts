import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { configMaps } from '../../../src/api/resources.ts';
import { answerMessages, stateOf, untilCache, useSimulatedCluster, wheelhouse } from './extension.ts';
import { labelOf, row, rows } from './rows.ts';
import { answerInputs } from './userInput.ts';

const NAME = 'kept';

describe('snapshots of a cluster', () => {
  useSimulatedCluster(NAME, 1);

  const create = async (name: string): Promise<void> => {
    const session = wheelhouse().exports.model.session(NAME);
    assert.ok(session !== undefined);
    await session.client.create(configMaps, { metadata: { name, namespace: 'default' }, data: {} });
  };

  it('are saved under a name; the cluster runs on', async () => {
    await create('before');
    const inputs = answerInputs({ type: 'first' });
    const said = answerMessages();
    await commands.executeCommand('wheelhouse.saveSnapshot', row(NAME).node);
    inputs.restore();
    said.restore();
    assert.deepEqual(said.texts, []);
    assert.equal(inputs.questions[0]?.title, `Save Snapshot of ${NAME}`);
    assert.match(inputs.questions[0].proposed, /^\d{4}-\d\d-\d\d-\d{4}$/);
    assert.equal(stateOf(NAME)?.phase, 'running');
    assert.equal(wheelhouse().exports.model.entry(NAME)?.work, undefined);
    await untilCache(NAME, 'ConfigMap', (list) => list.some(({ metadata }) => metadata.name === 'before'));
  });

  it('are listed below the cluster with their time and size', () => {
    assert.deepEqual(
      rows(NAME).map(({ item }) => labelOf(item)),
      ['Nodes', 'Snapshots', 'Namespaces', 'Cluster Resources'],
    );
    const { item } = row(NAME, 'Snapshots', 'first');
    assert.match(String(item.description), /\d.* · 1 node/);
    assert.match(item.contextValue ?? '', /^wheelhouse\.snapshot;running\b/);
  });

  it('are not restored without a yes', async () => {
    await create('after');
    const said = answerMessages();
    await commands.executeCommand('wheelhouse.restoreSnapshot', row(NAME, 'Snapshots', 'first').node);
    said.restore();
    assert.deepEqual(said.texts, [`Put cluster ${NAME} back to snapshot first?`]);
    assert.match(said.details.join(), /All that has changed since then is lost/);
    await untilCache(NAME, 'ConfigMap', (list) => list.some(({ metadata }) => metadata.name === 'after'));
  });

  it('are picked by name, time and size, and put the cluster back: what came later is gone', async () => {
    await commands.executeCommand('wheelhouse.addNode', { cluster: NAME });
    const inputs = answerInputs({ pick: /^first$/ });
    const said = answerMessages('Restore');
    await commands.executeCommand('wheelhouse.restoreSnapshot', { cluster: NAME });
    inputs.restore();
    said.restore();
    assert.match(inputs.questions[0]?.items.join() ?? '', /^first \| .*1 node$/);
    assert.match(said.details.join(), new RegExp(`Removed, because they came later: ${NAME}-2`));
    assert.equal(said.texts.length, 1, said.texts.join('\n'));
    assert.equal(stateOf(NAME)?.phase, 'running');
    await untilCache(NAME, 'ConfigMap', (list) => list.some(({ metadata }) => metadata.name === 'before'));
    await untilCache(NAME, 'ConfigMap', (list) => list.every(({ metadata }) => metadata.name !== 'after'));
    await untilCache(NAME, 'Node', (list) => list.length === 1);
  });

  it('are named when the cluster is to be deleted', async () => {
    const said = answerMessages();
    await commands.executeCommand('wheelhouse.deleteCluster', row(NAME).node);
    said.restore();
    assert.deepEqual(said.texts, [`Delete cluster ${NAME} with its node, its snapshot and all its data?`]);
  });

  it('are deleted', async () => {
    const said = answerMessages('Delete');
    await commands.executeCommand('wheelhouse.deleteSnapshot', row(NAME, 'Snapshots', 'first').node);
    said.restore();
    assert.deepEqual(said.texts, [`Delete snapshot first of cluster ${NAME}?`]);
    assert.deepEqual(
      rows(NAME).map(({ item }) => labelOf(item)),
      ['Nodes', 'Namespaces', 'Cluster Resources'],
    );
  });
});
