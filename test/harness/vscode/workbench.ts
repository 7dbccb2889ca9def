import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { startVsCodeServer, type VsCodeServer } from '../../../scripts/vscode/server.ts';
import { developExtensions, launchBrowser, TRUSTED } from './browser.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const STEP_MS = 30_000;

/** A real VS Code with the extension from this tree, and a window of it in a headless browser. */
export class Workbench {
  readonly server: VsCodeServer;
  readonly page: Page;
  readonly #browser: Browser;

  constructor(server: VsCodeServer, browser: Browser, page: Page) {
    this.server = server;
    this.#browser = browser;
    this.page = page;
  }

  /** `env` reaches the extension host; `folder` is opened; `settings` are the user's. */
  static async open(options: {
    folder: string;
    env: Readonly<Record<string, string>>;
    settings?: Readonly<Record<string, unknown>>;
  }): Promise<Workbench> {
    const { env, settings = {} } = options;
    const server = await startVsCodeServer({
      env,
      settings: { ...TRUSTED, ...settings },
      throwAway: true,
    });
    const browser = await launchBrowser();
    try {
      return new Workbench(server, browser, await openWindow(server, browser, options.folder));
    } catch (error) {
      await browser.close();
      await server.stop();
      throw error;
    }
  }

  /** A second window on the same server. */
  async openAnother(folder: string): Promise<Workbench> {
    return new Workbench(this.server, this.#browser, await openWindow(this.server, this.#browser, folder));
  }

  /** Closes this window alone. */
  async closeWindow(): Promise<void> {
    await this.page.context().close();
  }

  /** Runs a command by its title, as a user does in the palette. */
  async command(title: string): Promise<void> {
    await this.#quickPick(`>${title}`, title);
  }

  /** Opens a file of the folder by name. */
  async openFile(name: string): Promise<void> {
    await this.#quickPick(name, name);
  }

  /** Fills in the step of a quick input that has this title, once it is shown. */
  async answer(title: string, text: string): Promise<void> {
    await this.page.locator('.quick-input-title', { hasText: title }).waitFor();
    const input = this.page.locator('.quick-input-widget input[type=text]');
    await input.waitFor();
    await input.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Waits until a list that is asked from offers an item with this text. */
  async offers(text: string | RegExp): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().waitFor();
  }

  /** Shows Wheelhouse's view container and gives the tree. */
  async clusterTree(): Promise<Locator> {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name: 'Wheelhouse', exact: true });
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
    return this.page.getByRole('tree', { name: /Clusters/ });
  }

  /** A row of the tree by the beginning of its label. */
  async row(label: string | RegExp): Promise<Locator> {
    const tree = await this.clusterTree();
    return tree.getByRole('treeitem', { name: label }).first();
  }

  async expand(label: string | RegExp): Promise<void> {
    const row = await this.row(label);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') {
      await row.click();
      await this.page.keyboard.press('ArrowRight');
    }
  }

  /** Waits until the terminal of this name is the one that is typed into; there must be two or more. */
  async terminalIsActive(name: string): Promise<void> {
    await this.page.locator('.terminal-tabs-entry.is-active', { hasText: name }).waitFor();
    await this.page.locator('.tabs-list .monaco-list-row.selected', { hasText: name }).waitFor();
  }

  /** Waits until the visible terminal shows a text. */
  async terminalShows(text: string | RegExp): Promise<void> {
    await this.page.locator('.terminal-wrapper.active .xterm-rows', { hasText: text }).waitFor();
  }

  async typeInTerminal(line: string): Promise<void> {
    await this.page.locator('.terminal-wrapper.active textarea.xterm-helper-textarea').focus();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** Keeps a picture of the window among the run's artefacts. */
  async screenshot(name: string): Promise<void> {
    const folder = path.join(root, 'artifacts');
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.stop();
  }

  async #quickPick(text: string, row: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type=text]');
    await this.page.keyboard.press('F1');
    await input.waitFor();
    await input.fill(text);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: row }).first().click();
  }
}

async function openWindow(server: VsCodeServer, browser: Browser, folder: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  await developExtensions(page, server, [root]);
  await page.goto(server.address(path.resolve(folder)));
  await page.locator('.monaco-workbench .activitybar').waitFor();
  return page;
}
