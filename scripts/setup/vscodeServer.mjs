// A VS Code that is served to a browser, for machines without the desktop program: the same workbench and extension
// host. Installed below .cache/ from npm, without compiling anything.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './dependencies.mjs';
import { run } from './run.mjs';

const VERSION = '4.139.1';
const folder = path.join(root, '.cache/vscode-server');
const server = path.join(folder, 'node_modules/code-server');
const vscode = path.join(server, 'lib/vscode');
const marker = path.join(folder, 'installed');

/** The file that Node 24 runs to start the server. */
export const vscodeServerEntry = path.join(server, 'out/node/entry.js');

export async function ensureVscodeServer(log) {
  if (existsSync(marker) && readFileSync(marker, 'utf8') === VERSION) return;
  log('installing a VS Code server (about a minute)');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', [...install, `code-server@${VERSION}`], { cwd: folder });
  await run('npm', [...install, '--omit=dev'], { cwd: vscode });
  await run('npm', [...install, '--omit=dev'], { cwd: path.join(vscode, 'extensions') });
  const stubs = path.join(import.meta.dirname, 'vscode-stubs');
  copyFileSync(path.join(stubs, 'spdlog.js'), path.join(vscode, 'node_modules/@vscode/spdlog/index.js'));
  copyFileSync(
    path.join(stubs, 'native-watchdog.js'),
    path.join(vscode, 'node_modules/@vscode/native-watchdog/index.js'),
  );
  writeFileSync(marker, VERSION);
}
