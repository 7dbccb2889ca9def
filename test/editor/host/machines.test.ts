import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commands, window, type ExtensionTerminalOptions, type MarkdownString } from 'vscode';
import { FakeClock } from '../../../src/base/clock.ts';
import { createDeferred } from '../../../src/base/deferred.ts';
import { nodes } from '../../../src/api/resources.ts';
import type { Node } from '../../../src/api/types.ts';
import type { Progress } from '../../../src/cluster/machines/contract.ts';
import { withProgress } from '../../../src/editor/commands/progress.ts';
import {
  answerMessages,
  stateOf,
  untilCache,
  untilModel,
  useSimulatedCluster,
  wheelhouse,
} from './extension.ts';
import { labelOf, row, rows } from './rows.ts';
import { answerInputs } from './userInput.ts';

const NAME = 'vms';
const never = new AbortController().signal;
const silent: Progress = { report: () => undefined };

describe('the machines of a cluster', () => {
  useSimulatedCluster(NAME);

  it('are suspended with all that runs on them, and resumed', async () => {
    await commands.executeCommand('wheelhouse.suspendCluster', row(NAME).node);
    await untilModel(() => {
      const state = stateOf(NAME);
      return state?.phase === 'stopped' && state.suspended === true ? true : undefined;
    });
    const { item } = row(NAME);
    assert.equal(item.description, 'suspended');
    assert.match(item.contextValue ?? '', /^wheelhouse\.cluster\.suspended;pause/);
    const machines = await (await wheelhouse().exports.model.clusters.provider(NAME)).list(NAME);
    assert.deepEqual(
      machines.map(({ state }) => state),
      ['paused', 'paused'],
    );
    await commands.executeCommand('wheelhouse.resumeCluster', row(NAME).node);
    assert.equal(stateOf(NAME)?.phase, 'running');
    await untilCache(NAME, 'Node', (list) => list.length === 2 && list.every(isReady));
  });

  it('Resize Node proposes the size that it has, says what happens, and the node has it', async () => {
    await untilCache(NAME, 'Node', (list) => list.length === 2);
    const inputs = answerInputs({ type: '0' }, { type: '3' }, { type: 'lots' }, { type: '3Gi' });
    const said = answerMessages('Resize');
    await commands.executeCommand('wheelhouse.resizeNode', row(NAME, 'Nodes', `${NAME}-1`).node);
    inputs.restore();
    said.restore();
    assert.equal(inputs.refused.length, 2);
    assert.equal(inputs.questions[0]?.title, `Resize Node ${NAME}-1 1/2`);
    assert.match(inputs.questions[0].proposed, /^\d+$/);
    assert.equal(said.texts.length, 1, said.texts.join('\n'));
    assert.match(said.texts[0] ?? '', /^Resize node vms-1 from .* to 3 CPUs, 3 GiB\?$/);
    assert.match(said.details.join(), /pods are evicted first/);
    await untilCache(NAME, 'Node', (list) =>
      list.some(
        (node) => node.metadata.name === `${NAME}-1` && (node as Node).status?.capacity?.['cpu'] === '3',
      ),
    );
    const { nodes } = await wheelhouse().exports.model.clusters.profile(NAME);
    assert.deepEqual([nodes[0]?.cpus, nodes[0]?.memoryBytes], [3, 3 * 2 ** 30]);
  });

  it('Show Console shows what the machine says, and follows it', async () => {
    const createTerminal = window.createTerminal.bind(window);
    const opened: ExtensionTerminalOptions[] = [];
    Object.assign(window, {
      createTerminal(options: ExtensionTerminalOptions) {
        opened.push(options);
        return { show: () => undefined };
      },
    });
    await commands.executeCommand('wheelhouse.showConsole', row(NAME, 'Nodes', `${NAME}-2`).node);
    Object.assign(window, { createTerminal });
    const [terminal] = opened;
    assert.equal(terminal?.name, `console ${NAME}-2`);
    const shown = createDeferred<string>();
    let text = '';
    terminal.pty.onDidWrite((part) => {
      text += part;
      if (text.includes('runs\r\n')) shown.resolve(text);
    });
    terminal.pty.open(undefined);
    assert.match(await shown.promise, /Console of vms-2[\s\S]*vms-2: runs\r\n/);
    terminal.pty.close();
  });

  it('show live what happens to each of them, some times a second at most, and what failed, with a retry', async () => {
    const { model, tree } = wheelhouse().exports;
    await untilCache(NAME, 'Node', (list) => list.length === 2);
    let refreshed = 0;
    const subscription = tree.onDidChangeTreeData(() => refreshed++);
    const over = createDeferred<undefined>();
    const working = model.work(NAME, 'Adding nodes', silent, never, async (progress) => {
      for (let step = 0; step <= 450; step++) {
        progress.report({ machine: `${NAME}-3`, message: 'Importing base box', fraction: step / 1000 });
      }
      progress.report({ machine: `${NAME}-4`, message: 'Waiting for SSH' });
      progress.report({ machine: `${NAME}-5`, message: 'Failed: no address on the network' });
      await over.promise;
    });
    const text = rows(NAME, 'Nodes').map(({ item }) => [labelOf(item), item.description]);
    assert.deepEqual(text.slice(2), [
      [`${NAME}-3`, '0:00 · 45% · Importing base box…'],
      [`${NAME}-4`, '0:00 · Waiting for SSH…'],
      [`${NAME}-5`, 'no address on the network'],
    ]);
    assert.match(String(row(NAME).item.description), /^running · Adding nodes · 0 of 3 ready$/);
    assert.match(row(NAME).item.contextValue ?? '', /;working$/);
    assert.match(row(NAME, 'Nodes', `${NAME}-5`).item.contextValue ?? '', /^wheelhouse\.machine\.failed\b/);
    assert.match(row(NAME, 'Nodes', `${NAME}-4`).item.contextValue ?? '', /^wheelhouse\.machine\.busy\b/);
    over.resolve(undefined);
    await working;
    subscription.dispose();
    assert.ok(refreshed <= 3, `${refreshed} refreshes`);
    assert.deepEqual(model.entry(NAME)?.failures, new Map([[`${NAME}-5`, 'no address on the network']]));
  });

  it('a cluster shows its objects as soon as its API answers, beside machines that are still being made', async () => {
    const { model } = wheelhouse().exports;
    const provider = await model.clusters.provider(NAME);
    const create = provider.create.bind(provider);
    const booting = createDeferred<undefined>();
    const booted = createDeferred<undefined>();
    Object.assign(provider, {
      create: async (...[spec, progress, signal]: Parameters<typeof create>) => {
        if (spec.name === 'slow-1') {
          progress.report({ machine: 'slow-1', message: 'Booting VM' });
          booting.resolve(undefined);
        }
        await booted.promise;
        return create(spec, progress, signal);
      },
    });
    const created = model.create({ name: 'slow', machines: 'simulated', nodes: 2 }, silent, never);
    try {
      await untilModel(() => model.session('slow'));
      await untilCache('slow', 'Namespace', (list) =>
        list.some(({ metadata }) => metadata.name === 'default'),
      );
      await booting.promise;
      await untilModel(() => model.entry('slow')?.traits);
      assert.deepEqual(
        rows('slow', 'Nodes').map(({ item }) => [
          labelOf(item),
          String(item.description).replace(/^\d+:\d+/, 'TIME'),
        ]),
        [
          ['slow-1', 'TIME · Booting VM…'],
          ['slow-2', ''],
        ],
      );
      assert.ok(rows('slow', 'Namespaces').some(({ item }) => labelOf(item) === 'default'));
      assert.match(String(row('slow').item.description), /^running · /);
      assert.match(row('slow', 'Nodes').item.contextValue ?? '', /;making$/);
    } finally {
      Object.assign(provider, { create });
      booted.resolve(undefined);
    }
    await created;
    assert.deepEqual(
      rows('slow', 'Nodes').map(({ item }) => item.description),
      ['Ready', 'Ready'],
    );
    await model.delete('slow', never);
  });

  it('Show Log at one that failed shows all that Vagrant said of it', async () => {
    const { model } = wheelhouse().exports;
    const { vagrant } = model.clusters.paths(NAME);
    await mkdir(path.join(vagrant, 'logs'), { recursive: true });
    await writeFile(path.join(vagrant, 'logs', `${NAME}-5.log`), 'Bringing machine up\n');
    await commands.executeCommand('wheelhouse.showLog', { cluster: NAME, machine: `${NAME}-5` });
    assert.equal(window.activeTextEditor?.document.getText(), 'Bringing machine up\n');
    await commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('one that has gone is shown as missing, and made again by its Retry', async () => {
    const { model } = wheelhouse().exports;
    const provider = await model.clusters.provider(NAME);
    const [, gone] = await provider.list(NAME);
    assert.equal(gone?.name, `${NAME}-2`);
    await provider.delete(gone, never);
    const session = model.session(NAME);
    await session?.client.raw('DELETE', `/api/v1/nodes/${NAME}-2`);
    await untilCache(NAME, 'Node', (list) => list.length === 1);
    const missing = row(NAME, 'Nodes', `${NAME}-2`);
    assert.equal(missing.item.description, 'its machine is missing');
    await commands.executeCommand('wheelhouse.retryNode', missing.node);
    await untilCache(NAME, 'Node', (list) => list.length === 2 && list.every(isReady));
    assert.equal(row(NAME, 'Nodes', `${NAME}-2`).item.description, 'Ready');
  });

  it('a node whose machine is stopped says so, and offers its start and nothing that cannot work', async () => {
    const { model } = wheelhouse().exports;
    const provider = await model.clusters.provider(NAME);
    const machine = (await provider.list(NAME)).find(({ name }) => name === `${NAME}-2`);
    assert.ok(machine);
    await provider.stop(machine, never);
    // What the node lifecycle controller says after a while; the agent may have one more word before it ends.
    const session = model.session(NAME);
    const condition = { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' };
    const markUnknown = (): void =>
      void session?.client.patch(
        nodes,
        { name: `${NAME}-2` },
        'application/strategic-merge-patch+json',
        { status: { conditions: [condition] } },
        { subresource: 'status' },
      );
    const insisting = session?.informer(nodes).addHandler({
      onUpdate: (update) => {
        if (update.metadata.name === `${NAME}-2` && isReady(update)) markUnknown();
      },
    });
    markUnknown();
    const down = (): boolean => row(NAME, 'Nodes', `${NAME}-2`).item.contextValue?.includes(';down') === true;
    await untilTree(
      () => down() && row(NAME, 'Nodes', `${NAME}-2`).item.description !== 'Ready, machine is stopped',
    );
    insisting?.dispose();
    const { item, node } = row(NAME, 'Nodes', `${NAME}-2`);
    assert.equal(item.description, 'Unknown, machine is stopped');
    assert.match((item.tooltip as MarkdownString).value, /its&nbsp;machine&nbsp;is&nbsp;stopped/);
    await commands.executeCommand('wheelhouse.startNode', node);
    await untilCache(NAME, 'Node', (list) => list.length === 2 && list.every(isReady));
    await untilTree(() => !down());
    assert.equal(row(NAME, 'Nodes', `${NAME}-2`).item.description, 'Ready');
  });

  it('Cancel at the row ends what is being done, and says so', async () => {
    const { model } = wheelhouse().exports;
    const working = model.work(
      NAME,
      'Adding a node',
      silent,
      never,
      (_progress, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
        ),
    );
    await commands.executeCommand('wheelhouse.cancelWork', row(NAME).node);
    await assert.rejects(working, /Adding a node was cancelled/);
  });

  it('a question of the tool that makes them reaches the user; a secret is not shown', async () => {
    const inputs = answerInputs({ type: 'swordfish' }, 'dismiss');
    const answers: (string | undefined)[] = [];
    const output = window.createOutputChannel('Questions');
    const context = { output, clock: new FakeClock() };
    await withProgress(context, { title: 'Creating', tool: 'Vagrant' }, async (progress) => {
      answers.push(
        await progress.ask?.({ machine: `${NAME}-1`, text: 'Password for the share:', secret: true }),
      );
      answers.push(await progress.ask?.({ machine: '', text: 'Which interface?', secret: false }));
    });
    inputs.restore();
    output.dispose();
    assert.deepEqual(answers, ['swordfish', undefined]);
    assert.deepEqual(
      inputs.questions.map(({ title, prompt, password }) => ({ title, prompt, password })),
      [
        { title: `Vagrant asks for ${NAME}-1`, prompt: 'Password for the share:', password: true },
        { title: 'Vagrant asks', prompt: 'Which interface?', password: false },
      ],
    );
  });
});

/** Resolves when a condition on the rows holds; it is looked at after each change of the tree. */
function untilTree(condition: () => boolean): Promise<void> {
  if (condition()) return Promise.resolve();
  return new Promise((resolve) => {
    const subscription = wheelhouse().exports.tree.onDidChangeTreeData(() => {
      if (!condition()) return;
      subscription.dispose();
      resolve();
    });
  });
}

function isReady(node: unknown): boolean {
  return (
    (node as Node).status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ===
    true
  );
}
