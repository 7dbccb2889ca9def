import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Workbench } from '../harness/vscode/workbench.ts';

const folder = path.resolve(import.meta.dirname, '../../resources/sample');
const NAME = 'dev';

/** What a user does with the machines of a cluster, by palette, tree and walkthrough, in a real VS Code. */
describe('the machines of a cluster in the editor', function () {
  // Each step stands on the ones before it.
  this.bail(true);
  let home: string;
  let workbench: Workbench;

  before(async function () {
    this.timeout(300_000);
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-editor-'));
    workbench = await Workbench.open({ folder, env: { WHEELHOUSE_HOME: home } });
    await workbench.clusterTree();
    await workbench.page.getByText('There is no Kubernetes cluster yet').waitFor();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await workbench.screenshot(`failed ${this.currentTest.title}`.replaceAll(/\W+/g, '-'));
    }
  });

  after(async () => {
    await workbench.close();
    await rm(home, { recursive: true, force: true });
  });

  const modal = (button: string): Promise<void> =>
    workbench.page.locator('.monaco-dialog-box').getByRole('button', { name: button }).click();

  /** Opens the menu of a row and chooses from it; `look` sees it open. By key: a menu passes over a click that is too quick. */
  const choose = async (label: RegExp, entry: string, look?: () => Promise<void>): Promise<void> => {
    await (await workbench.row(label)).click({ button: 'right' });
    const item = workbench.page.locator('.monaco-menu').getByRole('menuitem', { name: entry });
    await item.waitFor();
    await look?.();
    await item.hover();
    await workbench.page.keyboard.press('Enter');
  };

  /** The editor shows the progress of a command for some time at least, however quick it is. */
  const progressEnds = async (title: string): Promise<void> => {
    const toast = workbench.page.locator('.notification-toast', { hasText: title });
    await toast.waitFor();
    await toast.waitFor({ state: 'hidden' });
  };

  /** A click on a row that is just being read again would not say which one is meant. */
  const isIdle = async (): Promise<void> =>
    (await workbench.row(new RegExp(`^Cluster ${NAME}, running$`))).waitFor();

  it('creation goes back to a question and keeps its answers', async () => {
    await workbench.command('Wheelhouse: Create Cluster');
    await workbench.offers('Simulated');
    await workbench.screenshot('create-kinds');
    await workbench.answer('(1/3)', 'Simulated');
    await workbench.answer('(2/3)', NAME);
    await workbench.page.locator('.quick-input-title', { hasText: '(3/3)' }).waitFor();
    await workbench.page.locator('.quick-input-titlebar').getByRole('button', { name: 'Back' }).click();
    await workbench.answer('(2/3)', NAME);
    await workbench.answer('(3/3)', '2');
    await isIdle();
  });

  it('a snapshot is saved from the menu of the cluster and listed below it', async () => {
    await choose(new RegExp(`Cluster ${NAME}`), 'Save Snapshot…', () => workbench.screenshot('cluster-menu'));
    await workbench.answer('Save Snapshot', 'before-lunch');
    await (await workbench.row(/^Snapshots/)).waitFor();
    await isIdle();
    await workbench.expand(/^Snapshots/);
    await (await workbench.row(/Snapshot before-lunch.*2 nodes/)).waitFor();
    await workbench.expand(/^Nodes/);
    // Both: a row that changes while its menu is open is another one.
    for (const node of [1, 2])
      await (await workbench.row(new RegExp(`Node ${NAME}-${node}, Ready`))).waitFor();
    await workbench.screenshot('snapshots');
  });

  it('a node is resized, with its size proposed', async () => {
    await choose(new RegExp(`Node ${NAME}-1`), 'Resize Node…');
    await workbench.answer('(1/2)', '4');
    await workbench.answer('(2/2)', '4Gi');
    await workbench.screenshot('resize');
    await modal('Resize');
    await progressEnds('Resizing node');
    await isIdle();
    await (await workbench.row(new RegExp(`Node ${NAME}-1, Ready`))).waitFor();
  });

  it('the console of a node shows what its machine says', async () => {
    await choose(new RegExp(`Node ${NAME}-1`), 'Show Console');
    await workbench.terminalShows(/has another size/);
  });

  it('is suspended with one click and resumed', async () => {
    const row = await workbench.row(new RegExp(`Cluster ${NAME}`));
    await row.hover();
    await row.getByRole('button', { name: 'Suspend Cluster' }).click();
    const suspended = await workbench.row(new RegExp(`Cluster ${NAME}, suspended`));
    await suspended.waitFor();
    await suspended.hover();
    await workbench.screenshot('suspended');
    await suspended.getByRole('button', { name: 'Resume Cluster' }).click();
    await isIdle();
  });

  it('is put back to the snapshot, which says what is lost', async () => {
    await workbench.command('Wheelhouse: Restore Snapshot');
    await workbench.answer('Restore Snapshot', 'before-lunch');
    await workbench.page.getByText('All that has changed since then is lost').waitFor();
    await workbench.screenshot('restore');
    await modal('Restore');
    await progressEnds('Restoring');
    await isIdle();
  });

  it('says what this machine can have as nodes', async () => {
    await workbench.command('Wheelhouse: Check This Machine');
    await workbench.page.locator('.monaco-dialog-box', { hasText: 'Simulated: ready' }).waitFor();
    await workbench.screenshot('check-machine');
    await workbench.page.keyboard.press('Escape');
  });

  it('the walkthrough takes the first steps', async () => {
    await workbench.command('Wheelhouse: Delete Cluster');
    await modal('Delete');
    const link = workbench.page.getByText('Take the First Steps');
    // The editor learns which walkthroughs there are when it opens the first one, after it has looked for it.
    await link.click();
    await workbench.page.locator('.gettingStartedContainer').waitFor();
    await link.click();
    await workbench.page.locator('.gettingStartedContainer', { hasText: 'Your first cluster' }).waitFor();
    await workbench.page
      .getByRole('button', { name: /Create a cluster/ })
      .first()
      .click();
    await workbench.screenshot('walkthrough');
  });
});
