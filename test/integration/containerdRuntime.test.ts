import { createContainerdRuntime } from '../../src/agent/runtime/containerd/containerd.ts';
import { systemClock } from '../../src/base/clock.ts';
import { runtimeSuite } from '../contract/runtime.suite.ts';
import { BUSYBOX_IMAGE, startContainerd } from '../harness/containerd.ts';

runtimeSuite('containerd', async () => {
  const containerd = await startContainerd({ name: 'contract', subnet: '10.201.1.0/24' });
  const runtime = createContainerdRuntime({
    socketPath: containerd.socketPath,
    handler: containerd.handler,
    clock: systemClock,
  });
  return {
    runtime,
    image: BUSYBOX_IMAGE,
    logRoot: `${containerd.directory}/logs`,
    longRunning: { command: ['sleep', '3600'] },
    failing: { container: { command: ['sh', '-c', 'sleep 0.1; exit 3'] }, annotations: {} },
    async stop() {
      runtime.close();
      await containerd.stop();
    },
  };
});
