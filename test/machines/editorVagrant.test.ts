import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { systemProcesses } from '../../src/host/processes.ts';
import { openClusters } from '../harness/dockerCluster.ts';
import { Workbench } from '../harness/vscode/workbench.ts';

const NAME = `ed-${process.pid}`;
const folder = path.resolve(import.meta.dirname, '../../resources/sample');
/** An emulated processor takes minutes to boot Debian. */
const BOOT_MS = 800_000;

/** A cluster of virtual machines as a user makes it: palette and tree, in a real VS Code. */
describe('virtual machines from the editor', function () {
  // Each step stands on the ones before it.
  this.bail(true);
  let home: string;
  let workbench: Workbench;

  const machine = (number: number): Promise<Locator> =>
    workbench.row(new RegExp(`^Machine ${NAME}-${number},`));
  /** The label of a row, as soon as it is another one. */
  const nextLabel = async (prefix: string, before: string | null): Promise<string | null> => {
    const found = await workbench.page.waitForFunction(
      (last) => {
        interface Row {
          getAttribute(name: string): string | null;
        }
        const { document } = globalThis as unknown as {
          document: { querySelectorAll(selector: string): Iterable<Row> };
        };
        const labels = [...document.querySelectorAll('[role=treeitem]')].map((row) =>
          row.getAttribute('aria-label'),
        );
        return labels.find((label) => label?.startsWith(last.prefix) === true && label !== last.before);
      },
      { prefix, before },
      { timeout: BOOT_MS },
    );
    return (await found.jsonValue()) ?? null;
  };
  const domains = async (): Promise<readonly string[]> => {
    const { stdout } = await systemProcesses.run('virsh', [
      '-q',
      '-c',
      'qemu:///system',
      'list',
      '--all',
      '--name',
    ]);
    return stdout.split('\n').filter((name) => name.includes(NAME));
  };

  before(async function () {
    this.timeout(300_000);
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-editor-'));
    workbench = await Workbench.open({
      folder,
      env: { WHEELHOUSE_HOME: home },
      settings: {
        'wheelhouse.vagrant.provider': 'libvirt',
        'wheelhouse.vagrant.nodeCpus': 1,
        'wheelhouse.vagrant.nodeMemory': 1024,
      },
    });
    await workbench.clusterTree();
    await workbench.page.getByText('There is no Kubernetes cluster yet').waitFor();
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await workbench.screenshot(`failed vagrant ${this.currentTest.title}`.replaceAll(/\W+/g, '-'));
  });

  after(async function () {
    this.timeout(300_000);
    await workbench.close();
    const clusters = openClusters(home);
    if ((await clusters.names()).includes(NAME)) await clusters.delete(NAME, new AbortController().signal);
    await rm(home, { recursive: true, force: true });
  });

  it('the palette asks what is needed, sums it up, and begins', async () => {
    await workbench.command('Wheelhouse: Create Cluster');
    await workbench.offers('Virtual Machines');
    await workbench.answer('(1/3)', 'Virtual Machines');
    await workbench.answer('(2/5)', NAME);
    await workbench.answer('(3/5)', '2');
    await workbench.answer('(4/5)', '1 CPU, 1 GiB');
    await workbench.page.getByText('2 GiB of memory needed').waitFor();
    await workbench.screenshot('vagrant-summary');
    await workbench.answer('(5/5)', 'Create');
    await (await machine(1)).waitFor({ timeout: 120_000 });
    await (await machine(2)).waitFor({ timeout: 120_000 });
  });

  it('the tree shows what happens to each machine, live', async () => {
    // How long it has taken stands before each stage.
    await (await machine(1)).filter({ hasText: /\d+:\d\d · .*…/ }).waitFor();
    // Each stage is seen as it comes: the box, the machine, its system.
    let label: string | null = '';
    for (let stage = 1; stage <= 3; stage++) label = await nextLabel(`Machine ${NAME}-1,`, label);
    await workbench.screenshot('vagrant-progress');
  });

  it('all nodes become Ready', async () => {
    for (const number of [1, 2]) {
      await (await workbench.row(new RegExp(`^Node ${NAME}-${number}, Ready`))).waitFor({ timeout: BOOT_MS });
    }
    await (await workbench.row(new RegExp(`^Cluster ${NAME}, running$`))).waitFor();
    await workbench.screenshot('vagrant-ready');
    assert.equal((await domains()).length, 2);
  });

  it('a node opens its shell', async () => {
    const row = await workbench.row(new RegExp(`^Node ${NAME}-1, Ready`));
    await row.hover();
    await row.getByRole('button', { name: 'Open Node Shell' }).click();
    await workbench.page
      .locator('.terminal-wrapper.active .xterm-rows', { hasText: new RegExp(`${NAME}-1`) })
      .waitFor({ timeout: 120_000 });
    await workbench.screenshot('vagrant-shell');
  });

  it('is deleted with its machines', async () => {
    await workbench.command('Wheelhouse: Delete Cluster');
    await workbench.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete' }).click();
    await workbench.page.getByText('There is no Kubernetes cluster yet').waitFor({ timeout: 300_000 });
    assert.deepEqual(await domains(), []);
  });
});
