// Runs the stages of a gate one after the other, each to its end, and counts what passed.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { node24, root } from './setup/dependencies.mjs';
import { run, runWithOutputTo } from './setup/run.mjs';

const counts = path.join(root, '.cache/test-counts');

export const log = (line) => console.log(`\n== ${line}`);
export const bin = (name) => path.join(root, 'node_modules', name);

/** The arguments of a stage of mocha that writes its counts. What a failed test leaves open must not hold the gate. */
export const mocha = (...args) => [
  bin('mocha/bin/mocha.js'),
  ...args,
  '--exit',
  '--reporter',
  path.join(root, 'test/harness/countingReporter.cjs'),
];

/**
 * Each stage is a Node 24 command `{ name, args, mocha }`; stages of mocha write their counts, others count as one
 * check. Runs every one even where one has failed, ends with what failed and the line `N passed, N failed`, and leaves
 * the process's exit code.
 */
export async function runStages(stages) {
  let passed = 0;
  let failed = 0;
  const failures = [];
  for (const stage of stages) {
    log(stage.name);
    rmSync(counts, { recursive: true, force: true });
    mkdirSync(counts, { recursive: true });
    const began = Date.now();
    const ok = await runStage(stage);
    const result = stage.mocha ? readCounts(ok) : { passed: ok ? 1 : 0, failed: ok ? 0 : 1, tests: [] };
    passed += result.passed;
    failed += result.failed;
    if (result.failed > 0) failures.push(stage.name, ...result.tests.map(inShort));
    log(
      `${stage.name}: ${result.passed} passed, ${result.failed} failed in ${((Date.now() - began) / 1000).toFixed(0)} s`,
    );
  }
  // Once more at the very end: of a long log, the end is what is kept.
  if (failures.length > 0) log(`failed:\n${failures.join('\n')}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

/** Prepares what the stages need; where that fails, the user learns why and the gate counts as failed. */
export async function prepare(...steps) {
  try {
    // What tools say is told where they fail.
    const setup = { log, run: runWithOutputTo(() => undefined) };
    for (const step of steps) await step(setup);
  } catch (error) {
    console.error(error?.constructor?.name === 'MissingPrerequisite' ? error.message : error);
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
}

async function runStage(stage) {
  const env = {
    ...process.env,
    PATH: `${path.dirname(node24)}:${path.join(root, 'node_modules/.bin')}:${process.env.PATH}`,
    WHEELHOUSE_TEST_COUNTS: counts,
  };
  try {
    await run(node24, stage.args, { cwd: root, env });
    return true;
  } catch {
    return false;
  }
}

/** A run that ended before it could count is a failure of its own. */
function readCounts(ok) {
  try {
    const {
      passes,
      failures: failing,
      pending,
      failed: tests,
    } = JSON.parse(readFileSync(path.join(counts, 'mocha.json'), 'utf8'));
    return { passed: passes, failed: failing + pending + (ok || failing + pending > 0 ? 0 : 1), tests };
  } catch {
    return { passed: 0, failed: 1, tests: [] };
  }
}

/** A failed test on one line: its title and the beginning of what it said. */
function inShort({ title, error }) {
  return `  ${title}: ${error.replaceAll(/\s+/g, ' ').slice(0, 300)}`;
}
