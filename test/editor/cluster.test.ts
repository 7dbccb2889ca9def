import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemProcesses } from '../../src/host/processes.ts';
import { openClusters, loadSampleImageInto } from '../harness/dockerCluster.ts';
import { Workbench } from '../harness/vscode/workbench.ts';

const folder = path.resolve(import.meta.dirname, '../../resources/sample');
/** Container names are the engine's: a run must not meet another one's. */
const NAME = `ed${process.pid}`;

/** A user's first hour: from the welcome view to a running application, in a real VS Code, on real nodes. */
describe('the editor', function () {
  // Each step stands on the ones before it.
  this.bail(true);
  let home: string;
  let workbench: Workbench;

  const kubectl = async (...args: string[]): Promise<string> => {
    const kubeconfig = path.join(home, 'clusters', NAME, 'kubeconfig');
    return (await systemProcesses.run('kubectl', args, { env: { KUBECONFIG: kubeconfig } })).stdout;
  };

  before(async function () {
    this.timeout(300_000);
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-editor-'));
    workbench = await Workbench.open({ folder, env: { WHEELHOUSE_HOME: home } });
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await workbench.screenshot(`failed ${this.currentTest.title}`.replaceAll(/\W+/g, '-'));
    const log = path.join(home, 'clusters', NAME, 'control-plane.log');
    process.stderr.write(await readFile(log, 'utf8').catch(() => ''));
  });

  after(async () => {
    await workbench.close();
    const clusters = openClusters(home);
    if ((await clusters.names()).includes(NAME)) await clusters.delete(NAME, new AbortController().signal);
    await rm(home, { recursive: true, force: true });
  });

  it('welcomes who has no cluster', async () => {
    await workbench.clusterTree();
    await workbench.page.getByText('There is no Kubernetes cluster yet').waitFor();
    await workbench.screenshot('1-welcome');
  });

  it('creates a cluster of three containers from the palette and shows its nodes', async () => {
    await workbench.command('Wheelhouse: Create Cluster');
    await workbench.offers('Containers');
    await workbench.answer('(1/3)', 'Containers');
    await workbench.answer('(2/3)', NAME);
    await workbench.answer('(3/3)', '3');
    await (await workbench.row(new RegExp(`${NAME}.*running`))).waitFor({ timeout: 120_000 });
    await workbench.expand(/^Nodes/);
    for (const number of [1, 2, 3])
      await (await workbench.row(new RegExp(`${NAME}-${number}.*Ready`))).waitFor();
    await workbench.screenshot('2-cluster');
  });

  it('applies a manifest and shows above it how its objects stand', async () => {
    await loadSampleImageInto(openClusters(home), NAME);
    await workbench.openFile('sample.yaml');
    await workbench.page
      .locator('.codelens-decoration', { hasText: `not in ${NAME}` })
      .first()
      .waitFor();
    await workbench.command('Wheelhouse: Apply Manifest');
    await workbench.page.locator('.codelens-decoration', { hasText: '3/3 ready' }).waitFor();
  });

  it('shows the running sample in the tree, live', async () => {
    await workbench.expand(/default/);
    await workbench.expand(/^Pods/);
    await (await workbench.row(/Pod sample-.*Running 1\/1/)).waitFor();
    await workbench.expand(/^Network/);
    await (await workbench.row(/Service sample/)).waitFor();
    await workbench.screenshot('3-running-sample');
    await kubectl('scale', 'deployment/sample', '--replicas=4');
    await workbench.page.locator('.codelens-decoration', { hasText: '4/4 ready' }).waitFor();
  });

  it('opens a live object as YAML that follows it', async () => {
    await workbench.expand(/^Configuration/);
    await (await workbench.row(/ConfigMap sample/)).click();
    const lines = workbench.page.locator('.editor-instance .view-lines');
    await lines.filter({ hasText: 'Hello from Wheelhouse' }).waitFor();
    await kubectl('patch', 'configmap', 'sample', '-p', '{"data":{"greeting":"Changed"}}');
    await lines.filter({ hasText: 'Changed' }).waitFor();
  });

  it('follows the log of a pod in a terminal', async () => {
    const row = await workbench.row(/Pod sample-.*Running/);
    await row.hover();
    await row.getByRole('button', { name: 'Follow Logs' }).click();
    const pod = (
      await kubectl('get', 'pods', '-l', 'app=sample', '-o', 'jsonpath={.items[0].metadata.name}')
    ).trim();
    await kubectl('exec', pod, '--', 'wget', '-q', '-O', '-', 'http://sample:8080/');
    await workbench.terminalShows(/response:200/);
  });

  /** Asks the sample for its page from one of its pods, so that all of them write into their logs. */
  const visit = async (): Promise<readonly string[]> => {
    const names = (
      await kubectl('get', 'pods', '-l', 'app=sample', '-o', 'jsonpath={.items[*].metadata.name}')
    )
      .trim()
      .split(' ');
    const addresses = (
      await kubectl('get', 'pods', '-l', 'app=sample', '-o', 'jsonpath={.items[*].status.podIP}')
    )
      .trim()
      .split(' ');
    for (const address of addresses)
      await kubectl('exec', names[0]!, '--', 'wget', '-q', '-O', '-', `http://${address}:8080/`);
    return names;
  };

  it('follows the logs of all pods of a workload through a rollout', async () => {
    await workbench.expand(/^Workloads/);
    const row = await workbench.row(/Deployment sample/);
    await row.hover();
    await row.getByRole('button', { name: 'Follow Logs' }).click();
    await workbench.terminalIsActive('logs sample');
    await kubectl('rollout', 'restart', 'deployment/sample');
    await kubectl('rollout', 'status', 'deployment/sample', '--timeout=60s');
    const names = await visit();
    for (const name of names) await workbench.terminalShows(new RegExp(`${name} .*response:200`));
    await workbench.screenshot('4-workload-logs');
  });

  it('says that a node is down, starts it from its row, and its logs go on', async () => {
    const provider = await openClusters(home).provider(NAME);
    const machine = (await provider.list(NAME)).find(({ name }) => name === `${NAME}-3`);
    await systemProcesses.run('docker', ['kill', machine?.id ?? '']);
    const row = await workbench.row(new RegExp(`Node ${NAME}-3.*machine is stopped`));
    await row.waitFor({ timeout: 120_000 });
    await row.hover();
    await workbench.screenshot('4-node-down');
    await row.getByRole('button', { name: 'Start Node' }).click();
    await (await workbench.row(new RegExp(`Node ${NAME}-3, Ready`))).waitFor({ timeout: 90_000 });
    await kubectl('wait', '--for=condition=Ready', 'pod', '-l', 'app=sample', '--timeout=90s');
    await workbench.terminalShows(/container web of sample-.* was restarted|pod sample-.* is gone/);
    await workbench.screenshot('4-node-back');
  });

  it('opens a shell in a pod', async () => {
    const row = await workbench.row(/Pod sample-.*Running/);
    await row.hover();
    await row.getByRole('button', { name: 'Open Shell in Pod' }).click();
    await workbench.terminalIsActive('sample-');
    await workbench.terminalShows(/\/ #/);
    await workbench.typeInTerminal('echo "in $POD_NAME"');
    await workbench.terminalShows(/in sample-/);
    await workbench.screenshot('4-pod-shell');
  });

  it('opens a shell on a node', async () => {
    const row = await workbench.row(new RegExp(`Node ${NAME}-1`));
    await row.hover();
    await row.getByRole('button', { name: 'Open Node Shell' }).click();
    await workbench.terminalIsActive('node ');
    await workbench.terminalShows(new RegExp(`root@${NAME}-1`));
    await workbench.typeInTerminal('crun --version | head -1');
    await workbench.terminalShows(/crun version/);
  });

  it('opens a terminal in which kubectl talks to the cluster', async () => {
    await workbench.command('Wheelhouse: Open Terminal with Kubeconfig');
    await workbench.terminalIsActive('kubectl');
    await workbench.terminalShows(/[#$]/);
    await workbench.typeInTerminal('kubectl get nodes');
    await workbench.terminalShows(new RegExp(`${NAME}-3 .*Ready`));
    await workbench.screenshot('5-kubectl');
  });

  it('a second window attaches, and takes over when the first one goes', async () => {
    const before = await kubectl('get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}');
    const second = await workbench.openAnother(path.join(folder, 'image'));
    await (await second.row(new RegExp(`${NAME}.*attached`))).waitFor();
    await workbench.closeWindow();
    workbench = second;
    // The server keeps the extension host of a lost window for a while, in case it comes back.
    await (await workbench.row(new RegExp(`${NAME}, running$`))).waitFor({ timeout: 90_000 });
    await workbench.screenshot('6-second-window');
    if ((await kubectl('get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}')) !== before) {
      throw new Error('pods changed while the control plane moved');
    }
  });

  it('deletes the cluster with its machines', async () => {
    await workbench.command('Wheelhouse: Delete Cluster');
    await workbench.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete' }).click();
    await workbench.page.getByText('There is no Kubernetes cluster yet').waitFor({ timeout: 60_000 });
    // What the view says is true at once: there is no cluster when nothing of it is left.
    const left = await systemProcesses.run('docker', [
      'ps',
      '-aq',
      '--filter',
      `label=io.wheelhouse.cluster=${NAME}`,
    ]);
    if (left.stdout.trim() !== '') throw new Error(`machines are left: ${left.stdout}`);
  });
});
