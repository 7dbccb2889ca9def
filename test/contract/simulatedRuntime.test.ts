import { systemClock } from '../../src/base/clock.ts';
import { KNOB_PREFIX } from '../../src/agent/runtime/simulatedKnobs.ts';
import { simulatedRuntime } from '../harness/agent.ts';
import { runtimeSuite } from './runtime.suite.ts';

runtimeSuite('simulated', () =>
  Promise.resolve({
    runtime: simulatedRuntime(systemClock),
    image: 'test:1',
    logRoot: '/var/log/pods',
    longRunning: {},
    failing: {
      container: {},
      annotations: { [`${KNOB_PREFIX}run-for`]: '10ms', [`${KNOB_PREFIX}exit-code`]: '3' },
    },
    stop: () => Promise.resolve(),
  }),
);
