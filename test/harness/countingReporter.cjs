// mocha's usual report, and for the gate's last lines its counts and what failed in a file.
const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { reporters } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const folder = process.env.WHEELHOUSE_TEST_COUNTS;
      if (folder === undefined) return;
      const { passes, failures, pending } = this.stats;
      const failed = this.failures.map((test) => ({
        title: test.fullTitle(),
        error: test.err?.message ?? '',
      }));
      writeFileSync(path.join(folder, 'mocha.json'), JSON.stringify({ passes, failures, pending, failed }));
    });
  }
};
