// A VS Code that is served to a browser, for machines without the desktop program: the same workbench and extension
// host. Installed from npm into the cache that all checkouts share, without compiling anything.
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cached, cacheFolder } from './cache.mjs';
import { npm } from './npm.mjs';

const VERSION = '4.139.1';
const stubs = path.join(import.meta.dirname, 'vscode-stubs');
const name = `vscode-server-${VERSION}-${process.platform}-${process.arch}-${digestOfStubs()}`;

/** The file that Node 24 runs to start the server. */
export const vscodeServerEntry = cacheFolder(name, 'node_modules/code-server/out/node/entry.js');

/** @param {import('./run.mjs').Setup} setup */
export async function ensureVscodeServer({ log, run }) {
  await cached(
    name,
    async (folder) => {
      writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
      const install = (cwd, ...args) => npm(run, ['install', '--ignore-scripts', ...args], { cwd });
      const vscode = path.join(folder, 'node_modules/code-server/lib/vscode');
      log('installing the VS Code server');
      await install(folder, `code-server@${VERSION}`);
      log('installing what the VS Code server needs');
      await install(vscode, '--omit=dev');
      log('installing what its extensions need');
      await install(path.join(vscode, 'extensions'), '--omit=dev');
      copyFileSync(path.join(stubs, 'spdlog.js'), path.join(vscode, 'node_modules/@vscode/spdlog/index.js'));
      copyFileSync(
        path.join(stubs, 'native-watchdog.js'),
        path.join(vscode, 'node_modules/@vscode/native-watchdog/index.js'),
      );
    },
    log,
  );
}

function digestOfStubs() {
  const hash = createHash('sha256');
  for (const file of readdirSync(stubs).sort())
    hash.update(file).update(readFileSync(path.join(stubs, file)));
  return hash.digest('hex').slice(0, 12);
}
