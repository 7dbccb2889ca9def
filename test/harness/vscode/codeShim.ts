#!/usr/bin/env node
// Stands in for the `code` program where there is none: @vscode/test-electron starts it with the extension, the test
// runner and a folder; it runs them in the VS Code server's extension host, and ends with the suite's exit code.
import { watch } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startVsCodeServer } from '../../../scripts/vscode/server.ts';
import { developExtensions, launchBrowser, TRUSTED } from './browser.ts';

const { values, positionals } = parseArgs({
  options: {
    extensionDevelopmentPath: { type: 'string', multiple: true, default: [] },
    extensionTestsPath: { type: 'string' },
  },
  allowPositionals: true,
  strict: false,
});
const extensions = (values.extensionDevelopmentPath as string[]).map((folder) => path.resolve(folder));
const [folder = '.'] = positionals;
if (typeof values.extensionTestsPath !== 'string') throw new Error('--extensionTestsPath is missing');

/** Loaded in the extension host: what the suite prints goes to a file, for its console belongs to the editor. */
const wrapper = (suite: string, output: string): string => `
const { openSync, writeSync } = require('node:fs');
const { format } = require('node:util');
const { Writable } = require('node:stream');
const file = openSync(${JSON.stringify(output)}, 'a');
for (const name of ['log', 'info', 'warn', 'error', 'debug'])
  Object.defineProperty(console, name, { configurable: true, value: (...args) => writeSync(file, format(...args) + '\\n') });
for (const name of ['stdout', 'stderr'])
  Object.defineProperty(process, name, { configurable: true, value: new Writable({ write(chunk, _, done) { writeSync(file, chunk); done(); } }) });
exports.run = () => require(${JSON.stringify(suite)}).run();
`;

const temporary = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-code-'));
const output = path.join(temporary, 'output.txt');
const entry = path.join(temporary, 'entry.cjs');
await writeFile(output, '');
await writeFile(entry, wrapper(path.resolve(values.extensionTestsPath), output));

const file = await open(output, 'r');
let position = 0;
const pump = async (): Promise<void> => {
  const { size } = await file.stat();
  if (size === position) return;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - position), 0, size - position, position);
  position += bytesRead;
  process.stdout.write(buffer.subarray(0, bytesRead));
};
let pumping = Promise.resolve();
const watcher = watch(output, () => {
  pumping = pumping.then(pump);
});

const server = await startVsCodeServer({ settings: TRUSTED, throwAway: true });
const browser = await launchBrowser();
let code = 1;
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  const exited = new Promise<number>((resolve, reject) => {
    // The workbench calls this when the suite has ended in its extension host.
    page.exposeFunction('codeAutomationExit', resolve).catch(reject);
    page.on('crash', () => reject(new Error('the page crashed')));
    browser.on('disconnected', () => reject(new Error('the browser has gone')));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(130));
  });
  await developExtensions(page, server, extensions, entry);
  await page.goto(server.address(path.resolve(folder)));
  code = await exited;
} catch (error) {
  console.error(error, server.log().slice(-3_000));
}
await browser.close();
await server.stop();
watcher.close();
await pumping.then(pump);
await file.close();
await rm(temporary, { recursive: true, force: true });
process.exit(code);
