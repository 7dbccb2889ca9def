// The suite that runs inside the extension host: `npx vscode-test`, after `npm run build`. On a desktop it downloads
// VS Code and runs there; with VSCODE_EXEC it runs in that program instead (the gate: test/harness/vscode/codeShim.ts).
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { defineConfig } from '@vscode/test-cli';
import { build } from 'esbuild';

const suite = '.vscode-test/suite.cjs';
await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['test/editor/host/index.ts'],
  outfile: suite,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  external: ['vscode'],
  sourcemap: 'inline',
  logLevel: 'warning',
});

const { VSCODE_EXEC, WHEELHOUSE_HOST_REPORT } = process.env;
const WHEELHOUSE_HOME =
  process.env.WHEELHOUSE_HOME ?? mkdtempSync(path.join(os.tmpdir(), 'wheelhouse-host-'));

export default defineConfig({
  files: suite,
  workspaceFolder: 'resources/sample',
  // The user's own kubeconfig has no part in this.
  env: { WHEELHOUSE_HOME, KUBECONFIG: path.join(WHEELHOUSE_HOME, 'kubeconfig') },
  mocha: {
    ui: 'bdd',
    timeout: 60_000,
    ...(WHEELHOUSE_HOST_REPORT === undefined
      ? {}
      : { reporter: 'json', reporterOptions: { output: WHEELHOUSE_HOST_REPORT } }),
  },
  ...(VSCODE_EXEC === undefined ? {} : { useInstallation: { fromPath: VSCODE_EXEC } }),
});
