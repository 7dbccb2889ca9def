import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import Mocha from 'mocha';
import { systemProcesses } from '../../src/host/processes.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** What mocha's own JSON reporter writes. */
interface Report {
  readonly tests: readonly { readonly fullTitle: string; readonly err: { readonly stack?: string } }[];
  readonly pending: readonly unknown[];
  readonly stats: { readonly failures: number };
}

/** The suite of test/editor/host, in a real extension host; each of its tests is one here. */
describe('in the extension host', function () {
  let home: string;
  let ended: boolean;
  let output: string;

  before(async function () {
    this.timeout(300_000);
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-host-'));
    const report = path.join(home, 'report.json');
    const run = await systemProcesses
      .run(process.execPath, [path.join(root, 'node_modules/@vscode/test-cli/out/bin.mjs')], {
        cwd: root,
        env: {
          VSCODE_EXEC: path.join(root, 'test/harness/vscode/codeShim.ts'),
          WHEELHOUSE_HOME: home,
          KUBECONFIG: path.join(home, 'kubeconfig'),
          WHEELHOUSE_HOST_REPORT: report,
        },
      })
      .then(
        ({ stdout }) => ({ ended: true, output: stdout }),
        (error: unknown) => ({ ended: false, output: String(error) }),
      );
    ({ ended, output } = run);
    process.stdout.write(
      output
        .split('\n')
        .filter((line) => line.startsWith('measured'))
        .map((line) => `    ${line}\n`)
        .join(''),
    );
    const text = await readFile(report, 'utf8').catch(() => '');
    if (text === '') return;
    const { tests, pending } = JSON.parse(text) as Report;
    // What is added to this suite before its first test has begun is run with it.
    const suite = this.test?.parent;
    assert.ok(suite);
    for (const { fullTitle, err } of tests) {
      suite.addTest(
        new Mocha.Test(fullTitle, () => {
          if (err.stack !== undefined) throw new Error(err.stack);
        }),
      );
    }
    suite.addTest(new Mocha.Test('skips nothing', () => assert.deepEqual(pending, [])));
  });

  after(() => rm(home, { recursive: true, force: true }));

  it('the suite runs to its end and passes', () => assert.ok(ended, output));
});
