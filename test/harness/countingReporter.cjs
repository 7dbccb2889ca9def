// mocha's usual report, and its counts in a file for the gate's last line.
const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { reporters } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      const folder = process.env.WHEELHOUSE_TEST_COUNTS;
      if (folder !== undefined) {
        writeFileSync(path.join(folder, 'mocha.json'), JSON.stringify({ passes, failures, pending }));
      }
    });
  }
};
