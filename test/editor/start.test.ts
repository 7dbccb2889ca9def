import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openClusters } from '../harness/dockerCluster.ts';
import { Start } from '../harness/start.ts';
import { launchBrowser } from '../harness/vscode/browser.ts';

const artifacts = path.resolve(import.meta.dirname, '../../artifacts');
const NAME = `st${process.pid}`;

/** What a new user sees after `npm start`: the address that it prints, in a browser. */
describe('what npm start opens', function () {
  this.timeout(300_000);
  this.bail(true);
  let home: string;
  let start: Start;
  let browser: Browser;

  before(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-start-'));
    await mkdir(artifacts, { recursive: true });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    await start.end('SIGINT');
    const clusters = openClusters(home);
    if ((await clusters.names()).includes(NAME)) await clusters.delete(NAME, new AbortController().signal);
    await rm(home, { recursive: true, force: true });
  });

  /** A browser that has never been there. */
  async function open(address: string): Promise<Page> {
    const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(address);
    return page;
  }

  async function shows(page: Page, picture: string): Promise<void> {
    const view = page.locator('.activitybar').getByRole('tab', { name: 'Wheelhouse', exact: true });
    await view.and(page.locator('[aria-selected=true]')).waitFor();
    const tree = page.getByRole('tree', { name: /Clusters/ });
    await tree.getByRole('treeitem', { name: new RegExp(`Cluster ${NAME}, running`) }).waitFor();
    await page.locator('.tab.active', { hasText: 'sample.yaml' }).waitFor();
    // The extension serves the sample in the editor: it knows how its objects stand.
    await page.locator('.codelens-decoration', { hasText: `${NAME}: 3/3 ready` }).waitFor();
    await page.screenshot({ path: path.join(artifacts, `${picture}.png`) });
  }

  it('shows the Wheelhouse view with the running cluster, and the sample with how it stands', async () => {
    start = new Start(home, NAME);
    const address = await start.editor();
    await start.line(/^Ctrl-C stops everything/);
    await shows(await open(address), 'npm-start');
  });

  it('shows the same at the same port after a stop and a start', async () => {
    const before = new URL(await start.editor()).port;
    await start.end('SIGINT');
    start = new Start(home, NAME);
    const address = await start.editor();
    assert.equal(new URL(address).port, before);
    await start.line(/^Ctrl-C stops everything/);
    await shows(await open(address), 'npm-start-again');
  });
});
