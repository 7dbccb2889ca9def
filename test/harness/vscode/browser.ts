import { chromium, type Browser, type Page } from 'playwright-core';
import type { VsCodeServer } from '../../../scripts/vscode/server.ts';

/** The folders of most tests are their own: nobody is asked whether they are trusted. */
export const TRUSTED = { 'security.workspace.trust.enabled': false };

/** Debian's Chromium, headless, with nothing that calls out. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}

/**
 * Makes the workbench load extensions from folders (and, with `testsPath`, run a test module in the extension host):
 * the page's configuration is changed before the workbench reads it.
 */
export async function developExtensions(
  page: Page,
  server: VsCodeServer,
  folders: readonly string[],
  testsPath?: string,
): Promise<void> {
  await page.addInitScript(
    ({ authority, folders, testsPath }) => {
      const page = globalThis as unknown as {
        window: unknown;
        top: unknown;
        document: {
          readyState: string;
          addEventListener(type: string, listener: () => void): void;
          getElementById(
            id: string,
          ): { getAttribute(name: string): string; setAttribute(name: string, value: string): void } | null;
        };
      };
      if (page.window !== page.top) return;
      page.document.addEventListener('readystatechange', () => {
        const element = page.document.getElementById('vscode-workbench-web-configuration');
        if (element === null || page.document.readyState !== 'interactive') return;
        const configuration = JSON.parse(element.getAttribute('data-settings')) as Record<
          string,
          object | undefined
        >;
        const uri = (path: string): object => ({ scheme: 'vscode-remote', authority, path });
        configuration['developmentOptions'] = {
          ...configuration['developmentOptions'],
          extensions: folders.map(uri),
          ...(testsPath === undefined ? {} : { extensionTestsPath: uri(testsPath) }),
        };
        element.setAttribute('data-settings', JSON.stringify(configuration));
      });
    },
    { authority: `127.0.0.1:${server.port}`, folders, testsPath },
  );
}
